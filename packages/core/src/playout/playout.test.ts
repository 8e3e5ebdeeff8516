import type { AudioFrame } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import type { ReplyId } from '../ids.js'
import type { Heard } from '../turn/history.js'
import type { FarEnd } from './far-end.js'
import { Playout } from './playout.js'

const RATE = 8_000
const reply = 'rpl_1' as ReplyId
const sound = (ms: number, level = 8_000) => new Int16Array((RATE * ms) / 1000).fill(level)

interface Sent {
  readonly reply: ReplyId
  readonly fromMs: number
  readonly ms: number
  readonly atMs: number
  readonly peak: number
}

function setUp(
  far: Partial<Pick<FarEnd, 'aheadMs' | 'pathMs' | 'reportsPlayed' | 'rewinds' | 'reportsCuts'>> = {},
) {
  const sent: Sent[] = []
  const orders: string[] = []
  const told: { kind: string; heard: Heard; said: string }[] = []
  const time = { nowMs: 0, pathMs: far.pathMs ?? 0 }
  const leg: FarEnd = {
    aheadMs: far.aheadMs ?? 100,
    get pathMs() {
      return time.pathMs
    },
    reportsPlayed: far.reportsPlayed ?? false,
    rewinds: far.rewinds ?? false,
    ...(far.reportsCuts ? { reportsCuts: true as const } : {}),
    play({ samples, rate, atMs: fromMs }: AudioFrame, of) {
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
      sent.push({ reply: of, fromMs, ms: (samples.length * 1000) / rate, atMs: time.nowMs, peak })
    },
    clear: of => void orders.push(`clear ${of}`),
    duck: on => void orders.push(`duck ${on}`),
  }
  const audible: number[] = []
  const cleared: number[] = []
  const leaving: { readonly fromMs: number; readonly earMs: number }[] = []
  const playout = new Playout(
    { sampleRate: RATE },
    {
      firstSent: () => {},
      audible: (_, atMs) => void audible.push(atMs),
      sent: (_, totalMs) => void orders.push(`sent ${totalMs}`),
      finished: (heard, said) => void told.push({ kind: 'finished', heard, said }),
      settled: (heard, said) => void told.push({ kind: 'settled', heard, said }),
      agentAudio: ({ atMs }, _, aheadMs, pathMs) =>
        void leaving.push({ fromMs: atMs, earMs: time.nowMs + aheadMs + pathMs }),
      cleared: (_, heardMs) => void cleared.push(heardMs),
    },
  )
  playout.connect(leg)
  const sentMs = () => sent.reduce((sum, { ms }) => sum + ms, 0)
  /** Beats until the time is reached. */
  function beatUntil(ms: number): void {
    while (time.nowMs < ms) {
      time.nowMs += 20
      playout.tick(time.nowMs)
    }
  }
  function speak(ms: number, id = reply): void {
    playout.begin(id)
    playout.release(id, time.nowMs)
    playout.audio(id, sound(ms), time.nowMs)
    playout.end(id, time.nowMs)
  }
  return { playout, leg, sent, orders, told, audible, leaving, cleared, time, sentMs, beatUntil, speak }
}

describe('the pace', () => {
  it('is never more than the far end’s lead before time, and keeps that lead', () => {
    const { speak, beatUntil, time, sentMs } = setUp({ aheadMs: 100 })
    speak(2_000)
    for (let ms = 20; ms < 1_800; ms += 20) {
      beatUntil(ms)
      expect(sentMs() - time.nowMs).toBeLessThan(100 + 20)
      expect(sentMs() - time.nowMs).toBeGreaterThanOrEqual(100)
    }
  })

  it('leaves nothing out and sends nothing twice', () => {
    const { speak, beatUntil, sent, orders } = setUp()
    speak(1_010)
    beatUntil(2_000)
    let endMs = 0
    for (const { fromMs, ms } of sent) {
      expect(fromMs).toBeCloseTo(endMs)
      endMs += ms
    }
    expect(endMs).toBe(1_010)
    expect(orders).toEqual(['sent 1010'])
  })

  it('begins a new run of sound where the queue ran dry: silence is not counted as heard', () => {
    const { playout, beatUntil, time } = setUp()
    playout.begin(reply)
    playout.release(reply, 0)
    playout.audio(reply, sound(200), 0)
    beatUntil(1_000)
    playout.audio(reply, sound(400), time.nowMs)
    beatUntil(1_100)
    expect(playout.interrupt(time.nowMs)).toMatchObject({ ms: 300, source: 'estimated' })
  })

  it('holds the maker back over three seconds of sound and wakes it as the sound leaves', async () => {
    const { playout, beatUntil } = setUp()
    playout.begin(reply)
    playout.release(reply, 0)
    expect(playout.room(reply)).toBeUndefined()
    playout.audio(reply, sound(3_400), 0)
    let awake = false
    const waiting = playout.room(reply)?.then(() => {
      awake = true
    })
    beatUntil(200)
    await Promise.resolve()
    expect(awake).toBe(false)
    beatUntil(400)
    await waiting
    expect(awake).toBe(true)
  })

  it('wakes a maker whose reply was cut', async () => {
    const { playout } = setUp()
    playout.begin(reply)
    playout.audio(reply, sound(4_000), 0)
    const waiting = playout.room(reply)
    playout.interrupt(0)
    await expect(waiting).resolves.toBeUndefined()
  })
})

