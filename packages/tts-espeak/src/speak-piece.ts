/** Speaks one piece of text with espeak-ng: its sound, trimmed of most silence, the times of its words, and the shapes of its phones. */

import type { EspeakEvent, EspeakWorker } from '@echogarden/espeak-ng-emscripten'
import { cutCues, type VisemeCue, visemesOfIpa, visemesOfPhones } from '@parley/audio/phones'
import { endWithSound } from '@parley/core/end-with-sound'

/** Of all voices, in Hz. */
export const ESPEAK_RATE = 22_050

export interface SpokenPiece {
  readonly samples: Int16Array
  /** One for each word, in ms of the samples; none where there is no sound. */
  readonly times: readonly { readonly startMs: number; readonly endMs: number }[]
  /** Of all phones and pauses, in ms of the samples. */
  readonly cues: readonly VisemeCue[]
}

const SILENT: SpokenPiece = { samples: new Int16Array(0), times: [], cues: [] }
/** Silence kept after the speech. */
const TAIL_MS = 150
/** Below this, of 32,768, is silence. */
const QUIET = 40

/** Speaks words in the voice that is set. */
export function speakPiece(espeak: EspeakWorker, words: readonly string[]): SpokenPiece {
  const text = speakable(words)
  if (text.ssml === '') return SILENT
  const chunks: Int16Array[] = []
  const events: EspeakEvent[] = []
  const phones: EspeakEvent[] = []
  espeak.synthesize(text.ssml, (samples, more) => {
    if (samples !== null && samples.length > 0) chunks.push(samples)
    for (const event of more) {
      if (event.type === 'word' || event.type === 'end') events.push(event)
      if (event.type === 'phoneme') phones.push(event)
    }
    return false
  })
  const samples = withoutTail(joined(chunks))
  const durationMs = (samples.length * 1000) / ESPEAK_RATE
  if (samples.length === 0) return SILENT
  const times = timesOf(words, text.owners, events, durationMs)
  return {
    samples,
    times: endWithSound(times, { samples, rate: ESPEAK_RATE }),
    cues: cutCues(shapesOf(phones, durationMs), 0, durationMs),
  }
}

/** A phone lasts until the next; one without a name is a pause. */
function shapesOf(phones: readonly EspeakEvent[], durationMs: number): readonly VisemeCue[] {
  return visemesOfPhones(
    phones.map(({ id, audio_position: startMs }, index) => ({
      shapes: visemesOfIpa(typeof id === 'string' ? id : ''),
      startMs,
      endMs: phones[index + 1]?.audio_position ?? durationMs,
    })),
  )
}

interface Speakable {
  readonly ssml: string
  /** The word of each code point of the text. */
  readonly owners: readonly number[]
}

/** Text that is read as it stands: no markup, no phoneme notation, no names of pictures. */
function speakable(words: readonly string[]): Speakable {
  let ssml = ''
  const owners: number[] = []
  let said = false
  for (const [index, word] of words.entries()) {
    const plain = word
      .replace(
        /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0e\ufe0f]/gu,
        ' ',
      )
      .replace(/[\p{Cc}\p{Cs}\p{Co}\p{Cn}]/gu, ' ')
      .replace(/\[\[/g, '[ ')
    if (/[\p{L}\p{N}]/u.test(plain)) said = true
    const escaped = `${plain} `.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
    ssml += escaped
    for (const _ of escaped) owners.push(index)
  }
  return said ? { ssml, owners } : { ssml: '', owners: [] }
}

/**
 * A word lasts from its first event to the next word's, or to the end of its clause, pauses included. Positions in the text are hints:
 * for numbers they wander, so they never lead backwards.
 */
function timesOf(
  words: readonly string[],
  owners: readonly number[],
  events: readonly EspeakEvent[],
  durationMs: number,
): SpokenPiece['times'] {
  const starts = new Array<number | undefined>(words.length).fill(undefined)
  const ends = new Array<number | undefined>(words.length).fill(undefined)
  let current = -1
  const endCurrent = (atMs: number) => {
    if (current >= 0) ends[current] ??= atMs
  }
  for (const event of events) {
    const atMs = Math.min(durationMs, event.audio_position)
    if (event.type === 'end') {
      endCurrent(atMs)
      continue
    }
    const owner = Math.max(current, owners[event.text_position - 1] ?? words.length - 1)
    if (owner === current) ends[current] = undefined
    else endCurrent(atMs)
    current = owner
    starts[current] ??= atMs
  }
  endCurrent(durationMs)
  let lastMs = 0
  return words.map((_, index) => {
    const startMs = Math.max(lastMs, starts[index] ?? lastMs)
    lastMs = Math.max(startMs, ends[index] ?? startMs)
    return { startMs, endMs: lastMs }
  })
}

function joined(chunks: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

function withoutTail(samples: Int16Array): Int16Array {
  const last = samples.findLastIndex(sample => Math.abs(sample) > QUIET)
  if (last < 0) return new Int16Array(0)
  return samples.slice(0, Math.min(samples.length, last + 1 + (ESPEAK_RATE * TAIL_MS) / 1000))
}
