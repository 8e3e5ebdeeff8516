/** What is said of what was heard when the far end says little. */

import { describe, expect, it } from 'vitest'
import type { ReplyId } from '../ids.js'
import type { Heard } from '../turn/history.js'
import type { FarEnd } from './far-end.js'
import { Playout } from './playout.js'

const RATE = 8_000
const reply = 'rpl_1' as ReplyId

function setUp() {
  const orders: string[] = []
  const told: { readonly kind: string; readonly heard: Heard }[] = []
  let nowMs = 0
  const far: FarEnd = {
    aheadMs: 200,
    pathMs: 50,
    reportsPlayed: true,
    rewinds: true,
    play: frame => void orders.push(`play ${Math.round(frame.atMs)}`),
    clear: () => void orders.push('clear'),
    duck: () => {},
  }
  const playout = new Playout(
    { sampleRate: RATE },
    {
      firstSent: () => {},
      audible: () => {},
      sent: () => {},
      finished: heard => void told.push({ kind: 'finished', heard }),
      settled: heard => void told.push({ kind: 'settled', heard }),
    },
  )
  playout.connect(far)
  playout.begin(reply)
  playout.release(reply, 0)
  playout.words(reply, 'one two three four', 1_600)
  playout.audio(reply, new Int16Array(RATE * 2).fill(5_000), 0)
  playout.end(reply, 0)
  return {
    playout,
    orders,
    told,
    now: () => nowMs,
    until(ms: number) {
      while (nowMs < ms) {
        nowMs += 20
        playout.tick(nowMs)
      }
    },
    plays: () => orders.filter(order => order.startsWith('play')).map(order => Number(order.slice(5))),
  }
}

describe('what was heard, of a far end that says little', () => {
  it('keeps its error bar where no count came after the cut', () => {
    const { playout, until, told, now } = setUp()
    until(400)
    playout.played(reply, 300, now())
    until(1_200)
    const first = playout.interrupt(now())
    until(2_000)
    expect(first?.errorMs).toBeGreaterThan(500)
    expect(told).toMatchObject([{ kind: 'settled', heard: { ms: 300, errorMs: first?.errorMs } }])
  })

  it('narrows it where one did', () => {
    const { playout, until, told, now } = setUp()
    until(400)
    playout.played(reply, 300, now())
    until(1_200)
    playout.interrupt(now())
    playout.played(reply, 1_100, now())
    until(2_000)
    expect(told).toMatchObject([{ kind: 'settled', heard: { ms: 1_100, errorMs: 20 } }])
  })

  it('does not call reported what nobody reported', () => {
    const { playout, until, told, now } = setUp()
    until(900)
    playout.played(reply, 800, now())
    until(6_000)
    expect(told).toMatchObject([
      { kind: 'finished', heard: { complete: true, source: 'estimated', errorMs: 1_200 } },
    ])
  })
})

describe('silence for a moment', () => {
  it('throws nothing away twice, and goes on where the one count says', () => {
    const { playout, until, orders, plays, now } = setUp()
    until(600)
    playout.duck(now())
    until(620)
    playout.resume(now())
    playout.duck(now())
    expect(orders.filter(order => order === 'clear')).toHaveLength(1)
    playout.played(reply, 560, now())
    const before = plays().length
    until(700)
    playout.resume(now())
    until(900)
    expect(plays()[before]).toBe(560)
  })

  it('lets nothing of the answer be skipped that takes the place of a silenced filler', () => {
    const { playout, until, plays, now } = setUp()
    until(600)
    playout.duck(now())
    const fromMs = playout.trim(reply)
    playout.played(reply, 640, now())
    until(760)
    const before = plays().length
    playout.resume(now())
    until(1_000)
    expect(fromMs).toBeGreaterThanOrEqual(640)
    expect(plays()[before]).toBeLessThanOrEqual(fromMs)
  })
})
