import { analyseProsody, type UtteranceProsody } from '@parley/audio'
import type { Emotion } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFlite } from './flite.js'

const rate = 16_000
const usual = [
  'I would like to book a table for two people tomorrow evening.',
  'What time does the train to London leave?',
  'She sells seashells by the seashore.',
]
const text = 'The quick brown fox jumps over the lazy dog, and then it sleeps until the morning.'
const flite = createFlite()
beforeAll(() => flite.warm?.())
afterAll(() => flite.close())

async function say(voice: string, words: string, emotion: Emotion): Promise<number[]> {
  const samples: number[] = []
  const request = { text: words, language: 'en', voice, expression: { emotion } }
  for await (const part of flite.speak(request, new AbortController().signal))
    if (part.kind === 'audio') samples.push(...part.samples)
  return [...samples, ...new Array<number>(rate).fill(0)]
}

/** How the sentence was said by a voice that was heard before, and by one that was not. */
async function heard(voice: string, emotion: Emotion, before: readonly number[]) {
  const spoken = await say(voice, text, emotion)
  const known = analyseProsody(Int16Array.from([...before, ...spoken]), { rate }).utterances.at(-1)
  const unknown = analyseProsody(Int16Array.from(spoken), { rate }).utterances.at(-1)
  return { known: known as UtteranceProsody, unknown: unknown as UtteranceProsody }
}

describe.each(['slt', 'awb'])('the prosody of the embedded voice %s', voice => {
  it('tells its emotions apart, and something of them in the first utterance', async () => {
    const before: number[] = []
    for (const sentence of usual) before.push(...(await say(voice, sentence, 'neutral')))
    const neutral = await heard(voice, 'neutral', before)
    const low = await heard(voice, 'low', before)
    const high = await heard(voice, 'high', before)
    const detached = await heard(voice, 'detached', before)
    expect(neutral.known.emotion).toBe('neutral')
    expect(low.known.emotion).toBe('low')
    expect(high.known.emotion).toBe('high')
    expect(detached.known.emotion).toBe('detached')
    expect(low.known.arousal).toBeLessThan(neutral.known.arousal - 0.1)
    expect(high.known.arousal).toBeGreaterThan(neutral.known.arousal + 0.1)
    expect(low.unknown.arousal).toBeLessThan(neutral.unknown.arousal)
    expect(high.unknown.arousal).toBeGreaterThan(neutral.unknown.arousal)
    expect(high.known.evidence[0]?.weight).toBeGreaterThan(0)
  })
})
