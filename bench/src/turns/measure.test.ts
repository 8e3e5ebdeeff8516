import { describe, expect, it } from 'vitest'
import type { Clip } from './clip.js'
import { measureOverlap } from './measure-overlap.js'
import { measureTurn } from './measure-turn.js'
import type { OverlapCase, TurnCase } from './scenarios.js'
import { scoreOf } from './score.js'
import type { Trace } from './trace.js'

const RATE = 1_000
const clip: Clip = {
  id: 'c',
  kind: 'interrupt',
  speaker: 's',
  set: 'tune',
  rate: RATE,
  samples: new Int16Array(600),
  onsetMs: 100,
  offsetMs: 500,
  pauses: [],
}
const overlap: OverlapCase = {
  kind: 'overlap',
  id: 'x',
  scenario: 'interrupt',
  stop: true,
  clip,
  onsetMs: 1_000,
  background: undefined,
  echoDb: undefined,
}
const reference = { rate: RATE, samples: new Int16Array(0), words: [] }
/** Frame n leaves at 20 n ms; the agent is heard from 0 on, in words of 100 ms. */
const quiet: Trace = {
  sentAtMs: Array.from({ length: 300 }, (_, index) => 20 * index),
  frames: Array.from({ length: 60 }, (_, index) => ({
    atMs: 20 * index - 60,
    reply: 'r',
    fromMs: 20 * index,
    durationMs: 20,
  })),
  clears: [],
  ducks: [],
  messages: [],
  words: Array.from({ length: 50 }, (_, index) => ({
    reply: 'r',
    text: `w${index} `,
    untilMs: 100 * (index + 1),
  })),
  remembered: [],
  heard: [{ reply: 'r', fromMs: 0, startMs: 0, durationMs: 5_000 }],
  sound: [],
  endMs: 5_000,
}
// Sample 990 is in frame 49, which leaves at 980 with samples 980–999; it was at the mouth at 970.
const at = { onsetSample: 990, reference, rate: RATE }

describe('an overlap', () => {
  it('is timed from the frame that holds its onset, and at the ear from the onset itself', () => {
    const outcome = measureOverlap(
      overlap,
      {
        ...quiet,
        ducks: [{ atMs: 1_010, on: true }],
        clears: [{ atMs: 1_150, reply: 'r' }],
        heard: [{ reply: 'r', fromMs: 0, startMs: 0, durationMs: 1_150 }],
        remembered: [{ reply: 'r', interrupted: true, heardText: 'w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10' }],
      },
      at,
    )
    expect(outcome).toMatchObject({
      end: 'stopped',
      duckMs: 30,
      stopServerMs: 170,
      stopEarMs: 180,
      heardErrorWords: 0,
    })
  })

  it('has no ducking time where the agent was low already', () => {
    const outcome = measureOverlap(overlap, { ...quiet, ducks: [{ atMs: 500, on: true }] }, at)
    expect(outcome.end).toBe('went-on')
    expect(outcome.duckMs).toBeUndefined()
    expect(outcome.lowered).toBe(true)
  })

  it('tells a pause from a stop, and what it cost', () => {
    const outcome = measureOverlap(
      overlap,
      {
        ...quiet,
        clears: [{ atMs: 1_150, reply: 'r' }],
        heard: [
          { reply: 'r', fromMs: 0, startMs: 0, durationMs: 1_150 },
          { reply: 'r', fromMs: 1_210, startMs: 1_550, durationMs: 1_000 },
        ],
      },
      at,
    )
    expect(outcome).toMatchObject({ end: 'went-on', pausesMs: [400], wordsLost: 1, wordsTwice: 0 })
  })

  it('was cut by something else where the cut came before it', () => {
    const outcome = measureOverlap(
      overlap,
      {
        ...quiet,
        frames: quiet.frames.slice(0, 20),
        clears: [{ atMs: 600, reply: 'r' }],
        heard: [{ reply: 'r', fromMs: 0, startMs: 0, durationMs: 600 }],
        remembered: [{ reply: 'r', interrupted: true, heardText: '' }],
      },
      at,
    )
    expect(outcome).toMatchObject({ end: 'early', heardErrorWords: 6 })
    const { recall, falseStops } = scoreOf([outcome])
    expect([recall.of, falseStops.hits, falseStops.of]).toEqual([0, 1, 1])
  })
})

describe('a turn with a pause', () => {
  const turn: TurnCase = {
    kind: 'turn',
    id: 't',
    scenario: 'pauses',
    clip: { ...clip, kind: 'turn', offsetMs: 1_500, pauses: [[600, 1_000]] },
    background: undefined,
  }
  // The clip's 100 ms mark is sample 1,000: its pause is 1,500–1,900, its end 2,400.
  const commit = (atMs: number) => ({
    atMs,
    message: { type: 'turn-committed' as const, atMs, turn: 't' },
  })
  const play = (commits: number[], answers: number[]) =>
    measureTurn(
      turn,
      {
        ...quiet,
        messages: commits.map(commit),
        heard: answers.map(startMs => ({ reply: `a${startMs}`, fromMs: 0, startMs, durationMs: 100 })),
      },
      { onsetSample: 1_000, rate: RATE },
    )

  it('is whole where only its end closes it', () => {
    expect(play([2_700], [2_800])).toMatchObject({
      pauses: [{ lengthMs: 400, closed: false, cutOff: false }],
      endDelayMs: 300,
      answerMs: 420,
    })
  })

  it('is closed too early, but not cut off, where it is opened again before an answer', () => {
    expect(play([1_800, 2_700], [2_800])).toMatchObject({
      pauses: [{ closed: true, cutOff: false }],
      endDelayMs: 300,
    })
  })

  it('is cut off where an answer is heard before its end', () => {
    const outcome = play([1_800], [1_950])
    expect(outcome).toMatchObject({ pauses: [{ closed: true, cutOff: true }] })
    expect(outcome.endDelayMs).toBeUndefined()
  })
})
