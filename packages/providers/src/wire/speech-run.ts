/**
 * One request to a voice that answers through callbacks, as the parts of `TextToSpeech.speak`: words as they are
 * written, before their sound where the vendor gives times soon enough; the waits for the first output and between two
 * bounded; whatever comes after the end or an abort dropped.
 */

import { createCueQueue, type VisemeCue } from '@parley/audio'
import { type Clock, ParleyError, type SpeechPart } from '@parley/core'
import { partQueue } from './part-queue.js'
import { isSpeakable, lateError, silentError } from './vendor-error.js'
import { watchdog } from './watchdog.js'
import { wordsFirst } from './words-first.js'
import { writtenWords } from './written-words.js'

export interface SpeechRunOptions {
  /** The vendor, for people. */
  readonly vendor: string
  readonly clock: Clock
  readonly text: string
  /** Of the samples, in Hz. */
  readonly rate: number
  /** Longest wait of sound for its words, ms; 0: there are none. */
  readonly wordsWaitMs: number
  /** From `opened` to the first output, ms. */
  readonly firstOutputMs: number
  /** Between two outputs, ms. */
  readonly gapMs: number
}

export interface SpeechRun {
  /** The vendor has the request. */
  opened(): void
  /** A word or part of one as the vendor writes it, ms of this request's sound. */
  word(text: string, startMs: number, endMs: number): void
  /** Mouth shapes in order, ms of this request's sound; what runs backwards is cut. */
  visemes(cues: readonly VisemeCue[]): void
  audio(samples: Int16Array): void
  /** Sound so far, ms. */
  readonly soundMs: number
  end(): void
  fail(error: ParleyError): void
}

/** Parts that may wait to be drawn; a whole reply fits many times. */
const MOST_PARTS = 20_000

/**
 * `begin` starts the request and returns what calls it off: run once, on an abort, a timeout or when nobody draws any
 * more, and not after the run's own end or failure. It is told whether the vendor was too slow, for then the connection
 * may be dead.
 */
export async function* speechRun(
  options: SpeechRunOptions,
  signal: AbortSignal,
  begin: (run: SpeechRun) => (isLate: boolean) => void,
): AsyncGenerator<SpeechPart, void, void> {
  const { vendor, clock, text, rate, firstOutputMs, gapMs } = options
  if (signal.aborted || text.trim() === '') return
  const queue = partQueue<SpeechPart>(MOST_PARTS, () => tooMuch(vendor))
  const written = writtenWords(text)
  const shapes = createCueQueue()
  const dog = watchdog(clock)
  const out = wordsFirst({ rate, clock, waitMs: options.wordsWaitMs, push: part => queue.push(part) })
  let over = false
  let spoke = false
  let callOff: ((isLate: boolean) => void) | undefined

  function finish(): void {
    over = true
    dog.stop()
    out.stop()
  }

  function late(what: string, ms: number): void {
    const off = callOff
    run.fail(lateError(vendor, what, ms))
    off?.(true)
  }

  const run: SpeechRun = {
    opened() {
      if (!over && !spoke) dog.expect(firstOutputMs, () => late('begin to speak', firstOutputMs))
    },
    word(said, startMs, endMs) {
      if (over) return
      for (const word of written.place(said, startMs, endMs)) out.word(word)
    },
    visemes(cues) {
      if (over) return
      shapes.add(cues)
      const ordered = shapes.begunBefore(Number.POSITIVE_INFINITY)
      if (ordered.length > 0) queue.push({ kind: 'visemes', cues: ordered })
    },
    audio(samples) {
      if (over) return
      dog.expect(gapMs, () => late('go on speaking', gapMs))
      if (!spoke) queue.push({ kind: 'usage', characters: [...text].length })
      spoke = true
      out.audio(samples)
    },
    get soundMs() {
      return out.soundMs
    },
    end() {
      if (over) return
      if (!spoke && isSpeakable(text)) return run.fail(silentError(vendor))
      if (spoke) for (const word of written.rest(out.soundMs)) out.word(word)
      out.end()
      finish()
      callOff = undefined
      queue.end()
    },
    fail(error) {
      if (over) return
      // Sound that still waits for its words stays unsaid: whoever goes on with another voice would repeat it.
      finish()
      callOff = undefined
      queue.fail(error)
    },
  }

  const stop = () => {
    finish()
    queue.end()
    callOff?.(false)
    callOff = undefined
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    callOff = begin(run)
    if (over) callOff = undefined
    for await (const part of queue) {
      if (signal.aborted) return
      yield part
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

function tooMuch(vendor: string): ParleyError {
  return new ParleyError('too_large', `${vendor} speaks faster than it is listened to; ask for less at once.`)
}
