import { analyseProsody } from '@parley/audio'
import { afterAll, describe, expect, it } from 'vitest'
import { createEspeak } from './espeak.js'

const espeak = createEspeak()
afterAll(() => espeak.close())

/** Where the pitch of the last utterance goes at its end. */
async function ending(text: string): Promise<string | undefined> {
  const samples: number[] = []
  for await (const part of espeak.speak({ text, language: 'en' }, new AbortController().signal)) {
    if (part.kind === 'audio') samples.push(...part.samples)
  }
  return analyseProsody(Int16Array.from(samples), { rate: espeak.sampleRate }).utterances.at(-1)?.pitch?.final
}

describe('the melody of the espeak voice', () => {
  it('rises where it asks and falls where it states', async () => {
    expect(await ending('You are coming tomorrow?')).toBe('rise')
    expect(await ending('You are coming tomorrow.')).toBe('fall')
  })
})
