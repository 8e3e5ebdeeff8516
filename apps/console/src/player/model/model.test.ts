import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { captionTime, clockText, hashAt, timeInHash } from './clock-text.js'
import { happeningsOf, nextOf, slowestAnswer, turnAfter, turnBefore } from './happenings.js'
import { createPeaks } from './peaks.js'
import { answerAt, lineAt, wordsBegun } from './place.js'
import type { AgentLine, CallerLine, Playback } from './playback.js'
import { transcriptOf } from './transcripts.js'
import { CLOSEST_MS, moved, msAt, showing, ticksIn, wholeOf, xOf, zoomed } from './view-window.js'

const caller = (startMs: number, endMs: number, text = 'hello'): CallerLine => ({
  ...{ by: 'caller', turn: `t${startMs}`, text, origin: 'speech', startMs, endMs, times: 'logged' },
})

const agent = (startMs: number, words: readonly string[], heardCount = words.length): AgentLine => ({
  ...{ by: 'agent', turn: `t${startMs}`, reply: `r${startMs}`, startMs, endMs: startMs + 300 * heardCount },
  words: words.map((text, index) => {
    const from = startMs + 300 * Math.min(index, heardCount)
    return { text, startMs: from, endMs: index < heardCount ? from + 300 : from, heard: index < heardCount }
  }),
  ...{ heardMs: 300 * heardCount, interrupted: heardCount < words.length },
  ...{ heardSource: 'reported', times: 'logged' },
  ledger: { totalMs: startMs / 10, stages: [], unattributedMs: 0, heardSource: 'reported' },
})

function playback(parts: Partial<Playback> = {}): Playback {
  return {
    session: { agent: 'bank', language: 'en', edge: 'voice-ws', startedAtMs: 0, state: 'ended' },
    durationMs: 60_000,
    recording: { state: 'none' },
    log: 'whole',
    ...{ lines: [], floors: [], overlaps: [], ducks: [], tools: [], warnings: [], legs: [], keys: [] },
    truncated: false,
    ...parts,
  }
}

describe('times', () => {
  it.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [61_000, '1:01'],
    [3_723_456, '1:02:03'],
  ])('%i ms reads %s', (ms, text) => expect(clockText(ms)).toBe(text))

  it('have tenths where wanted, and three figures in captions', () => {
    expect([clockText(12_340, true), clockText(12_340, true, ',')]).toEqual(['0:12.3', '0:12,3'])
    expect(captionTime(3_723_456, ',')).toBe('01:02:03,456')
    expect(captionTime(3_723_456.6, '.')).toBe('01:02:03.457')
  })

  it('go into an address and come back out of it', () => {
    expect(hashAt('#/sessions/ses_1', 12_340)).toBe('#/sessions/ses_1?t=12.3')
    expect(hashAt('#/sessions/ses_1?t=99', 0)).toBe('#/sessions/ses_1')
    expect(timeInHash('#/sessions/ses_1?t=12.3')).toBe(12_300)
    for (const none of ['#/x', '#/x?t=', '#/x?t=-1', '#/x?t=soon'])
      expect(timeInHash(none)).toBe(none.endsWith('t=') ? 0 : undefined)
  })
})

