/**
 * Turns spoken pieces into the parts of a voice: each word and shape just before its sound, sound in tenths of a second, the next
 * piece made while the last is given out. Words without sound come with their neighbours.
 */

import { createCueQueue, movedCues } from '@parley/audio'
import type { SpeechPart } from '@parley/core'
import { ESPEAK_RATE, type SpokenPiece } from './speak-piece.js'
import { splitSpeech } from './split-speech.js'

const CHUNK_SAMPLES = ESPEAK_RATE / 10

/** Ends early, without error, once the signal aborts. `speak` answers undefined then. */
export async function* spokenParts(
  text: string,
  signal: AbortSignal,
  speak: (words: readonly string[]) => Promise<SpokenPiece | undefined>,
): AsyncGenerator<SpeechPart> {
  const pieces = splitSpeech(text)
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
    const none = silent.map(() => ({ startMs: 0, endMs: 0 }))
    const piece = { ...spoken, times: [...none, ...spoken.times] }
    for (const part of partsOf([...silent, ...words], piece, soundMs)) {
      if (signal.aborted) return
      yield part
    }
    silent = []
    soundMs += (spoken.samples.length * 1000) / ESPEAK_RATE
  }
  if (soundMs === 0) return
  for (const word of silent) yield { kind: 'word', text: word, startMs: soundMs, endMs: soundMs }

  function ask(index: number): Promise<SpokenPiece | undefined> {
    const words = pieces[index]
    const asked = words === undefined ? Promise.resolve(undefined) : speak(words)
    // Whoever leaves before this piece is wanted does not want its failure either.
    asked.catch(() => undefined)
    return asked
  }
}

function* partsOf(
  words: readonly string[],
  { samples, times, cues }: SpokenPiece,
  beganMs: number,
): Generator<SpeechPart> {
  const shapes = createCueQueue(movedCues(cues, beganMs))
  let next = 0
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES) {
    const end = Math.min(samples.length, at + CHUNK_SAMPLES)
    const endMs = end === samples.length ? Number.POSITIVE_INFINITY : (end * 1000) / ESPEAK_RATE
    for (; next < words.length; next++) {
      const { startMs, endMs: untilMs } = times[next] ?? { startMs: 0, endMs: 0 }
      if (startMs >= endMs) break
      yield { kind: 'word', text: words[next] ?? '', startMs: beganMs + startMs, endMs: beganMs + untilMs }
    }
    const shown = shapes.begunBefore(beganMs + endMs)
    if (shown.length > 0) yield { kind: 'visemes', cues: shown }
    yield { kind: 'audio', samples: samples.subarray(at, end) }
  }
}
