/**
 * A delay line from "rendered" to "heard": what left the mixer reaches the ear a latency later, so the place in a
 * reply is remembered for each render quantum and read back that much later. Bounded; takes its memory once.
 */

const CAPACITY = 1024

export interface HeardLine<Track> {
  /** `track` has been rendered up to `position` at context time `frame`. */
  record(frame: number, track: Track, position: number): void
  /** Hands over, oldest first, everything whose time has come. */
  read(frame: number, latencyFrames: number, heard: (track: Track, position: number) => void): void
  /** Forgets what is pending of a track. */
  forget(track: Track): void
  readonly pending: number
}

export function createHeardLine<Track>(): HeardLine<Track> {
  const frames = new Float64Array(CAPACITY)
  const positions = new Float64Array(CAPACITY)
  const tracks: (Track | undefined)[] = new Array(CAPACITY).fill(undefined)
  let first = 0
  let count = 0

  return {
    record(frame, track, position) {
      if (count === CAPACITY) {
        // Latencies over the line's length (2.7 s) are cut to it; the newest places matter.
        first = (first + 1) % CAPACITY
        count--
      }
      const at = (first + count++) % CAPACITY
      frames[at] = frame
      positions[at] = position
      tracks[at] = track
    },
    read(frame, latencyFrames, heard) {
      while (count > 0 && (frames[first] ?? 0) + latencyFrames <= frame) {
        const track = tracks[first]
        const position = positions[first] ?? 0
        tracks[first] = undefined
        first = (first + 1) % CAPACITY
        count--
        if (track !== undefined) heard(track, position)
      }
    },
    forget(track) {
      for (let i = 0; i < count; i++) {
        const at = (first + i) % CAPACITY
        if (tracks[at] === track) tracks[at] = undefined
      }
    },
    get pending() {
      return count
    },
  }
}
