/** Plays cases by many callers at once. What a busy machine spoiled is played again. */
import type { Edge } from './call.js'
import { isStalled, type Stall } from './machine-watch.js'
import { momentsOf } from './moments.js'
import { type Played, playCase } from './play-case.js'
import type { Case } from './scenarios.js'

export interface PlayAllOptions {
  readonly edge: Edge
  readonly cases: readonly Case[]
  readonly callers: number
  readonly random: () => number
  readonly stalls: readonly Stall[]
  /** Whether calls that were spoiled each time are kept. */
  readonly keep: boolean
  progress(text: string): void
}

export interface AllPlayed {
  readonly played: readonly Played[]
  /** Calls that a busy machine spoiled and that were played again. */
  readonly repeated: number
  /** Cases that it spoiled each time; in `played` only if they are kept. */
  readonly spoiled: number
}

const TRIES = 3
/** Callers come one by one, not at once, ms. */
const STAGGER_MS = 100
/** A stall before a moment still moves what is measured from it, ms. */
const BEFORE_MS = 200
/** What is measured from a moment is over this long after it, ms. */
const AFTER_MS = 1_500

export async function playAll(options: PlayAllOptions): Promise<AllPlayed> {
  const { edge, cases, callers, random, stalls, keep, progress } = options
  const waiting = cases.map(toPlay => ({ toPlay, tries: 0 }))
  const played: Played[] = []
  let repeated = 0
  let spoiled = 0

  async function caller(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const call = await playCase(edge, next.toPlay, random)
      if (!isSpoiled(call, stalls, edge.rate)) played.push(call)
      else if (next.tries + 1 >= TRIES) {
        spoiled += 1
        if (keep) played.push(call)
      } else {
        repeated += 1
        waiting.push({ toPlay: next.toPlay, tries: next.tries + 1 })
      }
      progress(`${edge.name}: ${played.length} of ${cases.length} calls, ${repeated} again`)
    }
  }

  const talking: Promise<void>[] = []
  for (let index = 0; index < callers; index++) {
    talking.push(caller())
    await new Promise(resolve => setTimeout(resolve, STAGGER_MS))
  }
  await Promise.all(talking)
  progress('')
  return { played, repeated, spoiled }
}

/** Whether the machine was too busy at a moment that is measured: an onset, a pause, an end. */
function isSpoiled(
  { case: played, trace, onsetSample }: Played,
  stalls: readonly Stall[],
  rate: number,
): boolean {
  const { sentMs } = momentsOf(trace, rate)
  if (trace.sentAtMs.length === 0) return true
  const onsetMs = sentMs(onsetSample)
  const around = (fromMs: number, untilMs: number) =>
    isStalled(stalls, fromMs - BEFORE_MS, Math.min(trace.endMs, untilMs + AFTER_MS))
  if (played.kind === 'overlap') return around(onsetMs, onsetMs)
  const { clip } = played
  const at = (ms: number) => onsetMs + ms - clip.onsetMs
  return (
    around(at(clip.offsetMs), at(clip.offsetMs)) || clip.pauses.some(([from, to]) => around(at(from), at(to)))
  )
}
