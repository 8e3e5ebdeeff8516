import type { ReplyId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { createMarkLine } from './mark-line.js'

const reply = 'rpl_1' as ReplyId

/** A line with a clock moved by hand. */
function setUp() {
  let nowMs = 1_000
  const line = createMarkLine({ now: () => nowMs, initialRttMs: 100, frameMs: 20 })
  return {
    line,
    pass(ms: number) {
      nowMs += ms
    },
    /** 100 ms of sound and the mark behind it. */
    send(untilMs: number) {
      line.sent(100)
      return line.mark(reply, untilMs)
    },
  }
}

describe('a mark line', () => {
  it('proves by an echo what was sent before the mark, once', () => {
    const { line, send, pass } = setUp()
    const begin = line.begin(reply, 0)
    const mark = send(100)
    pass(180)
    expect(line.echoed(begin)).toEqual({ reply, ms: 0 })
    expect(line.echoed(mark)).toEqual({ reply, ms: 100 })
    expect(line.echoed(mark)).toBeUndefined()
    expect(line.echoed('never sent')).toBeUndefined()
  })

  it('takes for the way what an echo is late by, not the sound that was queued before it', () => {
    const { line, send, pass } = setUp()
    line.begin(reply, 0)
    const marks = [send(100), send(200), send(300)]
    pass(160)
    for (const mark of marks) {
      line.echoed(mark)
      pass(100)
    }
    expect(line.rttMs).toBeCloseTo(60)
  })

  it('believes no echo of a mark that was out when a clear left', () => {
    const { line, send, pass } = setUp()
    const begin = line.begin(reply, 0)
    const [first, second] = [send(100), send(200)]
    pass(160)
    line.echoed(begin)
    line.echoed(first)
    line.clear()
    pass(60)
    expect(line.echoed(second)).toBeUndefined()
  })

  it('says once the clear has arrived how far the far end had played by then', () => {
    const { line, send, pass } = setUp()
    const begin = line.begin(reply, 500)
    const first = send(600)
    send(700)
    pass(60)
    line.echoed(begin)
    pass(100)
    line.echoed(first)
    pass(10)
    const behind = line.clear()
    pass(60)
    const played = line.echoed(behind)
    // 170 ms after the sound left; it shakes by what the first guess allows, and less with each round trip.
    expect(played?.reply).toBe(reply)
    expect(played?.ms).toBeLessThanOrEqual(670)
    expect(played?.ms).toBeGreaterThan(655)
  })

  it('claims no more than was sent, and no less than was proven', () => {
    const { line, send, pass } = setUp()
    line.begin(reply, 0)
    const mark = send(100)
    pass(160)
    line.echoed(mark)
    pass(5_000)
    const behind = line.clear()
    pass(60)
    expect(line.echoed(behind)).toEqual({ reply, ms: 100 })
  })

  it('says nothing of a clear once the reply was sent anew', () => {
    const { line, send, pass } = setUp()
    line.begin(reply, 0)
    send(100)
    pass(80)
    const behind = line.clear()
    pass(10)
    line.begin(reply, 20)
    pass(50)
    expect(line.echoed(behind)).toBeUndefined()
  })

  it('holds no more marks than a far end that returns none could make it hold', () => {
    const { line, send } = setUp()
    line.begin(reply, 0)
    for (let index = 1; index <= 1_000; index++) send(index * 100)
    expect(line.open).toBe(64)
  })
})
