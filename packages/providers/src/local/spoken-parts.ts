/**
 * Turns pieces of spoken text into the parts of a voice: each word and shape just before its sound, sound in tenths of a second,
 * the next piece made while the last is given out. Words without sound come with their neighbours, so that all words
 * of a text that is heard are given.
 */

import { createCueQueue, movedCues } from '@parley/audio'
import type { SpeechPart } from '@parley/core'
import { splitSpeech } from './split-speech.js'
import type { SpokenWords } from './voice-worker.js'

export interface SpokenPartsOptions {
  readonly text: string
  /** Of the samples, in Hz. */
  readonly rate: number
  readonly signal: AbortSignal
  /** Speaks one piece; undefined once the signal aborts. */
  speak(words: readonly string[]): Promise<SpokenWords | undefined>
}

type WordPart = Extract<SpeechPart, { kind: 'word' }>

const CHUNK_MS = 100

/** Ends early, without error, once the signal aborts. */
export async function* spokenParts(options: SpokenPartsOptions): AsyncGenerator<SpeechPart> {
  const { rate, signal } = options
  const pieces = splitSpeech(options.text)
  let soundMs = 0
  let silent: string[] = []
  let coming = ask(0)
  for (const [index, words] of pieces.entries()) {
    const spoken = await coming
    if (spoken === undefined || signal.aborted) return
    coming = ask(index + 1)
    if (spoken.samples.length === 0) {
      silent.push(...words)
      continue
    }
    const beganMs = soundMs
    for (const part of piece({
      words: [...silent, ...words],
      silentFirst: silent.length,
      spoken,
      beganMs,
      rate,
    })) {
      if (signal.aborted) return
      yield part
    }
    silent = []
    soundMs += (spoken.samples.length * 1000) / rate
  }
  if (soundMs === 0) return
  for (const text of silent) yield { kind: 'word', text, startMs: soundMs, endMs: soundMs }

  function ask(index: number): Promise<SpokenWords | undefined> {
    const words = pieces[index]
    const asked = words === undefined ? Promise.resolve(undefined) : options.speak(words)
    // Whoever leaves before this piece is wanted does not want its failure either.
    asked.catch(() => undefined)
    return asked
  }
}

interface Piece {
  readonly words: readonly string[]
  /** How many of the words, from the first, have no time in `spoken`. */
  readonly silentFirst: number
  readonly spoken: SpokenWords
  readonly beganMs: number
  readonly rate: number
}

function* piece({ words, silentFirst, spoken, beganMs, rate }: Piece): Generator<SpeechPart> {
  const { samples, times, cues } = spoken
  const timed: WordPart[] = words.map((text, index) => {
    const time = times[index - silentFirst]
    return {
      kind: 'word',
      text,
      startMs: beganMs + (time?.startMs ?? 0),
      endMs: beganMs + (time?.endMs ?? 0),
    }
  })
  const chunk = (rate * CHUNK_MS) / 1000
  const shapes = createCueQueue(movedCues(cues, beganMs))
  let next = 0
  for (let at = 0; at < samples.length; at += chunk) {
    const end = Math.min(samples.length, at + chunk)
    const endMs = end === samples.length ? Number.POSITIVE_INFINITY : beganMs + (end * 1000) / rate
    for (let word = timed[next]; word !== undefined && word.startMs < endMs; word = timed[++next]) yield word
    const shown = shapes.begunBefore(endMs)
    if (shown.length > 0) yield { kind: 'visemes', cues: shown }
    yield { kind: 'audio', samples: samples.subarray(at, end) }
  }
}
