/**
 * The frames of an utterance, for recognisers without a voice detector of their own: from a little before the start of
 * speech, which is known late, to its end. Frames are copied, as they are valid only while they are heard.
 */

import { type AudioFrame, frameMs } from '@parley/audio'

export interface SpeechWindow {
  readonly isOpen: boolean
  hear(frame: AudioFrame): void
  /** Passes what is kept from `prerollMs` before this media time on. */
  begin(atMs: number): void
  finish(): void
}

/** Starts of speech are named at most so late, ms. */
const LATEST_MS = 2_000

export function speechWindow(prerollMs: number, pass: (frame: AudioFrame) => void): SpeechWindow {
  let kept: AudioFrame[] = []
  let keptMs = 0
  let isOpen = false
  return {
    get isOpen() {
      return isOpen
    },
    hear(frame) {
      const copy = { ...frame, samples: frame.samples.slice() }
      if (isOpen) return pass(copy)
      kept.push(copy)
      keptMs += frameMs(copy)
      while (keptMs > LATEST_MS + prerollMs) {
        const oldest = kept.shift()
        keptMs -= oldest === undefined ? keptMs : frameMs(oldest)
      }
    },
    begin(atMs) {
      if (isOpen) return
      isOpen = true
      const frames = kept.filter(frame => frame.atMs + frameMs(frame) > atMs - prerollMs)
      kept = []
      keptMs = 0
      for (const frame of frames) pass(frame)
    },
    finish() {
      isOpen = false
    },
  }
}
