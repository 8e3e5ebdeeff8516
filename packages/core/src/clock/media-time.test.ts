import { describe, expect, it } from 'vitest'
import { MediaTime } from './media-time.js'

describe('media time', () => {
  it('goes on with the clock while nothing is sent, and counts what was received without that', () => {
    const time = new MediaTime(1_000)
    expect([time.place(20, 0), time.place(20, 25)]).toEqual([1_000, 1_020])
    expect(time.place(20, 3_025)).toBe(4_020)
    expect([time.endMs, time.receivedMs]).toEqual([4_040, 1_060])
  })
})
