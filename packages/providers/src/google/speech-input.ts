/**
 * A clause as Google wants it: what is said and how, by the way the voice's family takes it. The older families read
 * prosody in SSML; newer ones take only a pace, or instructions in words; what a family is not known to take is left out,
 * since a voice that speaks plainly is better than a request refused. No family takes a range of pitch.
 */

import { type Expression, prosodyOf } from '@parley/core'
import { cutText } from '../wire/cut-text.js'
import { prosodyAttributes, speakElement, xmlText } from '../wire/ssml.js'
import type { ProsodyWay } from './options.js'

export interface SpeechInput {
  readonly input: Readonly<Record<string, string>>
  /** To be merged into `audioConfig`. */
  readonly numbers: Readonly<Record<string, number>>
  /** As written; mark `n` stands before word `n`. */
  readonly words: readonly string[]
}

export interface SpeechInputOptions {
  readonly way: ProsodyWay
  readonly marks: boolean
}

/** A request may have 5,000 bytes; elements around the text need some. */
const MOST_BYTES = 4_700
const MARK_BYTES = '<mark name="0000"/>'.length

/** `en-US-Neural2-F` is of the family `Neural2`. */
export function wayOf(voice: string, model: string | undefined): ProsodyWay {
  if (model !== undefined) return 'prompt'
  const family = voice.split('-')[2] ?? ''
  if (/^(standard|wavenet|neural2)$/i.test(family)) return 'ssml'
  if (/^chirp/i.test(family)) return 'rate'
  // Studio, News, Polyglot and what may come: pace and level are not known to be refused, pitch is.
  return family === '' ? 'rate' : 'numbers'
}

/** One input for each request it takes; none for a text of spaces. */
export function speechInputs(
  text: string,
  expression: Expression,
  { way, marks }: SpeechInputOptions,
): SpeechInput[] {
  const asSsml = way === 'ssml' || marks
  const sizeOf = (word: string) => Buffer.byteLength(asSsml ? xmlText(word) : word) + (marks ? MARK_BYTES : 0)
  return cutText({ text, most: MOST_BYTES, sizeOf }).map(piece => {
    const words = piece.split(' ')
    const input = asSsml
      ? { ssml: ssmlOf(words, expression, { way, marks }) }
      : { text: piece, ...promptOf(expression, way) }
    return { input, numbers: numbersOf(expression, way), words }
  })
}

function ssmlOf(
  words: readonly string[],
  expression: Expression,
  { way, marks }: SpeechInputOptions,
): string {
  const body = words.map((word, index) => `${marks ? `<mark name="${index}"/>` : ''}${xmlText(word)}`)
  const taken = way === 'ssml' ? { rate: true, pitch: true, volume: true } : {}
  return speakElement(body.join(' '), prosodyAttributes(prosodyOf(expression), taken))
}

function numbersOf(expression: Expression, way: ProsodyWay): Readonly<Record<string, number>> {
  const { rate, gainDb } = prosodyOf(expression)
  const numbers: Record<string, number> = {}
  if ((way === 'numbers' || way === 'rate') && rate !== 1) numbers.speakingRate = rate
  if (way === 'numbers' && gainDb !== 0) numbers.volumeGainDb = gainDb
  return numbers
}

function promptOf({ emotion, style, speed }: Expression, way: ProsodyWay): Readonly<Record<string, string>> {
  if (way !== 'prompt') return {}
  const manner = [
    ...(emotion === undefined || emotion === 'neutral' ? [] : [`with a ${emotion} tone`]),
    ...(style === undefined ? [] : [`in a ${style} style`]),
    ...(speed === undefined || speed === 1 ? [] : [speed > 1 ? 'faster than usual' : 'slower than usual']),
  ]
  return manner.length === 0 ? {} : { prompt: `Say the following ${manner.join(', ')}.` }
}
