/**
 * Lets no sound out before the words in it: vendors send the times of words before, with or after their sound. Sound
 * waits for them, but not long, and where none came in that time it waits no more.
 */

import type { Clock, SpeechPart } from '@parley/core'

export interface WordsFirstOptions {
  /** Of the samples, in Hz. */
  readonly rate: number
  readonly clock: Clock
  /** Longest wait of a sample for its word, ms; 0: words will not come. */
  readonly waitMs: number
  push(part: SpeechPart): void
}

export interface WordsFirst {
  word(word: Extract<SpeechPart, { kind: 'word' }>): void
  audio(samples: Int16Array): void
  /** Sound so far, held or not, ms. */
  readonly soundMs: number
  /** Everything is there. */
  end(): void
  /** Nothing is given any more. */
  stop(): void
}

export function wordsFirst({ rate, clock, waitMs, push }: WordsFirstOptions): WordsFirst {
  const held: Int16Array[] = []
  let samples = 0
  let given = 0
  let knownMs = 0
  let patient = waitMs > 0
  let cancel: (() => void) | undefined

  function release(until: number): void {
    while (given < until) {
      const first = held[0]
      if (first === undefined) break
      const room = until - given
      const part = first.length <= room ? first : first.subarray(0, room)
      if (part.length === first.length) held.shift()
      else held[0] = first.subarray(room)
      given += part.length
      push({ kind: 'audio', samples: part })
    }
    cancel?.()
    cancel = undefined
    if (held.length === 0) return
    cancel = clock.after(waitMs, () => {
      patient = false
      release(samples)
    })
  }

  return {
    word(word) {
      push(word)
      knownMs = Math.max(knownMs, word.endMs)
      if (held.length > 0) release(Math.min(samples, Math.ceil((knownMs * rate) / 1000)))
    },
    audio(more) {
      if (more.length === 0) return
      samples += more.length
      held.push(more)
      if (!patient) return release(samples)
      const until = Math.min(samples, Math.ceil((knownMs * rate) / 1000))
      if (until > given || cancel === undefined) release(until)
    },
    get soundMs() {
      return (samples * 1000) / rate
    },
    end() {
      release(samples)
    },
    stop() {
      cancel?.()
      cancel = undefined
      held.length = 0
    },
  }
}
