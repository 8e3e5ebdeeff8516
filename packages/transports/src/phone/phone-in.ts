/**
 * The carrier's `media` to frames at the rate of its format, with time made whole: a hole in the timestamps is filled with
 * silence, a chunk that came before or too late is dropped. A frame is only valid until the next call.
 *
 * Nothing waits here, so that a carrier's clock that runs faster or slower than ours makes no delay grow; timestamps of a
 * clock that is not the sound's own are followed, and are no holes.
 */
import type { AudioFrame } from '@parley/audio'
import type { Clock } from '@parley/core'
import { ParleyError } from '@parley/core'
import type { PhoneMedia } from '@parley/protocol'
import { createLeakyBucket } from '../ws/leaky-bucket.js'
import { createClockDrift } from './clock-drift.js'
import type { PhoneCodec } from './phone-codec.js'

export interface PhoneInOptions {
  readonly clock: Clock
  readonly codec: Pick<PhoneCodec, 'rate' | 'decode'>
  /** Longest hole that is filled, and the most that filling may run ahead of time, ms. */
  readonly maxGapMs: number
  /** How much more sound than time may come, ms. */
  readonly audioBurstMs: number
}

export interface PhoneIn {
  /** Throws `rate_limited` for more sound than time, `bad_audio` for half a sample. */
  read(media: PhoneMedia['media'], hear: (frame: AudioFrame) => void): void
  /** What was put in and left out so far, for the log. */
  readonly counts: PhoneInCounts
}

export interface PhoneInCounts {
  readonly filledMs: number
  readonly droppedChunks: number
  /** How much faster the carrier's clock runs than ours, parts in a million; undefined before enough was heard. */
  readonly driftPpm: number | undefined
}

/** Timestamps are rounded, and some carriers stamp on arrival: less than a frame is no hole. */
const HOLE_MS = 20
/** A clock that jumped back by more than this was set anew. */
const SET_ANEW_MS = 1_000
/** Sound may be this much faster than our clock for ever: crystals differ. */
const FASTEST_PER_SECOND = 1_001
/** Share of what a timestamp is off by that is taken for the sender's clock; at 200 ppm the rest stays under 3 ms. */
const FOLLOWS = 1 / 512

export function createPhoneIn({ clock, codec, maxGapMs, audioBurstMs }: PhoneInOptions): PhoneIn {
  const sound = createLeakyBucket(clock, FASTEST_PER_SECOND, audioBurstMs)
  const filling = createLeakyBucket(clock, 1000, maxGapMs)
  const drift = createClockDrift(clock)
  const perMs = codec.rate / 1000
  /** Most samples of one frame: 20 ms, as lines send them. */
  const frameSamples = codec.rate / 50
  const quiet = new Int16Array(frameSamples)
  const frame: { samples: Int16Array; rate: number; atMs: number } = {
    samples: quiet,
    rate: codec.rate,
    atMs: 0,
  }
  let lastChunk = -1
  /** Where the next chunk is due, on the carrier's clock. */
  let dueMs: number | undefined
  let given = 0
  let filledMs = 0
  let droppedChunks = 0

  function give(samples: Int16Array, hear: (frame: AudioFrame) => void): void {
    frame.samples = samples
    frame.atMs = given / perMs
    given += samples.length
    hear(frame)
  }

  function giveAll(samples: Int16Array, hear: (frame: AudioFrame) => void): void {
    if (samples.length <= frameSamples) {
      if (samples.length > 0) give(samples, hear)
      return
    }
    for (let at = 0; at < samples.length; at += frameSamples) {
      give(samples.subarray(at, at + frameSamples), hear)
    }
  }

  function silence(gapMs: number, hear: (frame: AudioFrame) => void): void {
    const fillMs = Math.min(gapMs, maxGapMs)
    // A hole is only believed as far as time has really passed; what is not filled is poured back.
    if (!filling.add(fillMs)) return void filling.add(-fillMs)
    filledMs += fillMs
    for (let left = Math.round(fillMs * perMs); left > 0; left -= frameSamples) {
      quiet.fill(0)
      give(left < frameSamples ? quiet.subarray(0, left) : quiet, hear)
    }
  }

  /** Returns the hole before a chunk, ms, and says when the next is due. */
  function place(timestamp: number, durationMs: number): number {
    const offMs = timestamp - (dueMs ?? timestamp)
    const isHole = offMs >= HOLE_MS
    const anew = dueMs === undefined || isHole || offMs <= -SET_ANEW_MS
    dueMs = (anew ? timestamp : (dueMs ?? timestamp) + offMs * FOLLOWS) + durationMs
    return isHole ? offMs : 0
  }

  return {
    get counts() {
      return { filledMs, droppedChunks, driftPpm: drift.ppm }
    },
    read({ track, chunk, timestamp, payload }, hear) {
      if (!track.startsWith('inbound')) return
      if (chunk <= lastChunk) {
        droppedChunks += 1
        return
      }
      const samples = codec.decode(payload)
      lastChunk = chunk
      const durationMs = samples.length / perMs
      if (!sound.add(durationMs)) throw new ParleyError('rate_limited', 'Sound came faster than time.')
      drift.heard(timestamp)
      const gapMs = place(timestamp, durationMs)
      if (gapMs > 0) silence(gapMs, hear)
      giveAll(samples, hear)
    },
  }
}
