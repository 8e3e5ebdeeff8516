import { describe, expect, it } from 'vitest'
import { createNoiseFloor } from './noise-floor.js'

/** Feeds levels of 20 ms each. */
function hear(
  floor: ReturnType<typeof createNoiseFloor>,
  levelDb: (ms: number) => number,
  forMs: number,
): void {
  for (let ms = 0; ms < forMs; ms += 20) floor.hear(levelDb(ms), 20, false)
}

describe('the noise floor', () => {
  it('stands near a steady noise', () => {
    const floor = createNoiseFloor()
    hear(floor, () => -50, 500)
    expect(floor.levelDb).toBeCloseTo(-50, -1)
  })

  it('is not raised by speech with gaps between its words', () => {
    const floor = createNoiseFloor()
    hear(floor, () => -60, 1000)
    hear(floor, ms => (ms % 800 < 700 ? -20 : -60), 10_000)
    expect(floor.levelDb).toBeLessThan(-55)
  })

  it('is hardly raised by what is said to be voice, however long', () => {
    const floor = createNoiseFloor()
    hear(floor, () => -60, 1000)
    for (let ms = 0; ms < 3000; ms += 20) floor.hear(-20, 20, true)
    expect(floor.levelDb).toBeLessThan(-50)
  })

  it('follows noise that grows within some two seconds, and noise that fades at once', () => {
    const floor = createNoiseFloor()
    hear(floor, () => -60, 2000)
    hear(floor, () => -40, 2200)
    expect(floor.levelDb).toBeGreaterThan(-42)
    hear(floor, () => -70, 20)
    expect(floor.levelDb).toBeLessThan(-65)
  })
})
