import { describe, expect, it } from 'vitest'
import { voicesOf } from './assemble-voices.js'
import { assemblyParts } from './assembly-parts.test-kit.js'

describe('the voice for a language', () => {
  it('is put together once, whatever region a caller names', async () => {
    const { agent, parts, kept } = await assemblyParts('llm: openai\ntts: deepgram\n')
    const speak = voicesOf(agent, parts)
    const voice = speak('en')?.voice
    expect(voice?.name).toBe('deepgram')
    for (const language of ['en-US', 'en-GB', 'EN-x-1', 'en-x-2']) expect(speak(language)?.voice).toBe(voice)
    expect(kept).toEqual(['deepgram'])
  })
})
