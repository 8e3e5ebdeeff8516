/** What a caller's microphone picks up, frame by frame: a background all the time, a sound when told, and any echo. */
import type { Bed, Clip } from './clip.js'

export const FRAME_MS = 20

export interface Mouth {
  readonly rate: number
  /** Frames made so far. */
  readonly frames: number
  /** Makes the sound so that its onset is in the frame after next or later, `delayMs` from the next frame on. */
  say(clip: Clip, delayMs: number): void
  /** The next frame; `echo` is added to it. The frame is the caller's to keep. */
  next(echo?: Float32Array): Int16Array
}

export interface MouthOptions {
  readonly rate: number
  readonly background?: { readonly bed: Bed; readonly gainDb: number; readonly offset: number }
}

export function createMouth({ rate, background }: MouthOptions): Mouth {
  const frame = (rate * FRAME_MS) / 1000
  const noise = background?.bed.samples ?? new Int16Array(1)
  const gain = background === undefined ? 0 : 10 ** (background.gainDb / 20)
  let noiseAt = background?.offset ?? 0
  let frames = 0
  let said: { readonly samples: Int16Array; at: number } | undefined

  return {
    rate,
    get frames() {
      return frames
    },
    say(clip, delayMs) {
      said = { samples: clip.samples, at: -Math.round((delayMs * rate) / 1000) }
    },
    next(echo) {
      const out = new Int16Array(frame)
      for (let i = 0; i < frame; i++) {
        let value = echo?.[i] ?? 0
        if (gain > 0) value += (noise[noiseAt++ % noise.length] ?? 0) * gain
        if (said !== undefined) value += said.samples[said.at + i] ?? 0
        out[i] = Math.max(-32_768, Math.min(32_767, Math.round(value)))
      }
      if (said !== undefined) said.at += frame
      frames += 1
      return out
    },
  }
}
