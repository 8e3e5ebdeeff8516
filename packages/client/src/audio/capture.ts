/**
 * From what the sound card gives to what the gateway wants: down-mix, low-pass and resample, cut into PCM16 frames
 * of equal length, with their level. Pure; runs on the audio thread. Never skips a sample: silence is sent as
 * silence, so that media time follows the wall clock.
 */
import { powerToDbfs } from './level.js'
import { createResampler } from './resampler.js'

export interface CaptureOptions {
  readonly contextRate: number
  /** Rate of the frames, Hz. */
  readonly frameRate: number
  readonly frameMs: number
  /** Owns `samples`; the level is in dBFS. */
  readonly emit: (samples: Int16Array<ArrayBuffer>, levelDbfs: number) => void
}

export interface Capture {
  /** One render quantum: its channels, or none where nothing is connected, and its length. */
  process(channels: readonly Float32Array[], count: number): void
}

const MAX_BLOCK = 128

export function createCapture({ contextRate, frameRate, frameMs, emit }: CaptureOptions): Capture {
  const resampler = createResampler({ fromRate: contextRate, toRate: frameRate, maxInputs: MAX_BLOCK })
  const mono = new Float32Array(MAX_BLOCK)
  const resampled = new Float32Array(Math.ceil((MAX_BLOCK * frameRate) / contextRate) + 1)
  const frameLength = Math.round((frameRate * frameMs) / 1000)
  let frame = new Int16Array(frameLength)
  let filled = 0
  let squares = 0

  function push(sample: number): void {
    frame[filled++] = toPcm16(sample)
    squares += sample * sample
    if (filled < frameLength) return
    emit(frame, powerToDbfs(squares / frameLength))
    frame = new Int16Array(frameLength)
    filled = 0
    squares = 0
  }

  return {
    process(channels, count) {
      for (let from = 0; from < count; from += MAX_BLOCK) {
        const length = Math.min(MAX_BLOCK, count - from)
        downMix(channels, { from, length, mono })
        const written = resampler.process(mono, length, resampled)
        for (let i = 0; i < written; i++) push(resampled[i] ?? 0)
      }
    },
  }
}

function downMix(
  channels: readonly Float32Array[],
  block: { readonly from: number; readonly length: number; readonly mono: Float32Array },
): void {
  const { from, length, mono } = block
  mono.fill(0, 0, length)
  for (const channel of channels) {
    for (let i = 0; i < length; i++) {
      mono[i] = (mono[i] ?? 0) + (channel[from + i] ?? 0) / channels.length
    }
  }
}

/** A float sample as PCM16, limited to its range. */
export function toPcm16(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))
}