describe('the window of the timeline', () => {
  const length = fc.integer({ min: 0, max: 4_000_000 })
  const change = fc.array(
    fc.oneof(
      fc.record({
        factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
        at: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.integer({ min: -100_000, max: 100_000 }),
    ),
    { maxLength: 20 },
  )

  it('stays within the conversation however it is zoomed and moved', () => {
    fc.assert(
      fc.property(length, change, (durationMs, changes) => {
        let window = wholeOf(durationMs)
        for (const each of changes) {
          window =
            typeof each === 'number'
              ? moved(window, durationMs, each)
              : zoomed(window, durationMs, { atMs: each.at * durationMs, factor: each.factor })
          expect(window.fromMs).toBeGreaterThanOrEqual(0)
          expect(window.untilMs).toBeLessThanOrEqual(wholeOf(durationMs).untilMs + 1e-6)
          expect(window.untilMs - window.fromMs).toBeGreaterThanOrEqual(CLOSEST_MS - 1e-6)
        }
      }),
    )
  })

  it('keeps the moment under the pointer where it is', () => {
    const before = { fromMs: 10_000, untilMs: 30_000 }
    const after = zoomed(before, 60_000, { atMs: 15_000, factor: 2 })
    expect(xOf(after, 800, 15_000)).toBeCloseTo(xOf(before, 800, 15_000))
    expect(msAt(after, 800, xOf(after, 800, 17_000))).toBeCloseTo(17_000)
  })

  it('follows the playhead only when that leaves it', () => {
    const window = { fromMs: 10_000, untilMs: 20_000 }
    expect(showing(window, 60_000, 19_000)).toBe(window)
    expect(showing(window, 60_000, 20_500)).toEqual({ fromMs: 19_500, untilMs: 29_500 })
    expect(showing(window, 60_000, 59_900)).toEqual({ fromMs: 50_000, untilMs: 60_000 })
  })

  it('has a handful of round ticks at any width', () => {
    fc.assert(
      fc.property(length, fc.integer({ min: 100, max: 3_000 }), (durationMs, width) => {
        const window = wholeOf(durationMs)
        expect(ticksIn(window, width).length).toBeLessThanOrEqual(width / 72 + 2)
      }),
    )
    expect(ticksIn({ fromMs: 0, untilMs: 10_000 }, 400)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000])
  })
})

describe('the shape of a recording', () => {
  const length = 5_000
  const data = Array.from({ length }, (_, i) => [
    -(i % 50),
    i % 100,
    i === 3_333 ? -128 : 0,
    i === 3_333 ? 127 : 0,
  ]).flat()
  const peaks = createPeaks({ sample_rate: 16_000, samples_per_pixel: 800, length, data })

  it('loses no peak however many columns it is drawn in', () => {
    for (const count of [10, 77, 640, 1_500, 5_000]) {
      const columns = peaks.columns(0, length * 50, count)
      expect(columns).toHaveLength(4 * count)
      let [low, high] = [0, 0]
      for (let i = 0; i < count; i++) {
        low = Math.min(low, columns[4 * i + 2] ?? 0)
        high = Math.max(high, columns[4 * i + 3] ?? 0)
      }
      expect([low, high]).toEqual([-128, 127])
    }
    expect(peaks).toMatchObject({ durationMs: 250_000, loudest: 128 })
  })

  it('has a peak where it is heard, within a column', () => {
    const count = 500
    const columns = peaks.columns(0, length * 50, count)
    const found = Array.from({ length: count }, (_, i) => columns[4 * i + 3]).indexOf(127)
    expect(Math.abs((found + 0.5) * (250_000 / count) - 3_333 * 50)).toBeLessThanOrEqual(250_000 / count)
  })

  it('is silent before its beginning and after its end', () => {
    expect([...peaks.columns(-5_000, -1_000, 4)]).toEqual(new Array(16).fill(0))
    expect([...peaks.columns(300_000, 310_000, 4)]).toEqual(new Array(16).fill(0))
  })
})

describe('where the playhead is', () => {
  const lines = [
    agent(0, ['Good', 'day']),
    caller(2_000, 3_000),
    agent(2_800, ['Wait', 'a', 'moment']),
    caller(9_000, 9_500),
  ]

  it('is in the line that is said, or the last that was', () => {
    expect(
      [-1, 0, 599, 1_500, 2_500, 2_900, 3_200, 5_000, 9_100, 60_000].map(ms => lineAt(lines, ms)),
    ).toEqual([-1, 0, 0, 0, 1, 2, 2, 2, 3, 3])
  })

  it('is after the words that began, of those that were heard', () => {
    const { words } = agent(1_000, ['one', 'two', 'three', 'four'], 2)
    expect([999, 1_000, 1_299, 1_300, 5_000].map(ms => wordsBegun(words, ms))).toEqual([0, 1, 1, 2, 2])
  })

  it('has an answer that belongs to it', () => {
    const answers = [agent(1_000, ['a']), agent(5_000, ['b'])]
    expect([0, 1_100, 2_000, 9_000].map(ms => answerAt(answers, ms)?.startMs)).toEqual([
      1_000, 1_000, 5_000, 5_000,
    ])
    expect(answerAt([], 0)).toBeUndefined()
  })

  it('goes to turns and round the interruptions', () => {
    expect([
      turnBefore([0, 5_000, 9_000], 9_500),
      turnBefore([0, 5_000], 7_000),
      turnBefore([], 7_000),
    ]).toEqual([5_000, 5_000, 0])
    expect([turnAfter([0, 5_000], 0), turnAfter([0, 5_000], 5_000)]).toEqual([5_000, undefined])
    const marks = [{ atMs: 100 }, { atMs: 900 }]
    expect([nextOf(marks, 0)?.atMs, nextOf(marks, 100)?.atMs, nextOf(marks, 900)?.atMs]).toEqual([
      100, 900, 100,
    ])
  })
})

describe('what happened', () => {
  const judged = { reply: 'r1000', startMs: 1_100, reasons: [{ kind: 'command', text: 'stop' }] }

  it('tells a voice once, by what was ruled at last', () => {
    const found = happeningsOf(
      playback({
        overlaps: [
          { ...judged, atMs: 1_250, ruling: 'hold' },
          { ...judged, startMs: 1_110, atMs: 1_400, ruling: 'claim' },
          { ...judged, startMs: 5_000, atMs: 5_300, ruling: 'pass' },
        ],
        lines: [agent(1_000, ['a', 'b', 'c'], 1), agent(20_000, ['d', 'e'], 1)],
      }),
    )
    expect(found.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['interruption', 1_100],
      ['overlap', 5_000],
      // Nobody spoke into the other: it was stopped otherwise.
      ['cut', 20_300],
    ])
    expect(found[0]).toMatchObject({ decidedAfterMs: 300 })
    expect(found[2]).toMatchObject({ byVoice: false })
  })

  it('tells a voice that cut what was not known to be heard from an order', () => {
    const lines = [agent(1_000, ['a', 'b'], 1), agent(9_000, ['c', 'd'], 1)]
    const found = happeningsOf(playback({ lines, floors: [{ atMs: 1_340, floor: 'user' }] }))
    expect(found).toMatchObject([{ byVoice: true }, { byVoice: false }])
  })

  it('closes the gap of a lost line, or leaves it open to the end', () => {
    const legs = [
      { atMs: 1_000, change: 'lost' },
      { atMs: 3_000, change: 'attached' },
      { atMs: 8_000, change: 'lost' },
    ] as const
    expect(happeningsOf(playback({ legs })).map(({ atMs, untilMs }) => [atMs, untilMs])).toEqual([
      [1_000, 3_000],
      [8_000, 60_000],
    ])
  })

  it('knows the answer that was waited for longest', () => {
    expect(slowestAnswer([agent(1_000, ['a']), agent(9_000, ['b']), agent(2_000, ['c'])])?.startMs).toBe(
      9_000,
    )
    expect(slowestAnswer([])).toBeUndefined()
  })
})

