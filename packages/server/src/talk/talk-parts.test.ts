import type { ServerMessage } from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import { createHandClock } from '../testing/hand-clock.js'
import { createLoudspeaker } from './loudspeaker.js'
import { openMicrophone } from './microphone.js'
import { createTalkBook } from './talk-book.js'
import { waterfall } from './waterfall.js'

const rate = 16_000
const ramp = (length: number) => Int16Array.from({ length }, (_, index) => index + 1)

describe('the microphone', () => {
  it('sends 20 ms every 20 ms: silence, then the recording to its last sample, then silence', async () => {
    const clock = createHandClock()
    const sent: number[] = []
    const microphone = openMicrophone({ clock, sampleRate: rate, send: frame => sent.push(...frame) })
    await clock.advance(100)
    expect(sent).toEqual(new Array(5 * 320).fill(0))
    let done = false
    void microphone.speak(ramp(700)).then(() => {
      done = true
    })
    await clock.advance(100)
    expect(done).toBe(true)
    expect(sent.slice(1600, 2300)).toEqual([...ramp(700)])
    expect(sent.slice(2300).every(sample => sample === 0)).toBe(true)
    microphone.close()
    expect(clock.pending).toBe(0)
  })

  it('catches up after a late timer instead of falling behind', async () => {
    const clock = createHandClock()
    let frames = 0
    const late = {
      ...clock,
      after: (ms: number, run: () => void) => clock.after(ms * 3, run),
      now: clock.now,
    }
    const microphone = openMicrophone({ clock: late, sampleRate: rate, send: () => void frames++ })
    await clock.advance(6_000)
    expect(frames).toBeGreaterThanOrEqual(296)
    microphone.close()
  })
})

describe('the loudspeaker', () => {
  function rig() {
    const clock = createHandClock()
    const reports: [string, number][] = []
    const speaker = createLoudspeaker({
      clock,
      sampleRate: rate,
      report: (...each) => void reports.push(each),
    })
    return { clock, reports, speaker }
  }

  it('plays at the pace of time and reports to the end', async () => {
    const { clock, reports, speaker } = rig()
    speaker.begin('a', 0)
    speaker.audio(ramp(4_000))
    await clock.advance(1_000)
    expect(reports).toEqual([
      ['a', 100],
      ['a', 200],
      ['a', 250],
    ])
    expect(speaker.played()).toEqual(ramp(4_000))
  })

  it('forgets what a clear takes back, and reports the last of it', async () => {
    const { clock, reports, speaker } = rig()
    speaker.begin('a', 0)
    speaker.audio(ramp(16_000))
    await clock.advance(150)
    speaker.clear('a')
    expect(reports.at(-1)).toEqual(['a', 150])
    await clock.advance(1_000)
    expect(speaker.played()).toEqual(ramp(2_400))
    expect(clock.pending).toBe(0)
  })

  it('goes on where a clear left off: the place grows from there, and nothing is played twice', async () => {
    const { clock, reports, speaker } = rig()
    const said = ramp(6_400)
    speaker.begin('a', 0)
    speaker.audio(said.subarray(0, 4_800))
    await clock.advance(150)
    speaker.clear('a')
    await clock.advance(400)
    speaker.begin('a', 150)
    speaker.audio(said.subarray(2_400))
    await clock.advance(1_000)
    expect(reports.map(([, ms]) => ms)).toEqual([100, 150, 250, 350, 400])
    expect(speaker.played()).toEqual(said)
  })

  it('does not count the time in which it ran empty', async () => {
    const { clock, reports, speaker } = rig()
    speaker.begin('a', 1_000)
    speaker.audio(ramp(1_600))
    await clock.advance(500)
    speaker.audio(ramp(1_600))
    await clock.advance(50)
    speaker.close()
    expect(reports.map(([, ms]) => ms)).toEqual([1_100, 1_150])
  })
})

describe('the book of a conversation', () => {
  const turn = 't1'
  const reply = 'r1'
  const heard = { reply, ms: 1, text: 'We open', complete: false, source: 'reported', errorMs: 0 } as const
  const story: ServerMessage[] = [
    { type: 'floor-changed', atMs: 0, floor: 'user' },
    { type: 'transcript-final', atMs: 1, turn, text: 'hours', origin: 'speech', startMs: 0, endMs: 1 },
    { type: 'turn-committed', atMs: 2, turn },
    { type: 'reply-started', atMs: 3, turn, reply },
    { type: 'floor-changed', atMs: 3, floor: 'open' },
    { type: 'reply-ended', atMs: 4, turn, reply, said: 'We open at nine.', heard, interrupted: true },
  ]

  it('is quiet only once every reply that began has ended', () => {
    const book = createTalkBook()
    const quiet = story.map(message => {
      book.note(message)
      return book.quiet
    })
    expect(quiet).toEqual([false, false, false, false, false, true])
    expect([book.asked, book.answered]).toEqual([1, 1])
    expect(book.turns).toEqual([
      {
        turn,
        text: 'hours',
        committed: true,
        replies: [{ reply, said: 'We open at nine.', heard: 'We open', interrupted: true }],
      },
    ])
  })
})

describe('the waterfall', () => {
  it('puts each stage where it lies', () => {
    const stages = [
      { stage: 'endpoint', startMs: 0, durationMs: 500 },
      { stage: 'first-heard', startMs: 500, durationMs: 500 },
    ]
    expect(waterfall({ totalMs: 1_000, unattributedMs: 0, heardSource: 'reported', stages })).toEqual([
      `endpoint     ${'█'.repeat(20)}${' '.repeat(20)}    500 ms`,
      `first-heard  ${' '.repeat(20)}${'█'.repeat(20)}    500 ms`,
      `total        ${' '.repeat(40)}   1000 ms  (reported)`,
    ])
  })

  it('names the facts that were looked up, and those that were missed', () => {
    const stages = [{ stage: 'endpoint', startMs: 0, durationMs: 10 }]
    const context = { used: ['weather', 'stock'], late: ['news'], failed: [] }
    expect(
      waterfall({ totalMs: 10, unattributedMs: 0, heardSource: 'reported', stages, context }).slice(2),
    ).toEqual(['facts     used: weather, stock', 'facts     late: news'])
  })

  it('says who decided, and why', () => {
    const stages = [{ stage: 'endpoint', startMs: 0, durationMs: 10 }]
    const ledger = { totalMs: 10, unattributedMs: 0, heardSource: 'reported', stages } as const
    const decision = {
      by: 'anthropic',
      cause: 'rule',
      rule: 'refunds',
      outcome: 'decided',
      tookMs: 912.4,
    } as const
    const line = (more: object) => waterfall({ ...ledger, decision: { ...decision, ...more } }).at(-1)
    expect(line({})).toBe('decided   by anthropic (a rule, refunds), 912 ms')
    expect(line({ cause: 'tool', rule: undefined, outcome: 'late' })).toBe(
      'decided   too late: anthropic (the model asked), 912 ms',
    )
  })

  it('survives a ledger of no time at all', () => {
    const stages = [{ stage: 'endpoint', startMs: 0, durationMs: 0 }]
    expect(waterfall({ totalMs: 0, unattributedMs: 0, heardSource: 'estimated', stages })).toHaveLength(2)
    expect(waterfall({ totalMs: 0, unattributedMs: 0, heardSource: 'estimated', stages: [] })).toHaveLength(1)
  })
})
