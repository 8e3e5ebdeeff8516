/**
 * Where the caller's voice begins and ends, from what the vendor's ear says. Its start stands `prefix_padding_ms` before
 * the voice, its end comes after `silence_duration_ms` of silence; both are undone here. A start at 0 may have been cut
 * there and stays. How much `semantic_vad` pads is not written anywhere: as `server_vad` by default; how long it waited,
 * nobody can know: its end is left as told.
 */

import { countOf, type Fields, fieldsOf } from './far-fields.js'

export interface FarEdges {
  /** Takes in what the session is. */
  learn(session: Fields): void
  /** Both in ms of the sound sent. */
  startOf(audioStartMs: number): number
  endOf(audioEndMs: number): number
}

const PREFIX_MS = 300
const SILENCE_MS = 500

export function farEdges(): FarEdges {
  let prefixMs = PREFIX_MS
  let silenceMs = SILENCE_MS
  let startedMs = 0

  return {
    learn({ audio }) {
      const detection = fieldsOf(fieldsOf(fieldsOf(audio).input).turn_detection)
      prefixMs = countOf(detection.prefix_padding_ms) ?? PREFIX_MS
      silenceMs =
        detection.type === 'semantic_vad' ? 0 : (countOf(detection.silence_duration_ms) ?? SILENCE_MS)
    },
    startOf(audioStartMs) {
      startedMs = audioStartMs === 0 ? 0 : audioStartMs + prefixMs
      return startedMs
    },
    endOf: audioEndMs => Math.max(startedMs, audioEndMs - silenceMs),
  }
}
