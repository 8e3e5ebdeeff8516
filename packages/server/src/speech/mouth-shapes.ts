/** Shapes of the mouth for a whole text: the voice's own, else from its words' times, else from the sound. */

import { setImmediate } from 'node:timers/promises'
import { createVisemeEar, joinedCues, type VisemeCue, visemesOfWords } from '@parley/audio'
import type { WholeSpeech } from './whole-speech.js'

export interface SpokenWhere {
  /** Hz, of the samples. */
  readonly sampleRate: number
  /** BCP 47. */
  readonly language: string
}

export async function mouthShapes(
  speech: WholeSpeech,
  { sampleRate, language }: SpokenWhere,
): Promise<readonly VisemeCue[]> {
  if (speech.cues.length > 0) return joinedCues(speech.cues)
  const fromWords = visemesOfWords(speech.words, language)
  return fromWords.length > 0 ? fromWords : shapesHeard(speech.samples, sampleRate)
}

async function shapesHeard(samples: Int16Array, rate: number): Promise<readonly VisemeCue[]> {
  const cues: VisemeCue[] = []
  const ear = createVisemeEar({
    rate,
    told: (viseme, startMs, endMs) => cues.push({ viseme, startMs, endMs }),
  })
  for (let at = 0; at < samples.length; at += rate) {
    ear.hear(samples.subarray(at, at + rate))
    // Minutes of sound are no reason to keep conversations waiting.
    await setImmediate()
  }
  ear.end()
  return joinedCues(cues)
}
