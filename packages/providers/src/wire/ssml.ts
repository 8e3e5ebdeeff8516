/** Text and prosody as SSML. Nothing a text contains can become markup. */

import type { Prosody } from '@parley/core'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for XML 1.0: escaped, without the characters that no XML may hold. */
export function xmlText(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')
    .replace(/[&<>"']/g, character => entities[character] ?? '')
}

/** Which of the numbers a voice takes. */
export interface ProsodyTaken {
  readonly rate?: boolean
  readonly pitch?: boolean
  readonly volume?: boolean
}

/** The attributes of a `prosody` element, those that change something; empty if none does. */
export function prosodyAttributes(
  { rate, semitones, gainDb }: Prosody,
  taken: ProsodyTaken,
  pitchOf: (semitones: number) => string = inSemitones,
): string {
  const attributes: string[] = []
  if (taken.rate === true && rate !== 1) attributes.push(` rate="${Math.round(rate * 100)}%"`)
  if (taken.pitch === true && semitones !== 0) attributes.push(` pitch="${pitchOf(semitones)}"`)
  if (taken.volume === true && gainDb !== 0) attributes.push(` volume="${signed(gainDb)}dB"`)
  return attributes.join('')
}

/** `+2st`. */
export function inSemitones(semitones: number): string {
  return `${signed(semitones)}st`
}

/** Semitones as a change of frequency, for voices that know no semitones: `+12.2%`. */
export function inPercent(semitones: number): string {
  return `${signed(Math.round((2 ** (semitones / 12) - 1) * 1000) / 10)}%`
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`
}

/** A whole document: the text, escaped by the caller, in its prosody. */
export function speakElement(body: string, attributes: string): string {
  return attributes === ''
    ? `<speak>${body}</speak>`
    : `<speak><prosody${attributes}>${body}</prosody></speak>`
}
