import { describe, expect, it } from 'vitest'
import type { Clock } from './clock.js'
import { limitTime } from './limit-time.js'

function handClock() {
  let due: (() => void) | undefined
  const clock: Clock = {
    now: () => 0,
    after: (_, run) => {
      due = run
      return () => {
        due = undefined
      }
    },
  }
  return { clock, pass: () => due?.(), waits: () => due !== undefined }
}

describe('a limit of time', () => {
  it('aborts when the time is over, and says that it was late', () => {
    const { clock, pass } = handClock()
    const limit = limitTime(clock, 10, new AbortController().signal)
    expect([limit.signal.aborted, limit.late]).toEqual([false, false])
    pass()
    expect([limit.signal.aborted, limit.late]).toEqual([true, true])
  })

  it('aborts with whoever calls the work off, and is not late then', () => {
    const { clock, pass } = handClock()
    const outer = new AbortController()
    const limit = limitTime(clock, 10, outer.signal)
    outer.abort()
    pass()
    expect([limit.signal.aborted, limit.late]).toEqual([true, false])
    expect(limitTime(clock, 10, outer.signal).signal.aborted).toBe(true)
  })

  it('leaves nothing on the clock once the work is over', () => {
    const { clock, waits } = handClock()
    const limit = limitTime(clock, 10, new AbortController().signal)
    limit.end()
    expect([waits(), limit.signal.aborted, limit.late]).toEqual([false, true, false])
  })
})
