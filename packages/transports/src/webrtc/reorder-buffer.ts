/**
 * Packets back into their order, with no more delay than the network's disorder asks for.
 *
 * This is a jitter buffer for a listener that is no ear: nothing is held to even out arrival, for recognisers read
 * media time. What comes in order leaves at once; only behind a hole packets wait, as long as late ones have lately
 * been late, and never over `maxWaitMs`. There is no timer: time comes in with packets and beats.
 */

export interface ReorderLimits {
  /** Least and most time packets wait behind a hole, ms. */
  readonly minWaitMs: number
  readonly maxWaitMs: number
}

export interface ReorderCounts {
  /** Given up: not there in time. */
  readonly lost: number
  /** Came after they were given up, and were dropped. */
  readonly late: number
  /** Came twice, and were dropped. */
  readonly duplicate: number
  /** Far off the line, and dropped. */
  readonly stray: number
}

/** Takes what is due, in order; `lostBefore` packets before it were given up. */
export type TakeInOrder<Item> = (item: Item, lostBefore: number) => void

export interface ReorderBuffer<Item> {
  /** `sequence` is unwrapped. What is due is given out before this returns. */
  push(sequence: number, item: Item, nowMs: number): void
  /** Gives out what has waited long enough. */
  beat(nowMs: number): void
  /** How long packets wait behind a hole now, ms. */
  readonly waitMs: number
  /** Packets that wait. */
  readonly held: number
  readonly counts: ReorderCounts
}

/** Packets that may wait; 64 of 20 ms are far more than `maxWaitMs`. A power of two. */
const SLOTS = 64
/** A sender's counter does not jump so far; two packets in a row say that it was set anew (RFC 3550, A.1). */
const FAR = 1_000
/** Share of the worst lateness that is still believed a packet later: half is forgotten in 14 s. */
const MEMORY = 0.999

export function createReorderBuffer<Item>(
  { minWaitMs, maxWaitMs }: ReorderLimits,
  take: TakeInOrder<Item>,
): ReorderBuffer<Item> {
  const items = new Array<Item | undefined>(SLOTS)
  const arrivedAtMs = new Float64Array(SLOTS)
  const counts = { lost: 0, late: 0, duplicate: 0, stray: 0 }
  /** The sequence that is due. */
  let next: number | undefined
  let held = 0
  let worstMs = 0
  let strayAt: number | undefined
  /** The last hole that was given up: from, to (exclusive), and when it was seen. */
  let hole = { from: 0, to: 0, atMs: 0 }
  /** Given up and not told yet. */
  let untold = 0

  const waitMs = () => Math.min(maxWaitMs, Math.max(minWaitMs, worstMs * 1.25))
  const slotOf = (sequence: number) => ((sequence % SLOTS) + SLOTS) % SLOTS

  function oldestMs(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (let slot = 0; slot < SLOTS; slot++) {
      const atMs = arrivedAtMs[slot] as number
      if (items[slot] !== undefined && atMs < oldest) oldest = atMs
    }
    return oldest
  }

  function learn(latenessMs: number): void {
    worstMs = Math.min(maxWaitMs, Math.max(worstMs, latenessMs))
  }

  function dropLate(sequence: number, nowMs: number): void {
    if (sequence < hole.from || sequence >= hole.to) {
      counts.duplicate += 1
      return
    }
    counts.late += 1
    learn(nowMs - hole.atMs)
  }

  /** Whether the packet stands on the line; a second one beside it begins another. */
  function follows(sequence: number): boolean {
    if (next === undefined) next = sequence
    if (Math.abs(sequence - next) <= FAR) return true
    const anew = strayAt !== undefined && sequence === strayAt + 1
    strayAt = sequence
    if (!anew) {
      counts.stray += 1
      return false
    }
    items.fill(undefined)
    held = 0
    next = sequence
    return true
  }

  function giveUpTo(sequence: number, atMs: number): void {
    const from = next as number
    hole = { from, to: sequence, atMs }
    counts.lost += sequence - from
    untold += sequence - from
    next = sequence
  }

  /** Gives out what is next, if it is there. */
  function giveNext(): boolean {
    const sequence = next as number
    const slot = slotOf(sequence)
    const item = items[slot]
    if (item === undefined) return false
    items[slot] = undefined
    held -= 1
    next = sequence + 1
    const lostBefore = untold
    untold = 0
    take(item, lostBefore)
    return true
  }

  function nextHeld(): number {
    let sequence = next as number
    while (items[slotOf(sequence)] === undefined) sequence += 1
    return sequence
  }

  /** Nothing waits for what is a whole buffer before this packet. */
  function makeRoom(sequence: number, nowMs: number): void {
    const least = sequence - SLOTS + 1
    while ((next as number) < least) {
      if (giveNext()) continue
      const until = held > 0 ? Math.min(nextHeld(), least) : least
      giveUpTo(until, held > 0 ? oldestMs() : nowMs)
    }
  }

  function drain(nowMs: number): void {
    while (held > 0) {
      if (giveNext()) continue
      const since = oldestMs()
      if (nowMs - since < waitMs()) return
      giveUpTo(nextHeld(), since)
    }
  }

  return {
    get waitMs() {
      return waitMs()
    },
    get held() {
      return held
    },
    counts,
    push(sequence, item, nowMs) {
      worstMs *= MEMORY
      if (!follows(sequence)) return
      strayAt = undefined
      if (sequence < (next as number)) return dropLate(sequence, nowMs)
      makeRoom(sequence, nowMs)
      const slot = slotOf(sequence)
      if (items[slot] !== undefined) {
        counts.duplicate += 1
        return
      }
      if (held > 0 && sequence === next) learn(nowMs - oldestMs())
      items[slot] = item
      arrivedAtMs[slot] = nowMs
      held += 1
      drain(nowMs)
    },
    beat: drain,
  }
}
