import { continues, type MutableFrame } from './continuity.js'
import type { AudioFrame, Emit, Stage } from './frame.js'
import type { Resampler } from './resampler.js'

/**
 * A resampler as a stage: frames of `resampler.fromRate` in, frames of `resampler.toRate` out, the same sound at
 * the same media time. Frame sizes vary by what the filter holds (re-frame after it where sizes matter).
 *
 * Where media time jumps (see `jumpToleranceMs`), the tail before the jump is emitted and a new stretch begins
 * at the new time. The emitted frame is one object used again: whoever keeps it copies it. The stage does not
 * own the resampler; whoever made that closes it.
 * @throws RangeError from `process` if a frame has another rate: the chain is wired wrongly.
 */
export function resampleStage(resampler: Resampler): Stage & { flush(emit: Emit): void } {
  const out: MutableFrame = { samples: new Int16Array(0), rate: resampler.toRate, atMs: 0 }
  const stretch = { beganAtMs: 0, consumed: 0, produced: 0 }

  function give(samples: Int16Array, emit: Emit): void {
    if (samples.length === 0) return
    out.samples = samples
    out.atMs = stretch.beganAtMs + (stretch.produced * 1000) / resampler.toRate
    stretch.produced += samples.length
    emit(out)
  }

  function flush(emit: Emit): void {
    if (stretch.consumed === 0) return
    give(resampler.flush(), emit)
    stretch.consumed = 0
    stretch.produced = 0
  }

  function process(frame: AudioFrame, emit: Emit): void {
    if (frame.rate !== resampler.fromRate) {
      throw new RangeError(
        `The frame has ${frame.rate} Hz but this resampler takes ${resampler.fromRate} Hz.`,
      )
    }
    const expectedMs = stretch.beganAtMs + (stretch.consumed * 1000) / resampler.fromRate
    if (stretch.consumed > 0 && !continues(expectedMs, frame.atMs)) flush(emit)
    if (stretch.consumed === 0) stretch.beganAtMs = frame.atMs
    stretch.consumed += frame.samples.length
    give(resampler.process(frame.samples), emit)
  }

  return { process, flush }
}
