/**
 * Where the pitch of an utterance goes at its end: the slope of its last voiced 300 ms, as the median of the slopes
 * between all pairs of them (Theil and Sen), which a few octave errors and a creaking end do not move.
 */

export interface FinalSlope {
  /** Takes a voiced look in: its place, and its pitch in semitones above anything. */
  add(atMs: number, semitones: number): void
  /** Semitones a second; 0 where there are fewer than 100 ms of voice. Sorts in place, allocates nothing. */
  slope(): number
  /** Time from the first to the last of those looks, ms. */
  spanMs(): number
  reset(): void
}

const finalMs = 300
const leastMs = 100
/** What lies further back than this is not of the end, however little was voiced since, ms. */
const reachMs = 600

export function createFinalSlope(hopMs: number): FinalSlope {
  const kept = Math.ceil(finalMs / hopMs)
  const times = new Float64Array(kept)
  const pitches = new Float64Array(kept)
  const slopes = new Float64Array((kept * (kept - 1)) / 2)
  const views = Array.from({ length: kept + 1 }, (_, n) => slopes.subarray(0, (n * (n - 1)) / 2))
  const state = { next: 0, count: 0 }
  const indexOf = (back: number): number => (state.next - 1 - back + 2 * kept) % kept

  /** How many of the last looks belong to the end. */
  const within = (): number => {
    const last = times[indexOf(0)] as number
    let n = 0
    while (n < state.count && last - (times[indexOf(n)] as number) <= reachMs) n++
    return n
  }

  return {
    add(atMs, semitones) {
      times[state.next] = atMs
      pitches[state.next] = semitones
      state.next = (state.next + 1) % kept
      if (state.count < kept) state.count++
    },
    slope() {
      const n = within()
      if (n * hopMs < leastMs) return 0
      let filled = 0
      for (let later = 0; later < n; later++) {
        for (let earlier = later + 1; earlier < n; earlier++) {
          const a = indexOf(earlier)
          const b = indexOf(later)
          const seconds = ((times[b] as number) - (times[a] as number)) / 1000
          slopes[filled] = ((pitches[b] as number) - (pitches[a] as number)) / seconds
          filled++
        }
      }
      const sorted = (views[n] as Float64Array).sort()
      return sorted[filled >> 1] as number
    },
    spanMs() {
      const n = within()
      return n === 0 ? 0 : (times[indexOf(0)] as number) - (times[indexOf(n - 1)] as number)
    },
    reset() {
      state.next = 0
      state.count = 0
    },
  }
}
