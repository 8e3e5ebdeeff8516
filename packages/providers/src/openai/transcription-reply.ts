/**
 * What a server answers to a file: OpenAI's JSON or events, the chunks of vLLM, the bare segments of older imitators, or
 * plain text.
 */

import { ParleyError } from '@parley/core'
import { garbageError } from '../wire/vendor-error.js'
import { type Fields, jsonEvents, jsonFields } from './json-events.js'
import { confidenceOf } from './transcription-session.js'

export interface TranscriptionReply {
  readonly text: string
  /** In seconds from the start of the file. */
  readonly words?: readonly { readonly text: string; readonly start: number; readonly end: number }[]
  readonly confidence?: number
  /** As it is billed, in seconds. */
  readonly seconds?: number
}

/** @throws ParleyError where the server says what is wrong in its stream, or sends what is no answer. */
export async function transcriptionReply(
  vendor: string,
  contentType: string,
  { body, onDelta }: { readonly body: AsyncIterable<Uint8Array>; onDelta(delta: string): void },
): Promise<TranscriptionReply> {
  if (/event-stream/i.test(contentType)) return streamed(vendor, body, onDelta)
  const text = await textOf(body)
  if (/^text\/plain/i.test(contentType)) return { text }
  return whole(vendor, jsonFields(vendor, text))
}

async function streamed(
  vendor: string,
  body: AsyncIterable<Uint8Array>,
  onDelta: (delta: string) => void,
): Promise<TranscriptionReply> {
  let text = ''
  let isOver = false
  const events = jsonEvents({ vendor, body, isLast: ({ type }) => type === 'transcript.text.done' })
  for (;;) {
    const next = await events.next()
    if (next.done === true) {
      if (next.value || isOver) return { text }
      throw new ParleyError('provider_failed', `${vendor} broke off its transcript.`, { retryable: true })
    }
    const event = next.value
    if (event.type === 'transcript.text.done') {
      // Asked on, it lets go of the body.
      void events.next()
      return whole(vendor, event)
    }
    const { delta, isEnd } = deltaOf(event)
    isOver ||= isEnd
    text += delta
    if (delta !== '') onDelta(delta)
  }
}

/** OpenAI's delta, vLLM's chunk, or a bare segment, which may be the last: such servers mark no end. */
function deltaOf(event: Fields): { readonly delta: string; readonly isEnd: boolean } {
  const choice = Array.isArray(event.choices) ? (event.choices[0] as Fields | undefined) : undefined
  const { content } = (choice?.delta ?? {}) as Fields
  if (choice !== undefined)
    return {
      delta: typeof content === 'string' ? content : '',
      isEnd: typeof choice.finish_reason === 'string',
    }
  if (typeof event.delta === 'string') return { delta: event.delta, isEnd: false }
  if (event.type === undefined && typeof event.text === 'string') return { delta: event.text, isEnd: true }
  return { delta: '', isEnd: false }
}

function whole(vendor: string, reply: Fields): TranscriptionReply {
  if (typeof reply.text !== 'string') throw garbageError(vendor)
  const words = wordsOf(reply)
  const confidence = confidenceOf(reply.logprobs)
  const { seconds } = (reply.usage ?? {}) as Fields
  return {
    text: reply.text,
    ...(words.length === 0 ? {} : { words }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(typeof seconds === 'number' ? { seconds } : {}),
  }
}

/** whisper.cpp keeps words inside its segments. */
function wordsOf(reply: Fields): NonNullable<TranscriptionReply['words']> {
  const segments = Array.isArray(reply.segments) ? (reply.segments as Fields[]) : []
  const words = Array.isArray(reply.words) ? reply.words : segments.flatMap(({ words }) => words ?? [])
  return (words as Fields[]).flatMap(({ word, start, end }) =>
    typeof word === 'string' && typeof start === 'number' && typeof end === 'number'
      ? [{ text: word.trim(), start, end }]
      : [],
  )
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) text += decoder.decode(bytes, { stream: true })
  return text + decoder.decode()
}
