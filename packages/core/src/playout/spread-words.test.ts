import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endWithSound } from './end-with-sound.js'
import { placeWords } from './heard-text.js'
import { SoundLevels } from './sound-levels.js'
import { spreadWords } from './spread-words.js'

const RATE = 8_000

/** Sound and silence by turns, ms each, beginning with sound. */
function sound(...stretches: readonly number[]): Int16Array {
  const parts = stretches.map((ms, index) =>
    new Int16Array((ms * RATE) / 1000).fill(index % 2 === 0 ? 6_000 : 3),
  )
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function levelsOf(...stretches: readonly number[]): SoundLevels {
  const levels = new SoundLevels(RATE)
  levels.hear(sound(...stretches))
  return levels
}

const words = (...list: readonly (readonly [number, boolean?])[]) =>
  list.map(([ms, pauses = false]) => ({ ms, pauses }))

describe('silences of a sound', () => {
  it('are found to a step of 10 ms, short ones left out', () => {
    const levels = levelsOf(300, 100, 200, 30, 200)
    expect(levels.silences(0, 900, 40)).toEqual([{ fromMs: 300, toMs: 400 }])
    expect(levels.silences(0, 900, 20)).toHaveLength(2)
    expect(levels.silences(350, 900, 40)).toEqual([{ fromMs: 350, toMs: 400 }])
  })

  it('are where they are although listening began later, and are gone where the sound is taken back', () => {
    const levels = new SoundLevels(RATE, 500)
    levels.hear(sound(300, 100, 200))
    expect(levels.silences(0, 2_000, 40)).toEqual([{ fromMs: 800, toMs: 900 }])
    levels.truncate(800)
    levels.hear(sound(400))
    expect(levels.silences(0, 2_000, 40)).toEqual([])
  })
})

describe('words spread over sound', () => {
  it('take their share of the time', () => {
    expect(spreadWords(words([100], [300], [200]), { fromMs: 1_000, toMs: 1_600 })).toEqual([
      1_100, 1_400, 1_600,
    ])
  })

  it('end where the voice pauses at a mark, and not after the silence around it', () => {
    const silences = [
      { fromMs: 0, toMs: 50 },
      { fromMs: 450, toMs: 700 },
      { fromMs: 1_100, toMs: 1_250 },
    ]
    const ends = spreadWords(words([200], [300, true], [400]), { fromMs: 0, toMs: 1_250 }, silences)
    expect(ends).toEqual([210, 450, 1_100])
  })

  it('leave a closure inside a word alone, and believe in a long pause without a mark', () => {
    const closure = [{ fromMs: 150, toMs: 210 }]
    const [first] = spreadWords(words([300], [300]), { fromMs: 0, toMs: 600 }, closure)
    expect(first).toBe(300)
    const pause = [{ fromMs: 310, toMs: 710 }]
    expect(spreadWords(words([300], [300]), { fromMs: 0, toMs: 1_000 }, pause)).toEqual([310, 1_000])
  })

  it('stay in order and inside, whatever the words and silences', () => {
    const word = fc.record({ ms: fc.integer({ min: 0, max: 900 }), pauses: fc.boolean() })
    const stretches = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), stretches, (list, tens) => {
        const levels = levelsOf(...tens.map(ten => ten * 10))
        const toMs = tens.reduce((sum, ten) => sum + ten * 10, 0)
        const ends = spreadWords(list, { fromMs: 0, toMs }, levels.silences(0, toMs, 40))
        expect(ends).toHaveLength(list.length)
        for (const [index, endMs] of ends.entries()) {
          expect(endMs).toBeGreaterThanOrEqual((ends[index - 1] ?? 0) - 1e-6)
          expect(endMs).toBeLessThanOrEqual(toMs + 1e-6)
        }
      }),
    )
  })
})

describe('words of a voice that does not place them', () => {
  const clause = [{ text: 'Yes, of course.', untilMs: undefined }]

  it('end with their sound and not with the silence after it', () => {
    const levels = levelsOf(400, 200, 600, 150)
    const closed = [...clause, { text: ' ', untilMs: 1_350 }]
    const ends = placeWords(closed, { totalMs: 1_350, levels }).map(({ untilMs }) => untilMs)
    expect(ends[0]).toBe(400)
    expect(ends[2]).toBe(1_200)
  })

  it('are not squeezed into the little sound there is while more may come', () => {
    const open = placeWords(clause, { totalMs: 100, open: true })
    expect(open[0]?.untilMs).toBeGreaterThan(200)
    expect(placeWords(clause, { totalMs: 100 }).at(-1)?.untilMs).toBe(100)
  })

  it('leave words with times where these say', () => {
    const levels = levelsOf(400, 200, 600, 150)
    const timed = [
      { text: 'Yes, ', untilMs: 500 },
      { text: 'of course.', untilMs: 1_300 },
    ]
    const placed = placeWords(timed, { totalMs: 1_350, levels })
    expect(placed[0]?.untilMs).toBe(500)
    expect(placed.at(-1)?.untilMs).toBe(1_300)
  })
})

describe('words that are told to last through the pause after them', () => {
  it('end where their sound does, and silent ones stay with them', () => {
    const samples = sound(300, 200, 400, 150)
    const times = [
      { startMs: 0, endMs: 500 },
      { startMs: 500, endMs: 500 },
      { startMs: 500, endMs: 700 },
      { startMs: 700, endMs: 1_050 },
    ]
    expect(endWithSound(times, { samples, rate: RATE })).toEqual([
      { startMs: 0, endMs: 300 },
      { startMs: 300, endMs: 300 },
      { startMs: 500, endMs: 700 },
      { startMs: 700, endMs: 900 },
    ])
  })

  it('also when the next word sounds a little before its time', () => {
    const samples = sound(300, 170, 430)
    const times = [
      { startMs: 0, endMs: 500 },
      { startMs: 500, endMs: 900 },
    ]
    expect(endWithSound(times, { samples, rate: RATE })[0]).toEqual({ startMs: 0, endMs: 300 })
  })
})
