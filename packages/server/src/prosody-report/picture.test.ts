import type { ProsodyFrame, UtteranceProsody } from '@parley/audio'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainPaint } from '../config/paint.js'
import { pitchRange, ticksOf, timeText, timeTicksOf } from './axis.js'
import { contourLines } from './contour.js'
import { createOverview } from './overview.js'
import { prosodySvg } from './prosody-svg.js'
import { createReport } from './report.js'
import { csvLine } from './rows.js'
import { createUtteranceTable } from './utterance-table.js'

const quiet = {
  voicing: 0,
  semitones: 0,
  energy: 0,
  rms: 0,
  levelDb: -100,
  loudness: -100,
  voicedFraction: 0,
}
const rest = { tilt: 0, centroidHz: 0, harmonicity: -20, syllableRate: 0, speaking: false, arousal: 0.5 }

function frameAt(atMs: number, pitchHz: number, loudness = -30): ProsodyFrame {
  return { ...quiet, ...rest, atMs, pitchHz, loudness, emotion: 'neutral', clipped: false }
}

const utterance: UtteranceProsody = {
  fromMs: 320,
  untilMs: 2_420,
  pitch: {
    medianHz: 142.3,
    lowHz: 110,
    highHz: 190,
    rangeSemitones: 9.46,
    semitones: 0.2,
    final: 'fall',
    finalSlope: -9,
  },
  levelDb: -21.25,
  loudness: -22,
  syllables: 9,
  syllableRate: 4.26,
  pauses: 1,
  pauseMs: 240,
  voicedFraction: 0.6,
  arousal: 0.52,
  emotion: 'neutral',
  evidence: [],
}

describe('the overview of a recording', () => {
  it('has each frame in one of so many moments, however long it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 5, max: 64 }), (count, hopMs) => {
        const overview = createOverview(hopMs)
        const frame = { ...frameAt(0, 100) }
        for (let i = 0; i < count; i++)
          overview.add(Object.assign(frame, { atMs: i * hopMs, pitchHz: i % 2 === 0 ? 100 : 200 }))
        expect(overview.moments).toBeLessThanOrEqual(2_048)
        expect(overview.moments * overview.momentMs).toBeGreaterThanOrEqual((count - 1) * hopMs)
        const pitches = Array.from({ length: overview.moments }, (_, i) => overview.pitchAt(i))
        expect(Math.min(...pitches)).toBeGreaterThan(99)
        expect(Math.max(...pitches)).toBeLessThan(201)
      }),
      { numRuns: 10 },
    )
  })

  it('joins moments: the mean pitch of what was voiced, and the loudest', () => {
    const overview = createOverview(10)
    for (let i = 0; i < 2_048 * 4; i++)
      overview.add(frameAt(i * 10, i % 5 === 0 ? 150 : 0, i % 4 === 3 ? -12 : -40))
    expect(overview.momentMs).toBe(40)
    expect(overview.pitchAt(5)).toBeCloseTo(150, 6)
    expect(overview.loudnessAt(5)).toBeCloseTo(-12, 3)
    expect(overview.voicedAt(5)).toBeCloseTo(1 / 4, 6)
  })
})

describe('the axes', () => {
  it('have round ticks, not too many, within their ends', () => {
    expect(ticksOf(88, 213, 6)).toEqual([100, 150, 200])
    expect(ticksOf(-7.2, 6.1, 7)).toEqual([-6, -4, -2, 0, 2, 4, 6].filter(tick => tick % 2 === 0))
    expect(ticksOf(5, 5, 4)).toEqual([])
    fc.assert(
      fc.property(
        fc.double({ min: -500, max: 500, noNaN: true }),
        fc.double({ min: 0.1, max: 900, noNaN: true }),
        (from, span) => {
          const ticks = ticksOf(from, from + span, 7)
          expect(ticks.length).toBeLessThanOrEqual(8)
          for (const tick of ticks) {
            expect(tick).toBeGreaterThanOrEqual(from - 1e-6 * span)
            expect(tick).toBeLessThanOrEqual(from + span + 1e-6 * span)
          }
        },
      ),
    )
    expect(timeTicksOf(7_500, 4)).toEqual([0, 2_000, 4_000, 6_000])
    expect(timeText(90_000, 200_000)).toBe('1:30')
    expect(timeText(1_500, 7_500)).toBe('1.5 s')
  })

  it('of pitch hold at least an octave', () => {
    const [low, high] = pitchRange(150, 151)
    expect(high / low).toBeCloseTo(2, 1)
  })
})

