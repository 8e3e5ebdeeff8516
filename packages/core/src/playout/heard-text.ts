/**
 * Which words of a reply were heard, from how much of its sound was. Words with a known end keep it; words without one
 * are spread over the sound between their neighbours by the time a voice takes for them, and by its pauses.
 */

import type { SoundLevels, Stretch } from './sound-levels.js'
import { pausesAfter, speakingMs } from './speaking-time.js'
import { LEAST_SILENCE_MS, spreadWords } from './spread-words.js'

export interface SpokenWords {
  readonly text: string
  /** Where the text ends in the reply's audio, in ms; undefined where the voice does not say. */
  readonly untilMs: number | undefined
}

/** Text in pieces that end at a known or spread place, in ms. */
export interface PlacedWord {
  readonly text: string
  readonly untilMs: number
}

/** The sound of which the words are. */
export interface SpokenSound {
  /** Made so far, ms. */
  readonly totalMs: number
  /** Whether more may come: then words that were begun may lie beyond what is there. */
  readonly open?: boolean
  /** BCP 47. */
  readonly language?: string
  /** Its silences, where they were listened for. */
  readonly levels?: SoundLevels | undefined
  /** Whether each word counts alike, however it is spelled. */
  readonly evenly?: boolean
}

/** A word of usual length, ms. */
const EVEN_WORD_MS = 300

const token = /\s*\S+\s*/g

/** Places every single word on the time line. */
export function placeWords(spoken: readonly SpokenWords[], sound: SpokenSound): PlacedWord[] {
  const placed: PlacedWord[] = []
  let fromMs = 0
  let open = ''
  for (const { text, untilMs } of spoken) {
    open += text
    if (untilMs === undefined) continue
    const toMs = Math.max(untilMs, fromMs)
    // White space ends with its sound; a word that says where it ends does so just there.
    spread(open, { fromMs, toMs, known: text.trim() !== '' }, sound, placed)
    fromMs = toMs
    // White space alone belongs to the word after it.
    if (open.trim() !== '') open = ''
  }
  if (open.trim() === '') return placed
  const neededMs = sound.open ? timesOf(open, sound).reduce((sum, { ms }) => sum + ms, 0) : 0
  const toMs = Math.max(sound.totalMs, fromMs + neededMs)
  spread(open, { fromMs, toMs, known: false }, sound, placed)
  return placed
}

function timesOf(text: string, { language = 'en', evenly = false }: SpokenSound) {
  const words = text.match(token) ?? []
  if (evenly) return words.map(word => ({ text: word, ms: EVEN_WORD_MS, pauses: false }))
  return words.map(word => ({ text: word, ms: speakingMs(word, language), pauses: pausesAfter(word) }))
}

function spread(
  text: string,
  stretch: Stretch & { readonly known: boolean },
  sound: SpokenSound,
  out: PlacedWord[],
): void {
  const { fromMs, toMs, known } = stretch
  // Most voices tell the end of each word: nothing is to be spread.
  if (known && !/\S\s+\S/.test(text)) {
    out.push({ text, untilMs: toMs })
    return
  }
  const words = timesOf(text, sound)
  const isPlain = words.length === 0 || (words.length === 1 && known)
  const silences = isPlain ? [] : (sound.levels?.silences(fromMs, toMs, LEAST_SILENCE_MS) ?? [])
  const ends = spreadWords(words, stretch, known ? silences.filter(each => each.toMs < toMs - 10) : silences)
  for (const [index, word] of words.entries()) {
    out.push({ text: word.text, untilMs: ends[index] ?? stretch.toMs })
  }
}

/** The words that ended by `heardMs`; one that was cut in the middle is left out. */
export function heardText(spoken: readonly SpokenWords[], heardMs: number, sound: SpokenSound): string {
  return splitText(spoken, heardMs, sound).heard
}

/** The words that ended by `heardMs`, and those behind them; one that was cut in the middle is not heard. */
export function splitText(
  spoken: readonly SpokenWords[],
  heardMs: number,
  sound: SpokenSound,
): { readonly heard: string; readonly rest: string } {
  let heard = ''
  let rest = ''
  for (const word of placeWords(spoken, sound)) {
    if (rest === '' && word.untilMs <= heardMs) heard += word.text
    else rest += word.text
  }
  return { heard: heard.trim(), rest: rest.trim() }
}

/** Everything that was to be said. */
export function saidText(spoken: readonly SpokenWords[]): string {
  return spoken
    .map(({ text }) => text)
    .join('')
    .trim()
}
