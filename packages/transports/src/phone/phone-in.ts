/**
 * The carrier's `media` to frames of 8 kHz, with time made whole: a hole in the timestamps is filled with silence, a
 * chunk that came before or too late is dropped. A frame is only valid until the next call.
 */
import { type AudioFrame, decodeUlaw } from '@parley/audio'
import type { Clock } from '@parley/core'
import { ParleyError } from '@parley/core'
import { PHONE_SAMPLE_RATE, type PhoneMedia } from '@parley/protocol'
import { createLeakyBucket } from '../ws/leaky-bucket.js'

export interface PhoneInOptions {
  readonly clock: Clock
  /** Longest hole that is filled, and the most that filling may run ahead of time, ms. */
  readonly maxGapMs: number
  /** How much more sound than time may come, ms. */
  readonly audioBurstMs: number
}

export interface PhoneIn {
  /** Throws `rate_limited` for more sound than time. */
  read(media: PhoneMedia['media'], hear: (frame: AudioFrame) => void): void
  /** What was put in and left out so far, for the log. */
  readonly counts: { readonly filledMs: number; readonly droppedChunks: number }
}

const PER_MS = PHONE_SAMPLE_RATE / 1000
/** Most samples of one frame: 20 ms, as lines send them. */
const FRAME_SAMPLES = 160
/** Timestamps are rounded, and some carriers stamp on arrival: less than a frame is no hole. */
const HOLE_MS = 20
/** A clock that jumped back by more than this was set anew. */
const SET_ANEW_MS = 1_000

export function createPhoneIn({ clock, maxGapMs, audioBurstMs }: PhoneInOptions): PhoneIn {
  const sound = createLeakyBucket(clock, 1000, audioBurstMs)
  const filling = createLeakyBucket(clock, 1000, maxGapMs)
  const whole = new Int16Array(FRAME_SAMPLES)
  const frame = { samples: whole, rate: PHONE_SAMPLE_RATE, atMs: 0 }
  let bytes = Buffer.alloc(FRAME_SAMPLES)
  let lastChunk = -1
  /** Where the next chunk is due, on the carrier's clock. */
  let dueMs: number | undefined
  let given = 0
  let filledMs = 0
  let droppedChunks = 0

  function give(count: number, fill: (into: Int16Array) => void, hear: (frame: AudioFrame) => void): void {
    frame.samples = count === FRAME_SAMPLES ? whole : whole.subarray(0, count)
    fill(frame.samples)
    frame.atMs = given / PER_MS
    given += count
    hear(frame)
  }

  function silence(gapMs: number, hear: (frame: AudioFrame) => void): void {
    const fillMs = Math.min(gapMs, maxGapMs)
    // A hole is only believed as far as time has really passed; what is not filled is poured back.
    if (!filling.add(fillMs)) return void filling.add(-fillMs)
    filledMs += fillMs
    for (let left = Math.round(fillMs * PER_MS); left > 0; left -= FRAME_SAMPLES) {
      give(Math.min(left, FRAME_SAMPLES), into => into.fill(0), hear)
    }
  }

  /** Returns how many bytes are in `bytes`. */
  function decode(payload: string): number {
    const most = (payload.length * 3) / 4
    if (bytes.length < most) bytes = Buffer.alloc(Math.ceil(most))
    return bytes.write(payload, 0, 'base64')
  }

  return {
    get counts() {
      return { filledMs, droppedChunks }
    },
    read({ track, chunk, timestamp, payload }, hear) {
      if (track !== 'inbound') return
      if (chunk <= lastChunk) {
        droppedChunks += 1
        return
      }
      lastChunk = chunk
      const count = decode(payload)
      const durationMs = count / PER_MS
      if (!sound.add(durationMs)) throw new ParleyError('rate_limited', 'Sound came faster than time.')
      const gapMs = timestamp - (dueMs ?? timestamp)
      if (gapMs >= HOLE_MS) silence(gapMs, hear)
      const anew = dueMs === undefined || gapMs >= HOLE_MS || gapMs <= -SET_ANEW_MS
      dueMs = (anew ? timestamp : (dueMs ?? timestamp)) + durationMs
      for (let at = 0; at < count; at += FRAME_SAMPLES) {
        const size = Math.min(FRAME_SAMPLES, count - at)
        give(size, into => decodeUlaw(bytes.subarray(at, at + size), into), hear)
      }
    },
  }
}
