/**
 * Frames of a reply to the bytes that a WebRTC call plays: PCM16 at the rate of its track. An empty message ends a
 * stretch, so that its end keeps its place behind the sound.
 */
import { type AudioFrame, frameMs, type Resampler, type Resampling } from '@parley/audio'
import type { AudioOut, SendAudio } from '../ws/audio-out.js'

export interface TrackOutOptions {
  readonly resampling: Resampling
  /** Hz of the frames of the session. */
  readonly rate: number
  /** Hz of the track. */
  readonly trackRate: number
  readonly lookaheadMs: number
  /** Takes back what the track has not sent. */
  clear(): void
}

const END_OF_STRETCH = new Uint8Array(0)

export function createTrackOut({
  resampling,
  rate,
  trackRate,
  lookaheadMs,
  clear,
}: TrackOutOptions): AudioOut {
  const make = (): Resampler => resampling.create({ fromRate: rate, toRate: trackRate })
  let resampler = make()
  let closed = false

  function give(samples: Int16Array, durationMs: number, send: SendAudio): void {
    if (samples.length > 0) send(bytesOfCopy(samples), durationMs)
  }

  return {
    lookaheadMs,
    write(frame: AudioFrame, send) {
      if (!closed) give(resampler.process(frame.samples), frameMs(frame), send)
    },
    end(send) {
      if (closed) return
      give(resampler.flush(), 0, send)
      send(END_OF_STRETCH, 0)
    },
    drop() {
      if (closed) return
      // What the filter still holds belongs to the sound that is dropped.
      resampler.close()
      resampler = make()
      clear()
    },
    close() {
      closed = true
      resampler.close()
    },
  }
}

/** The samples are only lent, and a message may wait. */
function bytesOfCopy(samples: Int16Array): Uint8Array {
  const copy = samples.slice()
  return new Uint8Array(copy.buffer)
}
