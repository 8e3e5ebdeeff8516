import { describe, expect, it } from 'vitest'
import { normalQuantile } from './normal-quantile.js'
import { createPauseHabits } from './pause-habits.js'

describe('the normal quantile', () => {
  // Abramowitz and Stegun, table 26.1.
  it.each([
    [0.5, 0],
    [0.8413447, 1],
    [0.9772499, 2],
    [0.0227501, -2],
    [0.999999, 4.753],
  ])('of %d is %d', (p, z) => expect(normalQuantile(p)).toBeCloseTo(z, 2))
})

describe('habits of pausing', () => {
  it('begin with what is usual', () => {
    const habits = createPauseHabits()
    expect(habits.medianMs).toBeCloseTo(400)
    expect(habits.exceededBy(0.5)).toBeCloseTo(400, 0)
    expect(habits.exceededBy(0.034)).toBeGreaterThan(950)
    expect(habits.exceededBy(0.034)).toBeLessThan(1_050)
  })

  it('come to be the caller’s own', () => {
    const habits = createPauseHabits()
    for (let i = 0; i < 200; i++) habits.learn(i % 2 === 0 ? 700 : 900)
    expect(habits.medianMs).toBeGreaterThan(700)
    expect(habits.medianMs).toBeLessThan(820)
    expect(habits.exceededBy(0.02)).toBeLessThan(1_700)
  })

  it('take no harm from what is no length', () => {
    const habits = createPauseHabits()
    for (const ms of [Number.NaN, 0, -5, Number.POSITIVE_INFINITY]) habits.learn(ms)
    expect(habits.medianMs).toBeCloseTo(400)
  })
})