describe('the gate', () => {
  it('lets nothing through before release, nothing after a cut, and nothing of another reply', () => {
    const { playout, sent, beatUntil, time, orders } = setUp()
    playout.begin(reply)
    playout.audio(reply, sound(500), 0)
    beatUntil(100)
    expect(sent).toEqual([])
    playout.release(reply, time.nowMs)
    playout.interrupt(time.nowMs)
    const before = sent.length
    playout.audio(reply, sound(500), time.nowMs)
    playout.audio('rpl_2' as ReplyId, sound(500), time.nowMs)
    beatUntil(1_000)
    expect(sent.length).toBe(before)
    expect(orders).toEqual(['clear rpl_1'])
  })

  it('forgets a prepared reply without a word to the far end', () => {
    const { playout, orders, told } = setUp()
    playout.begin(reply)
    playout.audio(reply, sound(500), 0)
    expect(playout.interrupt(0)).toBeUndefined()
    playout.tick(1_000)
    expect([orders, told]).toEqual([[], []])
  })
})

describe('ducking', () => {
  it('lowers the voice within one frame and gives it back', () => {
    const { playout, speak, sent, beatUntil, time } = setUp()
    speak(2_000)
    beatUntil(200)
    playout.duck(time.nowMs)
    const first = sent.length
    beatUntil(240)
    expect(sent[first + 1]?.peak).toBeLessThan(8_000 / 7)
    playout.resume(time.nowMs)
    beatUntil(300)
    expect(sent.at(-1)?.peak).toBe(8_000)
  })

  it('ends at the far end with the reply, and at a cut only after what was ducked is cleared', () => {
    const whole = setUp()
    whole.speak(300)
    whole.playout.duck(0)
    whole.beatUntil(1_000)
    expect(whole.orders).toEqual(['duck true', 'sent 300', 'duck false'])
    const cut = setUp()
    cut.speak(300)
    cut.playout.duck(0)
    cut.playout.interrupt(0)
    expect(cut.orders).toEqual(['duck true', 'clear rpl_1', 'duck false'])
  })
})

describe('what was heard', () => {
  it('is the far end’s word where it gives it, never more than was sent and never less than before', () => {
    const { playout, speak, beatUntil, time } = setUp({ reportsPlayed: true, aheadMs: 200 })
    speak(2_000)
    beatUntil(500)
    playout.played(reply, 300, time.nowMs)
    playout.played(reply, 100, time.nowMs)
    expect(playout.interrupt(time.nowMs)?.ms).toBe(300)
    const liar = setUp({ reportsPlayed: true, aheadMs: 200 })
    liar.speak(2_000)
    liar.playout.played(reply, 1e9, 0)
    const heard = liar.playout.interrupt(0)
    expect(heard?.ms).toBe(liar.sentMs())
    expect(heard?.errorMs).toBeGreaterThanOrEqual(0)
  })

  it('is not taken from a far end that said it would not report', () => {
    const { playout, speak, beatUntil, time, told } = setUp({ pathMs: 100 })
    speak(2_000)
    beatUntil(500)
    playout.played(reply, 20, time.nowMs)
    expect(playout.interrupt(time.nowMs)).toMatchObject({ ms: 400, source: 'estimated' })
    beatUntil(600)
    expect(told).toMatchObject([{ kind: 'settled', heard: { ms: 400, source: 'estimated' } }])
  })

  it('is corrected by the report that comes after the cut, once', () => {
    const { playout, speak, beatUntil, time, told } = setUp({ reportsPlayed: true })
    speak(2_000)
    beatUntil(400)
    playout.played(reply, 300, time.nowMs)
    playout.interrupt(time.nowMs)
    playout.played(reply, 380, time.nowMs + 40)
    beatUntil(1_000)
    playout.played(reply, 400, time.nowMs)
    beatUntil(2_000)
    expect(told).toMatchObject([{ kind: 'settled', heard: { ms: 380, source: 'reported' } }])
  })

  it('comes to the end though reports stop half-way', () => {
    const { playout, speak, beatUntil, told } = setUp({ reportsPlayed: true })
    speak(1_000)
    playout.played(reply, 10, 0)
    beatUntil(2_900)
    expect(told).toEqual([])
    beatUntil(3_100)
    expect(told).toMatchObject([{ kind: 'finished', heard: { complete: true, ms: 1_000 } }])
  })
})

