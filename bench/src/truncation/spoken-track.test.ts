import { decodeUlaw, encodeUlaw } from '@parley/audio'
import { seededRandom } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { createSpokenTrack } from './spoken-track.js'

async function spoken() {
  const track = createSpokenTrack(8_000, seededRandom(1))
  const prompt = { model: '', instructions: '', messages: [], tools: [] }
  let text = ''
  for await (const thought of track.brains.think(prompt)) if (thought.kind === 'text') text += thought.text
  const { samples } = await track.brains.speak(text, 8_000, 'en')
  return { track, samples }
}

describe('speech whose places can be found again', () => {
  it('is found through µ-law and a lower voice, and where it was cut', async () => {
    const { track, samples } = await spoken()
    const heard = decodeUlaw(encodeUlaw(samples.subarray(0, 12_345).map(sample => sample / 4)))
    expect(track.stretches(heard)).toEqual([{ from: 0, to: 12_345 }])
  })

  it('is found where a stretch was left out', async () => {
    const { track, samples } = await spoken()
    const heard = new Int16Array(8_000)
    heard.set(samples.subarray(0, 4_000))
    heard.set(samples.subarray(9_000, 13_000), 4_000)
    const [first, second] = track.stretches(heard)
    // Some samples behind a cut agree by chance.
    expect(first?.from).toBe(0)
    expect((first?.to ?? 0) - 4_000).toBeLessThan(24)
    expect(second?.to).toBe(13_000)
  })

  it('ends its words where their sound ends', async () => {
    const { track, samples } = await spoken()
    const [answer] = track.answers
    expect(answer?.words.map(({ text }) => text).join(' ')).toBe(answer?.text)
    expect(answer?.words.at(-1)?.endMs).toBeLessThan(samples.length / 8)
  })
})
