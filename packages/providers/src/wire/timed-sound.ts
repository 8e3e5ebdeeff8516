/**
 * Joins the words and mouth shapes of one request to its sound, where a vendor gives their times apart from it: each comes
 * just before the piece of sound in which it begins. Words that are left come at the end; a mouth without sound rests.
 */

import type { CueQueue } from '@parley/audio'
import type { SpeechPart } from '@parley/core'

export type TimedWord = Omit<Extract<SpeechPart, { kind: 'word' }>, 'kind'>

export interface TimedSound {
  /** The words and shapes that begin in this sound or before it, and the sound in pieces. */
  sound(samples: Int16Array): Generator<SpeechPart>
  /** The words that are left. */
  rest(): Generator<SpeechPart>
  /** Sound given so far, ms. */
  readonly soundMs: number
}

/** Longest piece of sound, ms. */
const PIECE_MS = 100

/** `words` in order, in ms of the sound, as `shapes`; may be added to while sound is given. `rate` in Hz. */
export function timedSound(words: readonly TimedWord[], rate: number, shapes?: CueQueue): TimedSound {
  let next = 0
  let given = 0

  function* until(endMs: number): Generator<SpeechPart> {
    for (let word = words[next]; word !== undefined && word.startMs < endMs; word = words[next]) {
      next++
      yield { kind: 'word', ...word }
    }
  }

  return {
    *sound(samples) {
      const size = (rate * PIECE_MS) / 1000
      for (let at = 0; at < samples.length; at += size) {
        const piece = samples.subarray(at, Math.min(samples.length, at + size))
        given += piece.length
        yield* until((given * 1000) / rate)
        const cues = shapes?.begunBefore((given * 1000) / rate) ?? []
        if (cues.length > 0) yield { kind: 'visemes', cues }
        yield { kind: 'audio', samples: piece }
      }
    },
    rest: () => until(Number.POSITIVE_INFINITY),
    get soundMs() {
      return (given * 1000) / rate
    },
  }
}
