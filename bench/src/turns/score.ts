/** All outcomes of one edge, summed up. Percentages carry their interval, delays their p50 and p95. */
import type { OverlapOutcome } from './measure-overlap.js'
import type { TurnOutcome } from './measure-turn.js'
import type { Scenario } from './scenarios.js'
import { mean, quantile, type Share, shareOf } from './statistics.js'

export interface Spread {
  readonly n: number
  readonly p50: number
  readonly p95: number
}

export interface Endings {
  /** Pauses inside turns at which the caller was answered before they had finished. */
  readonly cutOffs: Share
  /** Pauses at which the turn was taken for over, answered or not. */
  readonly closed: Share
  /** True ends: last voiced sample arrived to the turn taken for over, ms. */
  readonly meanDelayMs: number
  readonly delay: Spread
  /** True ends: last voiced sample at the mouth to the first sound of the answer at the ear, ms. */
  readonly answer: Spread
  /** Turns that ended, and nobody noticed. */
  readonly missed: Share
}

export interface GroupScore {
  readonly scenario: Scenario
  readonly background: string
  readonly stop: boolean
  readonly stopped: Share
}

export interface Score {
  readonly duck: Spread
  readonly toldDuck: Spread
  readonly stopServer: Spread
  readonly stopEar: Spread
  readonly recall: Share
  readonly falseStops: Share
  /** Cut by background or echo before there was a sound to cut it for. */
  readonly early: Share
  readonly falsePauses: Share
  readonly falsePauseMs: Spread
  readonly lowered: Share
  readonly resumed: number
  readonly wordsLost: number
  readonly wordsTwice: number
  readonly repeatedMs: Spread
  readonly heardErrorWords: Spread
  readonly endings: Endings
  readonly longEndings: Endings
  readonly failed: Share
  readonly groups: readonly GroupScore[]
}

export type Outcome = OverlapOutcome | TurnOutcome

export function scoreOf(outcomes: readonly Outcome[]): Score {
  const overlaps = outcomes.filter((each): each is OverlapOutcome => each.kind === 'overlap')
  const turns = outcomes.filter((each): each is TurnOutcome => each.kind === 'turn')
  const sound = overlaps.filter(({ end }) => end !== 'failed')
  const reached = sound.filter(({ end }) => end !== 'early')
  const wanted = reached.filter(each => each.case.stop)
  // A reply that the background cut early is a false stop like any other.
  const unwanted = sound.filter(each => !each.case.stop || each.end === 'early')
  const stops = wanted.filter(({ end }) => end === 'stopped')
  const paused = unwanted.filter(({ end, pausesMs }) => end === 'went-on' && pausesMs.length > 0)
  const resumed = sound.filter(({ end, pausesMs }) => end === 'went-on' && pausesMs.length > 0)
  return {
    duck: spread(wanted.map(({ duckMs }) => duckMs)),
    toldDuck: spread(wanted.map(({ toldDuckMs }) => toldDuckMs)),
    stopServer: spread(stops.map(({ stopServerMs }) => stopServerMs)),
    stopEar: spread(stops.map(({ stopEarMs }) => stopEarMs)),
    recall: shareOf(stops.length, wanted.length),
    falseStops: shareOf(unwanted.filter(({ end }) => end !== 'went-on').length, unwanted.length),
    early: shareOf(sound.filter(({ end }) => end === 'early').length, sound.length),
    falsePauses: shareOf(paused.length, unwanted.length),
    falsePauseMs: spread(paused.flatMap(({ pausesMs }) => pausesMs)),
    lowered: shareOf(unwanted.filter(({ lowered }) => lowered).length, unwanted.length),
    resumed: resumed.length,
    wordsLost: sum(resumed.map(({ wordsLost }) => wordsLost)),
    wordsTwice: sum(resumed.map(({ wordsTwice }) => wordsTwice)),
    repeatedMs: spread(resumed.map(({ repeatedMs }) => repeatedMs)),
    heardErrorWords: spread(sound.map(({ heardErrorWords }) => heardErrorWords)),
    endings: endingsOf(turns.filter(each => each.case.scenario === 'pauses')),
    longEndings: endingsOf(turns.filter(each => each.case.scenario === 'long-pauses')),
    failed: shareOf(outcomes.filter(({ end }) => end === 'failed').length, outcomes.length),
    groups: groupsOf(sound),
  }
}

export function endingsOf(turns: readonly TurnOutcome[]): Endings {
  const done = turns.filter(({ end }) => end === 'done')
  const pauses = done.flatMap(turn => turn.pauses)
  // Who was cut off had no end that could be timed.
  const whole = done.filter(turn => !turn.pauses.some(({ cutOff }) => cutOff))
  const delays = whole.flatMap(({ endDelayMs }) => (endDelayMs === undefined ? [] : [endDelayMs]))
  return {
    cutOffs: shareOf(pauses.filter(({ cutOff }) => cutOff).length, pauses.length),
    closed: shareOf(pauses.filter(({ closed }) => closed).length, pauses.length),
    meanDelayMs: mean(delays),
    delay: spread(delays),
    answer: spread(whole.map(({ answerMs }) => answerMs)),
    missed: shareOf(whole.length - delays.length, whole.length),
  }
}

function groupsOf(overlaps: readonly OverlapOutcome[]): GroupScore[] {
  const groups = new Map<string, OverlapOutcome[]>()
  for (const outcome of overlaps) {
    const { scenario, stop } = outcome.case
    const key = JSON.stringify([scenario, backgroundOf(outcome), stop])
    groups.set(key, [...(groups.get(key) ?? []), outcome])
  }
  return [...groups.values()].flatMap(members => {
    const [first] = members
    if (first === undefined) return []
    const { scenario, stop } = first.case
    const reached = stop ? members.filter(({ end }) => end !== 'early') : members
    const stopped = reached.filter(({ end }) => end !== 'went-on').length
    return [{ scenario, background: backgroundOf(first), stop, stopped: shareOf(stopped, reached.length) }]
  })
}

function backgroundOf({ case: { background, echoDb } }: OverlapOutcome): string {
  if (echoDb !== undefined) return `echo ${echoDb} dB`
  return background === undefined ? 'clear' : `${background.snrDb} dB`
}

function spread(numbers: readonly (number | undefined)[]): Spread {
  const known = numbers.filter(each => each !== undefined)
  return { n: known.length, p50: quantile(known, 0.5), p95: quantile(known, 0.95) }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
