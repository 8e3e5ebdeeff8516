/** The sound of a text, given in chunks until nobody wants it any more. */

import type { SimWord } from '../sim-brains.js'
import { type Giving, give } from './give.js'
import { type Encoding, encodeSound } from './raw-sound.js'
import type { SimSession } from './session.js'

const CHUNK_MS = 100

export interface Spoken {
  /** Sound given, ms. */
  readonly givenMs: number
  /** Whether all of it was. */
  readonly whole: boolean
  /** All words of the text, with their places. */
  readonly words: readonly SimWord[]
}

export interface SpeechOrder extends Pick<Giving, 'tell'> {
  readonly text: string
  readonly signal: AbortSignal
  /** A chunk went out. */
  onGiven?(): void
}

export async function giveSpeech(
  { socket, brains, temper }: SimSession,
  { text, tell, signal, onGiven }: SpeechOrder,
): Promise<Spoken> {
  const query = socket.url.searchParams
  const rate = Number(query.get('sample_rate') ?? 24_000)
  const encoding = (query.get('encoding') ?? 'linear16') as Encoding
  const language = /-([a-z]{2})$/.exec(query.get('model') ?? '')?.[1] ?? 'en'
  const { samples, words } = await brains.speak(text, rate, language)
  const giving = { socket, pace: temper.pace(), tell, signal }
  const size = Math.round((rate * CHUNK_MS) / 1000)
  let at = 0
  let whole = true
  for (; whole && at < samples.length; at += size) {
    const chunk = samples.subarray(at, at + size)
    whole = await give(giving, () => {
      socket.sendBinary(encodeSound(chunk, encoding))
      onGiven?.()
    })
  }
  const givenMs = (Math.min(whole ? at : Math.max(0, at - size), samples.length) * 1000) / rate
  return { givenMs, whole, words }
}