describe('the contour for a terminal', () => {
  it('fits its columns and rises where the voice does', () => {
    const overview = createOverview(32)
    for (let i = 0; i < 100; i++) overview.add(frameAt(i * 32, 100 * 2 ** (i / 100)))
    const lines = contourLines({
      overview,
      durationMs: 3_200,
      lowHz: 100,
      highHz: 200,
      columns: 60,
      lines: 7,
    })
    expect(lines).toHaveLength(9)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(60)
    const first = lines.slice(0, 7).map(line => line.search(/[\u2801-\u28ff]/))
    const places = first.filter(at => at >= 0)
    expect(places.length).toBeGreaterThan(3)
    expect([...places].sort((a, b) => b - a)).toEqual(places)
  })

  it('stands where the recording has no length', () => {
    const overview = createOverview(32)
    expect(
      contourLines({ overview, durationMs: 1, lowHz: 100, highHz: 100, columns: 40, lines: 3 }),
    ).toHaveLength(5)
  })
})

describe('an utterance', () => {
  it('is a line of the table, with its side where there are two', () => {
    const one = createUtteranceTable({ sides: ['voice'], paint: plainPaint, width: 120 })
    const told = { side: 'left', number: 3, utterance } as const
    expect(one.line(told)).toBe(
      '  3   0:00.32   2.10 s  142 Hz   9.5 st  ↘ fall   -21.3  -22.0    4.3  1, 0.24 s  0.52 neutral',
    )
    const two = createUtteranceTable({ sides: ['left', 'right'], paint: plainPaint, width: 120 })
    expect(two.line(told)).toContain('left')
    expect(two.heading().indexOf('pitch')).toBe(two.line(told).indexOf('142 Hz') + 1)
    const narrow = createUtteranceTable({ sides: ['voice'], paint: plainPaint, width: 60 })
    expect(narrow.line(told)).toBe('  3   0:00.32   2.10 s  142 Hz  ↘ fall   0.52 neutral')
    expect(one.line({ ...told, utterance: { ...utterance, pitch: undefined } })).toContain('–')
  })

  it('is a band of the picture that says its numbers', () => {
    const report = createReport(['voice'], 32)
    for (let i = 0; i < 90; i++) report.frame(0, frameAt(i * 32, i < 12 ? 0 : 140))
    report.utterance(0, utterance)
    const svg = prosodySvg({ title: 'x', facts: 'f', durationMs: 2_880, sides: report.sides(), unit: 'hz' })
    expect(svg).toContain(
      '1: 0:00.32–0:02.42, 142 Hz, 9.5 semitones, fall, -22.0 LUFS, 4.3 syllables a second',
    )
    expect(svg).toContain('1 ↘ 142 Hz · neutral')
    expect(svg).toMatch(/<desc id="prosody-text">f Voice: 1 utterances, median pitch 140 Hz/)
  })
})

describe('a line of CSV', () => {
  it('comes back as it was, whatever its cells hold', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), cells => {
        expect(parsed(csvLine(cells))).toEqual(cells)
      }),
    )
  })
})

/** RFC 4180, for one line. */
function parsed(line: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const sign = line[i] as string
    if (sign === '"' && quoted && line[i + 1] === '"') cell += line[i++]
    else if (sign === '"') quoted = !quoted
    else if (sign === ',' && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += sign
  }
  return [...cells, cell]
}
