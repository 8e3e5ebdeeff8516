import { describe, expect, it } from 'vitest'
import { timedSound } from './timed-sound.js'

describe('sound with words', () => {
  it('gives each word before the piece it begins in, and the rest at the end', () => {
    const words = [
      { text: 'a', startMs: 0, endMs: 90 },
      { text: 'b', startMs: 150, endMs: 190 },
      { text: 'c', startMs: 900, endMs: 950 },
    ]
    const timed = timedSound(words, 1_000)
    const parts = [...timed.sound(new Int16Array(120)), ...timed.sound(new Int16Array(80)), ...timed.rest()]
    expect(
      parts.map(part => (part.kind === 'audio' ? part.samples.length : part.kind === 'word' && part.text)),
    ).toEqual(['a', 100, 20, 'b', 80, 'c'])
    expect(timed.soundMs).toBe(200)
  })
})
