/**
 * The caller's sound on its way to a recogniser: in pieces of one length, each at its place on media time, with silence
 * made up where the vendor must not be left without.
 */

import type { AudioFrame } from '@parley/audio'
import { type AudioPlace, audioPlace } from '../wire/audio-place.js'
import { bytesOfPcm } from '../wire/pcm-bytes.js'

export interface SoundFeed {
  hear(frame: AudioFrame): void
  /** Sends what waits for a piece to be full. */
  flush(): void
  /** Makes up this much silence behind what was heard, and sends it. */
  silence(ms: number): void
  /** Sound taken so far, ms, silence included. */
  readonly takenMs: number
  /** When something was last sent, on the clock; undefined before. */
  readonly sentAtMs: number | undefined
  /** Media time of a time in the sound; `ends`: the end of something, which belongs before a gap and not behind it. */
  mediaMs(streamMs: number, ends?: 'ends'): number
}

export interface SoundFeedOptions {
  readonly rate: number
  readonly chunkMs: number
  now(): number
  send(bytes: Uint8Array): void
}

export function soundFeed({ rate, chunkMs, now, send }: SoundFeedOptions): SoundFeed {
  const place: AudioPlace = audioPlace()
  const chunkSize = Math.round((rate * chunkMs) / 1000)
  let chunk = new Int16Array(chunkSize)
  let filled = 0
  let endMs = 0
  let sentAtMs: number | undefined

  function flush(): void {
    if (filled === 0) return
    send(bytesOfPcm(chunk.subarray(0, filled)))
    chunk = new Int16Array(chunkSize)
    filled = 0
    sentAtMs = now()
  }

  function hear(frame: AudioFrame): void {
    const { samples } = frame
    place.sent(frame)
    endMs = frame.atMs + (samples.length * 1000) / rate
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + chunkSize - filled)
      chunk.set(part, filled)
      filled += part.length
      at += part.length
      if (filled === chunkSize) flush()
    }
  }

  return {
    hear,
    flush,
    silence(ms) {
      hear({ samples: new Int16Array(Math.round((rate * ms) / 1000)), rate, atMs: endMs })
      flush()
    },
    get takenMs() {
      return place.sentMs
    },
    get sentAtMs() {
      return sentAtMs
    },
    mediaMs(streamMs, ends) {
      return ends === undefined ? place.mediaMs(streamMs) : place.mediaMs(Math.max(0, streamMs - 1)) + 1
    },
  }
}
