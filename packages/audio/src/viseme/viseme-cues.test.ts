import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCueQueue } from './cue-queue.js'
import { visemesOfPhones } from './phone-shapes.js'
import { type VisemeCue, visemes } from './viseme.js'
import { cutCues, joinedCues, movedCues } from './viseme-cues.js'

const time = fc.oneof(
  fc.integer({ min: -50, max: 3_000 }),
  fc.double({ min: 0, max: 3_000, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
)
const anyCues = fc.array(fc.record({ viseme: fc.constantFrom(...visemes), startMs: time, endMs: time }))

function isRow(cues: readonly VisemeCue[]): boolean {
  let lastMs = 0
  return cues.every(({ startMs, endMs }) => {
    const isNext = startMs >= lastMs && endMs > startMs && Number.isFinite(endMs)
    lastMs = endMs
    return isNext
  })
}

describe('rows of cues', () => {
  it('are in order, without overlap or gap, whatever they were made of', () => {
    fc.assert(
      fc.property(anyCues, cues => {
        const row = joinedCues(cues)
        expect(isRow(row)).toBe(true)
        for (const [at, { viseme, startMs }] of row.entries()) {
          const before = row[at - 1]
          if (before === undefined) continue
          expect(startMs).toBe(before.endMs)
          expect(viseme).not.toBe(before.viseme)
        }
        expect(joinedCues(row)).toEqual(row)
      }),
    )
  })

  it('rest in a pause, but not between two sounds', () => {
    const cue = (viseme: VisemeCue['viseme'], startMs: number, endMs: number) => ({ viseme, startMs, endMs })
    expect(joinedCues([cue('aa', 0, 100), cue('PP', 130, 200), cue('O', 400, 450)])).toEqual([
      cue('aa', 0, 100),
      cue('PP', 100, 200),
      cue('sil', 200, 400),
      cue('O', 400, 450),
    ])
  })

  it('can be moved, and cut to a part of the sound', () => {
    fc.assert(
      fc.property(anyCues, fc.nat(3_000), fc.nat(1_000), (cues, fromMs, lengthMs) => {
        const row = movedCues(joinedCues(cues), 500)
        const part = cutCues(row, fromMs, fromMs + lengthMs)
        expect(isRow(part)).toBe(true)
        for (const { startMs, endMs } of part) {
          expect(startMs).toBeGreaterThanOrEqual(fromMs)
          expect(endMs).toBeLessThanOrEqual(fromMs + lengthMs)
        }
      }),
    )
  })

  it('share the time of a diphthong, and give an h the mouth of the vowel after it', () => {
    expect(
      visemesOfPhones([
        { shapes: [], startMs: 0, endMs: 50 },
        { shapes: ['aa', 'I'], startMs: 50, endMs: 150 },
        { shapes: [], startMs: 150, endMs: 160 },
        { shapes: ['sil'], startMs: 160, endMs: 300 },
      ]),
    ).toEqual([
      { viseme: 'aa', startMs: 0, endMs: 110 },
      { viseme: 'I', startMs: 110, endMs: 160 },
      { viseme: 'sil', startMs: 160, endMs: 300 },
    ])
  })
})

describe('a queue of cues', () => {
  it('gives each once, in order and in time, and never beyond a cut', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), cues: anyCues }),
      fc.record({ kind: fc.constantFrom('begun', 'cut'), ms: fc.nat(400) }),
      fc.record({ kind: fc.constant('drop' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step), steps => {
        const queue = createCueQueue()
        const all: VisemeCue[] = []
        let atMs = 0
        for (const each of steps) {
          if (each.kind === 'add') queue.add(each.cues)
          else if (each.kind === 'drop') queue.drop()
          else {
            atMs += each.ms
            const taken = each.kind === 'cut' ? queue.cutAt(atMs) : queue.begunBefore(atMs)
            for (const { startMs, endMs } of taken) {
              expect(startMs).toBeLessThan(atMs)
              if (each.kind === 'cut') expect(endMs).toBeLessThanOrEqual(atMs)
            }
            all.push(...taken)
          }
        }
        expect(isRow(all)).toBe(true)
      }),
    )
  })

  it('drops what waits for a sound that nobody keeps', () => {
    const queue = createCueQueue()
    for (let at = 0; at < 30_000; at++) {
      const viseme = at % 2 === 0 ? 'aa' : 'PP'
      queue.add([{ viseme, startMs: at * 10, endMs: at * 10 + 10 }])
    }
    expect(queue.begunBefore(Number.POSITIVE_INFINITY)).toHaveLength(10_000)
  })
})
