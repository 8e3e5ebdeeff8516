/**
 * Cuts a stream of frames of any size into frames of one size, on the same media time.
 *
 * A sample is never lost or repeated. Where media time jumps forward by less than one frame, silence of that
 * length is put in; by more, or backward (a direction that began anew), the frame under way is filled up with
 * silence and the next one begins at the new time.
 */
import { continues, type MutableFrame } from './continuity.js'
import type { AudioFrame, Emit, Stage } from './frame.js'

export interface ReframerOptions {
  /** Duration of every emitted frame; must be a whole number of samples at `rate`. */
  readonly frameMs: number
  /** Hz of the frames in and out. */
  readonly rate: number
}

export interface Reframer extends Stage {
  /** Emits what is left, filled up with silence, if anything is. The next frame begins a new stretch. */
  flush(emit: Emit): void
}

/**
 * The emitted frame is one object over one buffer (or the input itself where it fits): whoever keeps it copies.
 * @throws RangeError for a frame that is no whole number of samples; from `process` for a frame of another rate.
 */
export function createReframer({ frameMs, rate }: ReframerOptions): Reframer {
  const size = (frameMs * rate) / 1000
  if (!Number.isInteger(size) || size <= 0) {
    throw new RangeError(`${frameMs} ms at ${rate} Hz is ${size} samples; choose a frame of whole samples.`)
  }
  const buffer = new Int16Array(size)
  const out: MutableFrame = { samples: buffer, rate, atMs: 0 }
  let held = 0
  let began = false
  /** Media time at which the frame under way began, as a start and a count so that no rounding adds up. */
  let beganAtMs = 0
  let emitted = 0

  const frameAtMs = () => beganAtMs + (emitted * size * 1000) / rate

  function give(emit: Emit): void {
    out.atMs = frameAtMs()
    emitted++
    held = 0
    emit(out)
  }

  function flush(emit: Emit): void {
    began = false
    if (held === 0) return
    buffer.fill(0, held)
    give(emit)
  }

  function begin(atMs: number): void {
    began = true
    beganAtMs = atMs
    emitted = 0
  }

  function putSilence(count: number, emit: Emit): void {
    const first = Math.min(count, size - held)
    buffer.fill(0, held, held + first)
    held += first
    if (held < size) return
    give(emit)
    buffer.fill(0, 0, count - first)
    held = count - first
  }

  function follow(frame: AudioFrame, emit: Emit): void {
    if (!began) return begin(frame.atMs)
    const expectedMs = frameAtMs() + (held * 1000) / rate
    if (continues(expectedMs, frame.atMs)) return
    const missing = Math.round(((frame.atMs - expectedMs) * rate) / 1000)
    if (missing > 0 && missing < size) return putSilence(missing, emit)
    flush(emit)
    begin(frame.atMs)
  }

  function process(frame: AudioFrame, emit: Emit): void {
    if (frame.rate !== rate) {
      throw new RangeError(`The frame has ${frame.rate} Hz but this re-framer takes ${rate} Hz.`)
    }
    const { samples } = frame
    follow(frame, emit)
    if (held === 0 && samples.length === size) {
      out.samples = samples
      give(emit)
      out.samples = buffer
      return
    }
    let from = 0
    while (from < samples.length) {
      const count = Math.min(size - held, samples.length - from)
      for (let i = 0; i < count; i++) buffer[held + i] = samples[from + i] as number
      held += count
      from += count
      if (held === size) give(emit)
    }
  }

  return { process, flush }
}
