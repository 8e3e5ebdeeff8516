import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallerSound, createCallerSound } from './caller-sound.js'

const RATE = 8_000
const make = (mostMs = 60_000, idleMs = 3_000) => createCallerSound({ rate: RATE, mostMs, idleMs })

/** Each sample says which it is. */
function write(sound: CallerSound, count: number, from: number, atMs = (from * 1000) / RATE): void {
  const samples = new Int16Array(count)
  for (let at = 0; at < count; at++) samples[at] = (from + at) % 30_000
  sound.write(samples, atMs)
}

function read(sound: CallerSound, fromMs: number, toMs: number): number[] {
  const all: number[] = []
  sound.read(fromMs, toMs, samples => all.push(...samples))
  return all
}

describe('the newest of the caller’s sound', () => {
  it('is read as it was written, in whatever pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 20 }),
        fc.nat(40_000),
        fc.nat(40_000),
        (sizes, one, other) => {
          const sound = make()
          let from = 0
          for (const size of sizes) {
            write(sound, size, from)
            from += size
          }
          const [begin = 0, end = 0] = [one, other].sort((a, b) => a - b)
          const kept = Math.round((sound.fromMs * RATE) / 1000)
          const expected = Array.from({ length: from }, (_, at) => at % 30_000).slice(
            Math.max(begin, kept),
            end,
          )
          expect(read(sound, (begin * 1000) / RATE, (end * 1000) / RATE)).toEqual(expected)
        },
      ),
    )
  })

  it('keeps what it is asked to keep, and no more than it may', () => {
    const sound = make(10_000, 2_000)
    sound.keepFrom(1_000)
    for (let second = 0; second < 8; second++) write(sound, RATE, second * RATE)
    expect(sound.fromMs).toBeLessThanOrEqual(1_000)
    for (let second = 8; second < 40; second++) write(sound, RATE, second * RATE)
    expect(sound.endMs - sound.fromMs).toBeLessThanOrEqual(10_500)
    sound.keepFrom(undefined)
    for (let second = 40; second < 44; second++) write(sound, RATE, second * RATE)
    expect(sound.endMs - sound.fromMs).toBeLessThanOrEqual(2_500)
  })

  it('has silence for a short pause, and begins anew behind a long one', () => {
    const sound = make()
    write(sound, 800, 1, 0)
    write(sound, 800, 1, 200)
    expect(sound.endMs).toBe(300)
    expect(read(sound, 100, 200)).toEqual(Array(800).fill(0))
    write(sound, 800, 5, 60_000)
    expect(sound.fromMs).toBe(60_000)
    expect(sound.endMs).toBe(60_100)
    expect(read(sound, 0, 300)).toEqual([])
  })
})
