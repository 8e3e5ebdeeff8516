import { describe, expect, it } from 'vitest'
import { earsOf } from './assemble-ears.js'
import { assemblyParts } from './assembly-parts.test-kit.js'

const turnWaitMs = async (lists: string) => {
  const { agent, parts } = await assemblyParts(`llm: openai\ntts: []\n${lists}`)
  return earsOf(agent, parts, new Map()).options.sttTimeoutMs
}

describe('a turn heard by vendors', () => {
  it('waits longer than the recogniser is waited for, so that the words of the next are still its own', async () => {
    expect(await turnWaitMs('stt: deepgram\n')).toBe(3_500)
    expect(await turnWaitMs('stt: deepgram\nfailover: { finalTextMs: 3000 }\n')).toBe(4_500)
  })
})
