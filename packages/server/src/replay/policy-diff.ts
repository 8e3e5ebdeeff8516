/** What another policy would have decided, against what the recorded one does under the same circumstances. */

import type { DecisionLine } from '@parley/core'

export interface ChangedDecision {
  /** Of the recorded policy; absent where it decides nothing like it. */
  readonly old?: DecisionLine
  /** Of the other policy. */
  readonly now?: DecisionLine
}

/** Times may differ by this much, ms, and are the same. */
const SAME_MS = 1
/** The table of the comparison has this many places at most; beyond, what differs is listed without being matched. */
const MOST_PLACES = 25_000_000

/** Decisions that differ, in order of time: gone, new, or the same at another time or for other reasons. */
export function diffDecisions(
  old: readonly DecisionLine[],
  now: readonly DecisionLine[],
): readonly ChangedDecision[] {
  const first = old.findIndex((line, at) => !isSame(line, now[at]))
  const from = first === -1 ? Math.min(old.length, now.length) : first
  const changes: ChangedDecision[] = []
  const [rest, other] = [old.slice(from), now.slice(from)]
  for (const [line, twin] of matched(rest, other)) {
    if (line !== undefined && isSame(line, twin)) continue
    changes.push({
      ...(line === undefined ? {} : { old: line }),
      ...(twin === undefined ? {} : { now: twin }),
    })
  }
  return changes
}

function isSame(one: DecisionLine, other: DecisionLine | undefined): boolean {
  if (other === undefined || !isAlike(one, other) || Math.abs(one.atMs - other.atMs) > SAME_MS) return false
  return JSON.stringify(one.reasons) === JSON.stringify(other.reasons)
}

function isAlike(one: DecisionLine | undefined, other: DecisionLine | undefined): boolean {
  return one?.what === other?.what && one?.floor === other?.floor
}

type Pair = readonly [DecisionLine | undefined, DecisionLine | undefined]

/** Longest common subsequence of what is alike. */
function matched(old: readonly DecisionLine[], now: readonly DecisionLine[]): Pair[] {
  const width = now.length + 1
  if (old.length * width > MOST_PLACES)
    return [...old.map((line): Pair => [line, undefined]), ...now.map((line): Pair => [undefined, line])]
  const lengths = new Uint16Array((old.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      lengths[i * width + j] = isAlike(old[i], now[j])
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1))
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && isAlike(old[i], now[j])) pairs.push([old[i++], now[j++]])
    else if (j >= now.length || (i < old.length && at(i + 1, j) >= at(i, j + 1)))
      pairs.push([old[i++], undefined])
    else pairs.push([undefined, now[j++]])
  }
  return pairs
}
