/** The figures of a score, each with its goal where there is one. */
import type { Endings, Score, Spread } from './score.js'
import type { Share } from './statistics.js'

export interface Line {
  readonly measure: string
  readonly figure: string
  readonly n: number
  readonly goal?: string
  readonly reached?: boolean
}

/** Figures that were not measured are left out. */
export function linesOf(score: Score, edge: 'websocket' | 'phone'): Line[] {
  const { recall, falseStops, stopEar, duck, heardErrorWords } = score
  const lines: Line[] = [
    { ...delay('duck, onset to lowered', duck), goal: 'p95 ≤ 50 ms', reached: duck.p95 <= 50 },
    delay('  by the gateway’s own word', score.toldDuck),
    delay('stop at the server', score.stopServer),
    edge === 'websocket'
      ? { ...delay('stop at the ear', stopEar), goal: 'p95 ≤ 250 ms', reached: stopEar.p95 <= 250 }
      : delay('stop at the ear', stopEar),
    { ...share('interruptions recognised', recall), goal: '≥ 95 %', reached: recall.share >= 0.95 },
    { ...share('false stops', falseStops), goal: '≤ 10 %', reached: falseStops.share <= 0.1 },
    share('  cut by the background alone', score.early),
    share('false pauses', score.falsePauses),
    delay('  length of a false pause', score.falsePauseMs),
    share('lowered for nothing', score.lowered),
    {
      measure: 'words lost at resume',
      figure: `${score.wordsLost} lost, ${score.wordsTwice} heard twice, repeated p95 ${ms(score.repeatedMs.p95)}`,
      n: score.resumed,
      goal: '0 lost',
      reached: score.wordsLost === 0,
    },
    {
      measure: 'error of heard text',
      figure: `median ${words(heardErrorWords.p50)}, p95 ${words(heardErrorWords.p95)}`,
      n: heardErrorWords.n,
      goal: 'median 0, p95 ≤ 1',
      reached: heardErrorWords.p50 === 0 && heardErrorWords.p95 <= 1,
    },
    ...endingLines('turns with pauses', score.endings, true),
    ...endingLines('turns with long pauses', score.longEndings, false),
    share('calls that failed', score.failed),
  ]
  return lines.filter(({ n }) => n > 0)
}

function endingLines(name: string, endings: Endings, withGoal: boolean): Line[] {
  const { cutOffs, closed, meanDelayMs, delay: spread, answer, missed } = endings
  const figure = `${percent(cutOffs)} at a mean delay of ${ms(meanDelayMs)}`
  const goal = { goal: '≤ 15 % at 300 ms', reached: cutOffs.share <= 0.15 && meanDelayMs <= 300 }
  return [
    { measure: `${name}: cut off`, figure, n: cutOffs.of, ...(withGoal ? goal : {}) },
    share('  closed too early, answered or not', closed),
    delay('  delay of true ends', spread),
    delay('  first sound of the answer', answer),
    share('  ends that nobody noticed', missed),
  ]
}

function delay(measure: string, { p50, p95, n }: Spread): Line {
  return { measure, figure: `p50 ${ms(p50)}, p95 ${ms(p95)}`, n }
}

function share(measure: string, figure: Share): Line {
  return { measure, figure: percent(figure), n: figure.of }
}

/** A share with its interval, in percent. */
export function percent({ share, low, high }: Share): string {
  if (Number.isNaN(share)) return '–'
  const of = (part: number) => (part * 100).toFixed(1)
  return `${of(share)} % (${of(low)}–${of(high)})`
}

function ms(value: number): string {
  return Number.isNaN(value) ? '–' : `${value.toFixed(0)} ms`
}

function words(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(0)
}
