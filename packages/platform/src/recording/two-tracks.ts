/**
 * The last seconds of a recording that may still change: two channels on one sample clock. What is older than the window
 * is handed on, interleaved; what comes for a time before or behind the window is counted and dropped. Bounded.
 */

export type Track = 'caller' | 'agent'

export interface TwoTracks {
  /** Puts samples at a place of the clock, over what is there. Returns how many found no room. */
  put(track: Track, at: number, samples: Int16Array): number
  /** Silence from one sample to before another. */
  erase(track: Track, from: number, to: number): void
  /** First sample that may still change. */
  readonly settled: number
  /** Everything before `until` is settled: given in order, in pieces of up to `out.length / 2` samples of both channels. */
  settle(until: number, out: Int16Array, give: (count: number, at: number) => void): void
}

/** `size`: samples of one channel that are kept. */
export function createTwoTracks(size: number): TwoTracks {
  const tracks: Record<Track, Int16Array> = { caller: new Int16Array(size), agent: new Int16Array(size) }
  let settled = 0

  return {
    get settled() {
      return settled
    },
    put(track, at, samples) {
      const ring = tracks[track]
      const from = Math.max(at, settled)
      const to = Math.min(at + samples.length, settled + size)
      for (let i = from; i < to; i++) ring[i % size] = samples[i - at] as number
      return samples.length - Math.max(0, to - from)
    },
    erase(track, from, to) {
      const ring = tracks[track]
      const end = Math.min(to, settled + size)
      for (let i = Math.max(from, settled); i < end; i++) ring[i % size] = 0
    },
    settle(until, out, give) {
      const { caller, agent } = tracks
      const most = out.length >> 1
      while (settled < until) {
        const count = Math.min(most, until - settled)
        const at = settled
        for (let i = 0; i < count; i++) {
          const place = (at + i) % size
          out[2 * i] = caller[place] as number
          out[2 * i + 1] = agent[place] as number
          caller[place] = 0
          agent[place] = 0
        }
        settled = at + count
        give(count, at)
      }
    },
  }
}
