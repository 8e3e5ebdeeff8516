/** What a server answers to a text: plain PCM, OpenAI's events, or Kokoro's lines with the times of words. */

import { ParleyError, type SpeechPart } from '@parley/core'
import { jsonLines } from '../wire/json-lines.js'
import { pcmReader } from '../wire/pcm-bytes.js'
import { garbageError } from '../wire/vendor-error.js'
import { writtenWords } from '../wire/written-words.js'
import { type Fields, jsonEvents } from './json-events.js'
import { soundReader } from './wav-strip.js'

export interface SpeechReply {
  readonly vendor: string
  readonly sampleRate: number
  readonly contentType: string
  readonly body: AsyncIterable<Uint8Array>
}

/** @throws ParleyError for what is no sound, or sound of another kind than PCM. */
export async function* plainSpeech(reply: SpeechReply): AsyncGenerator<SpeechPart, void, void> {
  const { vendor, contentType } = reply
  if (/event-stream/i.test(contentType)) return yield* eventSpeech(reply)
  if (/^(text|application\/json)/i.test(contentType)) throw garbageError(vendor)
  if (/mpeg|ogg|opus|aac|flac|webm/i.test(contentType))
    throw new ParleyError('provider_rejected', `${vendor} gives ${contentType}, and PCM is wanted.`)
  const reader = soundReader(vendor, reply.sampleRate)
  for await (const bytes of reply.body) {
    const samples = reader.read(bytes)
    if (samples.length > 0) yield { kind: 'audio', samples }
  }
}

async function* eventSpeech({
  vendor,
  sampleRate,
  body,
}: SpeechReply): AsyncGenerator<SpeechPart, void, void> {
  const reader = soundReader(vendor, sampleRate)
  const events = jsonEvents({ vendor, body, isLast: ({ type }) => type === 'speech.audio.done' })
  let next = await events.next()
  for (; next.done !== true; next = await events.next()) {
    const { type, audio } = next.value
    if (type !== 'speech.audio.delta' || typeof audio !== 'string') continue
    const samples = reader.read(Buffer.from(audio, 'base64'))
    if (samples.length > 0) yield { kind: 'audio', samples }
  }
  if (!next.value)
    throw new ParleyError('provider_failed', `${vendor} broke off its speech.`, { retryable: true })
}

/** Words as written in `text` before their sound. */
export async function* captionedSpeech(
  { vendor, sampleRate, body }: SpeechReply,
  text: string,
): AsyncGenerator<SpeechPart, void, void> {
  const words = writtenWords(text)
  const reader = pcmReader()
  let soundMs = 0
  for await (const line of jsonLines(vendor, body)) {
    const { audio, timestamps } = (line ?? {}) as Fields
    if (typeof audio !== 'string') throw garbageError(vendor)
    const samples = reader.read(Buffer.from(audio, 'base64'))
    for (const { word, startMs, endMs } of tokensOf(timestamps)) yield* words.place(word, startMs, endMs)
    soundMs += (samples.length * 1000) / sampleRate
    if (samples.length > 0) yield { kind: 'audio', samples }
  }
  yield* words.rest(soundMs)
}

function tokensOf(given: unknown) {
  const tokens = Array.isArray(given) ? (given as Readonly<Record<string, unknown>>[]) : []
  return tokens.flatMap(({ word, start_time: start, end_time: end }) =>
    typeof word === 'string' && typeof start === 'number' && typeof end === 'number'
      ? [{ word, startMs: start * 1000, endMs: end * 1000 }]
      : [],
  )
}
