/** A clause as Polly wants it: plain where nothing is asked of the voice, else SSML of what its engine takes. */

import { type Expression, prosodyOf } from '@parley/core'
import { cutText } from '../wire/cut-text.js'
import { inPercent, type ProsodyTaken, prosodyAttributes, speakElement, xmlText } from '../wire/ssml.js'
import type { PollyOptions } from './options.js'

export interface SpeechText {
  readonly type: 'text' | 'ssml'
  readonly text: string
  /** As written, each with its place in `text`, in bytes of UTF-8. */
  readonly words: readonly { readonly text: string; readonly from: number; readonly to: number }[]
}

/** 3,000 characters are billed at most, and 6,000 sent; escapes and elements count to the second. */
const MOST_CHARACTERS = 2_900

const whispered = 'amazon:effect name="whispered"'

/** One for each request it takes; none for a text of spaces. */
export function speechTexts(text: string, expression: Expression, options: PollyOptions): SpeechText[] {
  const attributes = prosodyAttributes(prosodyOf(expression), takenBy(options), inPercent)
  const whispers = expression.style === 'whisper' && options.engine === 'standard'
  const isPlain = attributes === '' && !whispers
  const written = (word: string) => (isPlain ? word : xmlText(word))
  return cutText({ text, most: MOST_CHARACTERS, sizeOf: word => written(word).length }).map(piece => {
    const words = piece.split(' ')
    const body = words.map(written).join(' ')
    const whole = isPlain ? body : wrapped(body, attributes, whispers)
    let from = Buffer.byteLength(whole.slice(0, isPlain ? 0 : whole.indexOf(body)))
    const placed = words.map(word => {
      const to = from + Buffer.byteLength(written(word))
      const place = { text: word, from, to }
      from = to + 1
      return place
    })
    return { type: isPlain ? 'text' : 'ssml', text: whole, words: placed }
  })
}

function wrapped(body: string, attributes: string, whispers: boolean): string {
  return whispers
    ? speakElement(`<${whispered}>${body}</amazon:effect>`, attributes)
    : speakElement(body, attributes)
}

/** Neural voices refuse pitch; of the newest engines little is known, so nothing is sent to them unless told. */
function takenBy({ engine, prosody }: PollyOptions): ProsodyTaken {
  const parts =
    prosody ??
    (engine === 'standard' ? ['rate', 'pitch', 'volume'] : engine === 'neural' ? ['rate', 'volume'] : [])
  return { rate: parts.includes('rate'), pitch: parts.includes('pitch'), volume: parts.includes('volume') }
}
