/**
 * Which counters were seen: those of the last `size` below the highest one by one, all older ones as a whole. On a socket,
 * which keeps order, the size is 1 and a counter has to grow; datagrams may overtake each other within a larger one.
 */

export interface ReplayWindow {
  /** Whether a frame with this counter may still be new. */
  isNew(ctr: number): boolean
  /** Notes a frame that was authentic; before that nothing is known of its counter. */
  note(ctr: number): void
  /** Counters below the highest that never came, or came too late to be told from a repetition. */
  readonly missing: number
}

/** `size` is 1 to 1024. */
export function createReplayWindow(size: number): ReplayWindow {
  // The counter last noted at each place: a place is free for all but the one counter it holds.
  const seen = new Float64Array(size).fill(-1)
  let highest = -1
  let noted = 0
  return {
    get missing() {
      return highest + 1 - noted
    },
    isNew(ctr) {
      if (ctr > highest) return true
      return ctr > highest - size && seen[ctr % size] !== ctr
    },
    note(ctr) {
      seen[ctr % size] = ctr
      highest = Math.max(highest, ctr)
      noted++
    },
  }
}
