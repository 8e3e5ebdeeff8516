/**
 * What the client appends: decoded, counted, and given to the session in frames. Keeps the sound since the last commit
 * for the item it will be, so much of it as items may keep.
 */
import type { AudioFrame } from '@parley/audio'
import { joinedSamples } from './kept-sound.js'

export interface InputSound {
  /** Gives a piece to the session; the samples are kept as they are. */
  hear(samples: Int16Array, rate: number): void
  /** Sound since the last commit or clear, ms. */
  readonly heldMs: number
  /** All sound since the beginning, ms. */
  readonly totalMs: number
  /** Where a moment of the session's media time is in all the sound, ms. */
  totalAt(mediaMs: number): number
  /** The buffer is empty from here on; its sound from `fromMs` on. */
  take(fromMs: number): { readonly samples: Int16Array; readonly rate: number } | undefined
}

export interface InputSoundOptions {
  now(): number
  /** How much of it may still be wanted, ms. */
  keptMs(): number
  give(frame: AudioFrame): void
}

/** Frames the ear takes at a time, ms. */
const FRAME_MS = 20
/** As the session does: a sender silent for longer than this was silent in the room, too. */
const GAP_MS = 500

export function createInputSound({ now, keptMs, give }: InputSoundOptions): InputSound {
  const frame: { samples: Int16Array; rate: number; atMs: number } = {
    samples: new Int16Array(0),
    rate: 24_000,
    atMs: 0,
  }
  let pieces: { readonly samples: Int16Array; readonly rate: number; readonly atMs: number }[] = []
  let totalMs = 0
  let heldMs = 0
  let pieceMs = 0
  let mediaMs = 0
  let lastAtMs: number | undefined

  function keep(samples: Int16Array, rate: number, ms: number): void {
    if (pieces.at(-1)?.rate !== rate) {
      pieces = []
      pieceMs = 0
    }
    pieces.push({ samples, rate, atMs: totalMs })
    pieceMs += ms
    while (pieceMs > keptMs() && pieces.length > 1) {
      const oldest = pieces.shift()
      if (oldest !== undefined) pieceMs -= (oldest.samples.length * 1000) / oldest.rate
    }
  }

  return {
    hear(samples, rate) {
      if (samples.length === 0) return
      keep(samples, rate, (samples.length * 1000) / rate)
      const size = (rate * FRAME_MS) / 1000
      for (let at = 0; at < samples.length; at += size) {
        frame.samples = samples.subarray(at, at + size)
        frame.rate = rate
        frame.atMs = totalMs
        const ms = (frame.samples.length * 1000) / rate
        const sinceMs = lastAtMs === undefined ? 0 : now() - lastAtMs
        if (sinceMs > GAP_MS + ms) mediaMs += sinceMs - ms
        lastAtMs = now()
        mediaMs += ms
        totalMs += ms
        heldMs += ms
        give(frame)
      }
    },
    get heldMs() {
      return heldMs
    },
    get totalMs() {
      return totalMs
    },
    totalAt: atMs => Math.max(0, Math.min(totalMs, totalMs - (mediaMs - atMs))),
    take(fromMs) {
      const taken = pieces.filter(({ samples, rate, atMs }) => atMs + (samples.length * 1000) / rate > fromMs)
      pieces = []
      pieceMs = 0
      heldMs = 0
      const [first] = taken
      if (first === undefined) return undefined
      const skip = Math.max(0, Math.round(((fromMs - first.atMs) * first.rate) / 1000))
      const samples = joinedSamples(taken.map(piece => piece.samples)).subarray(skip)
      return { samples, rate: first.rate }
    },
  }
}