describe('a transcript', () => {
  const speakers = { caller: 'Caller', agent: 'Agent', unheard: 'not heard:' }
  const whole = playback({
    recording: { state: 'ready', startMs: 500, durationMs: 50_000 },
    lines: [
      caller(1_000, 2_500, 'a < b'),
      agent(3_000, ['Well,', 'no.', 'But'], 2),
      caller(100, 300, 'too early'),
    ],
  })

  it('to be read marks what was not heard', () => {
    expect(transcriptOf(whole, 'txt', speakers)).toBe(
      '[0:01.0] Caller: a < b\n[0:03.0] Agent: Well, no. [not heard: But]\n[0:00.1] Caller: too early\n',
    )
  })

  it('as captions has the times of the sound, and what was heard alone', () => {
    expect(transcriptOf(whole, 'srt', speakers)).toBe(
      '1\n00:00:00,500 --> 00:00:02,000\nCaller: a < b\n\n2\n00:00:02,500 --> 00:00:03,500\nAgent: Well, no.\n',
    )
    expect(transcriptOf(whole, 'vtt', speakers)).toContain(
      'WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n<v Caller>a &lt; b\n',
    )
  })

  it('cuts a long answer into captions that can be read', () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`)
    const cues = transcriptOf(playback({ lines: [agent(0, words)] }), 'srt', speakers)
      .trim()
      .split('\n\n')
    expect(cues.length).toBeGreaterThan(3)
    for (const cue of cues)
      expect((cue.split('\n')[2] ?? '').length).toBeLessThanOrEqual('Agent: '.length + 84)
    expect(cues.join(' ')).toContain('word59')
  })

  it('as JSON is all that the player has', () => {
    expect(JSON.parse(transcriptOf(whole, 'json', speakers))).toEqual(whole)
  })
})