describe('taking back', () => {
  const words = (playout: Playout, ...ends: number[]) => {
    for (const untilMs of ends) playout.words(reply, `w${untilMs} `, untilMs)
  }

  it('keeps the word that is being sent, to its end, and no sample after it', () => {
    const { playout, beatUntil, sentMs, told, time } = setUp({ aheadMs: 100 })
    playout.begin(reply)
    playout.release(reply, 0)
    words(playout, 300, 600, 900)
    playout.audio(reply, sound(900), 0)
    beatUntil(300)
    expect(playout.trim(reply)).toBe(600)
    playout.end(reply, time.nowMs)
    beatUntil(2_000)
    expect(sentMs()).toBe(600)
    expect(told.map(({ said }) => said)).toEqual(['w300 w600'])
  })

  it('keeps the clause that is being sent, where its end is near', () => {
    const { playout, beatUntil } = setUp({ aheadMs: 100 })
    playout.begin(reply)
    playout.release(reply, 0)
    for (const [index, text] of ['One ', 'moment, ', 'I ', 'am ', 'looking. ', 'So '].entries())
      playout.words(reply, text, (index + 1) * 300)
    playout.audio(reply, sound(1_800), 0)
    beatUntil(100)
    expect(playout.trim(reply)).toBe(600)
    beatUntil(550)
    expect(playout.trim(reply)).toBe(600)
  })

  it('keeps no more than a word of a clause whose end is far, or not there yet', () => {
    const { playout, beatUntil } = setUp({ aheadMs: 100 })
    playout.begin(reply)
    playout.release(reply, 0)
    playout.words(reply, 'One ', 300)
    playout.words(reply, 'moment. ', 2_600)
    playout.audio(reply, sound(2_600), 0)
    beatUntil(100)
    expect(playout.trim(reply)).toBe(300)
    playout.words(reply, 'please. ', 900)
    expect(playout.trim(reply)).toBe(300)
  })

  it('takes all back where nothing has left, or the far end has lost it', () => {
    const { playout, leg } = setUp({ aheadMs: 100 })
    playout.begin(reply)
    words(playout, 300, 600)
    playout.audio(reply, sound(600), 0)
    expect(playout.trim(reply)).toBe(0)
    playout.disconnect(0)
    playout.connect(leg)
    words(playout, 300)
    playout.audio(reply, sound(300), 0)
    expect(playout.trim(reply)).toBe(0)
  })

  it('leaves out a word whose sound is not all there', () => {
    const { playout, beatUntil, time, told } = setUp({ aheadMs: 400 })
    playout.begin(reply)
    playout.release(reply, 0)
    words(playout, 300, 600)
    playout.audio(reply, sound(400), 0)
    beatUntil(100)
    expect(playout.trim(reply)).toBe(400)
    playout.words(reply, 'next', 700)
    playout.audio(reply, sound(300), time.nowMs)
    playout.end(reply, time.nowMs)
    beatUntil(2_000)
    expect(told.map(({ said }) => said)).toEqual(['w300 next'])
  })
})

describe('a new leg', () => {
  it('gets the sound from the first unheard sample', () => {
    const { playout, leg, speak, sent, beatUntil, time } = setUp({ pathMs: 50 })
    speak(2_000)
    beatUntil(500)
    playout.disconnect(time.nowMs)
    beatUntil(3_000)
    const before = sent.length
    playout.connect(leg)
    beatUntil(3_020)
    expect(sent[before]?.fromMs).toBe(450)
    beatUntil(5_000)
    expect(sent.at(-1)).toMatchObject({ fromMs: 1_990, ms: 10 })
  })

  it('gets whole frames although the path was measured longer just before the old one broke', () => {
    const { playout, leg, sent, beatUntil, time } = setUp()
    playout.begin(reply)
    playout.release(reply, 0)
    for (let part = 0; part < 100; part++) playout.audio(reply, sound(20), 0)
    playout.end(reply, 0)
    beatUntil(500)
    time.pathMs = 300
    playout.disconnect(time.nowMs)
    playout.connect(leg)
    const before = sent.length
    beatUntil(3_000)
    expect(sent.slice(before).every(({ ms }) => ms === 20)).toBe(true)
    expect(sent.at(-1)).toMatchObject({ fromMs: 1_980, ms: 20 })
  })

  it('that reports after one that did not counts on from what was heard', () => {
    const { playout, leg, speak, sent, beatUntil, time } = setUp()
    speak(2_000)
    beatUntil(500)
    playout.disconnect(time.nowMs)
    const reporting = { ...leg, pathMs: 0, reportsPlayed: true }
    playout.connect(reporting)
    playout.disconnect(time.nowMs)
    playout.connect(reporting)
    const before = sent.length
    beatUntil(520)
    expect(sent[before]).toMatchObject({ fromMs: 500, ms: 20 })
  })
})

