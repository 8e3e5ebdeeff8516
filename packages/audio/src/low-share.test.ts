import { describe, expect, it } from 'vitest'
import { createLowShare } from './low-share.js'
import { sine } from './tone.js'

describe.each([8000, 16000])('the low share at %i Hz', rate => {
  const shareOf = (hz: number) => {
    const low = createLowShare({ rate })
    low.hear(sine({ rate, durationMs: 200, hz }))
    return low.take()
  }

  it('is high for a hum and low for a whistle', () => {
    expect(shareOf(150)).toBeGreaterThan(0.9)
    expect(shareOf(2000)).toBeLessThan(0.05)
  })

  it('is counted anew after it was taken', () => {
    const low = createLowShare({ rate })
    low.hear(sine({ rate, durationMs: 200, hz: 150 }))
    low.take()
    expect(low.take()).toBe(0)
  })
})