describe('a far end that reports cuts', () => {
  it('and says nothing has played it all, where all was played before it heard of the cut', () => {
    const { playout, speak, beatUntil, time, told } = setUp({
      aheadMs: 10_000,
      pathMs: 80,
      reportsCuts: true,
    })
    speak(1_000)
    beatUntil(1_020)
    expect(playout.interrupt(time.nowMs)).toMatchObject({ complete: false })
    beatUntil(3_000)
    expect(told).toMatchObject([{ kind: 'settled', heard: { ms: 1_000, complete: true } }])
  })

  it('and says nothing of a cut that came in the middle leaves the estimate', () => {
    const { playout, speak, beatUntil, time, told } = setUp({
      aheadMs: 10_000,
      pathMs: 80,
      reportsCuts: true,
    })
    speak(1_000)
    beatUntil(600)
    playout.interrupt(time.nowMs)
    beatUntil(3_000)
    expect(told).toMatchObject([{ kind: 'settled', heard: { ms: 520, complete: false } }])
  })
})

describe('what looks on', () => {
  /** When the sound from `fromMs` on was told to be heard, each time that it left. */
  const earOf = (leaving: readonly { fromMs: number; earMs: number }[], fromMs: number) =>
    leaving.filter(each => each.fromMs === fromMs).map(({ earMs }) => earMs)

  it('is told when each frame is heard: in its turn behind what is ahead, and after the way', () => {
    const { speak, beatUntil, leaving } = setUp({ aheadMs: 200, pathMs: 70 })
    speak(600)
    beatUntil(900)
    expect(leaving.map(({ fromMs, earMs }) => earMs - fromMs)).toEqual(leaving.map(() => 70))
    const short = setUp({ aheadMs: 20, pathMs: 30 })
    short.speak(200)
    short.beatUntil(400)
    expect(earOf(short.leaving, 100)).toEqual([130])
  })

  it('is told of a silence where the sound came too late', () => {
    const { playout, beatUntil, time, leaving } = setUp({ aheadMs: 100, pathMs: 40 })
    playout.begin(reply)
    playout.release(reply, 0)
    playout.audio(reply, sound(100), 0)
    beatUntil(500)
    playout.audio(reply, sound(100), time.nowMs)
    beatUntil(600)
    expect([...earOf(leaving, 80), ...earOf(leaving, 100)]).toEqual([120, 540])
  })

  it('is told at once what a hold throws away, and again what is sent again', () => {
    const { playout, speak, beatUntil, time, leaving, cleared } = setUp({ aheadMs: 200, rewinds: true })
    speak(1_000)
    beatUntil(300)
    playout.hold(time.nowMs)
    expect(cleared).toEqual([300])
    playout.hold(time.nowMs)
    expect(cleared).toEqual([300])
    beatUntil(800)
    playout.resume(time.nowMs)
    expect(earOf(leaving, 300)).toEqual([300, 800])
    expect(earOf(leaving, 280)).toEqual([280])
  })

  it('is told at once what an interruption throws away, and nothing of what had not left', () => {
    const { playout, speak, beatUntil, time, cleared, leaving } = setUp({ aheadMs: 200, pathMs: 50 })
    speak(1_000)
    beatUntil(400)
    const count = leaving.length
    playout.interrupt(time.nowMs)
    expect(cleared).toEqual([350])
    beatUntil(1_000)
    expect([leaving.length, cleared.length]).toEqual([count, 1])
    const prepared = setUp()
    prepared.playout.begin(reply)
    prepared.playout.audio(reply, sound(400), 0)
    prepared.playout.interrupt(20)
    expect(prepared.cleared).toEqual([])
  })

  it('is told what a lost leg took with it, once, and hears it again from the next', () => {
    const { playout, leg, speak, beatUntil, time, cleared, leaving } = setUp({ aheadMs: 200, pathMs: 50 })
    speak(1_000)
    beatUntil(400)
    playout.disconnect(time.nowMs)
    playout.disconnect(time.nowMs)
    expect(cleared).toEqual([350])
    beatUntil(700)
    playout.connect(leg)
    beatUntil(720)
    expect(leaving.find(({ earMs }) => earMs > 700)).toEqual({ fromMs: 350, earMs: 770 })
  })
})
