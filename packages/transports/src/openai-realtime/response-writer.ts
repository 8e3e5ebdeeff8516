/** One response, from `response.created` to `response.done` and the limits after it; `response.done` always comes. */
import type { ErrorCode, ToolCall } from '@parley/core'
import type { RealtimeItem, RealtimeResponseWanted } from '@parley/protocol'
import type { ItemPlace } from './item-book.js'
import { type MessageWriter, openMessage } from './message-writer.js'
import type { PeerState } from './peer-state.js'
import { writeCall } from './write-call.js'

export type CancelReason = 'turn_detected' | 'client_cancelled'

export type ResponseEnding =
  | { readonly status: 'completed' }
  | { readonly status: 'cancelled'; readonly reason: CancelReason }
  | { readonly status: 'failed'; readonly error: { readonly code: string; readonly message: string } }

export interface TokenUse {
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface ResponseWriter {
  readonly id: string
  /** The message under way, or the last one. */
  readonly messageId: string | undefined
  words(text: string): void
  sound(samples: Int16Array, rate: number): void
  /** Ends the message under way. */
  call(call: ToolCall): void
  /** A second call does nothing. */
  finish(ending: ResponseEnding, use: TokenUse): void
}

export function openResponse(
  peer: PeerState,
  wanted: RealtimeResponseWanted,
  /** What its items are to the session, once that is known. */
  placeOf: () => ItemPlace,
): ResponseWriter {
  const id = peer.newId('resp')
  const output: RealtimeItem[] = []
  let message: MessageWriter | undefined
  let messageId: string | undefined
  let isOver = false

  const shape = (status: string, details: object) => ({
    object: 'realtime.response',
    id,
    status,
    output,
    conversation_id: wanted.isInConversation ? peer.conversationId : null,
    output_modalities: [wanted.modality],
    max_output_tokens: wanted.maxOutputTokens,
    audio: { output: { format: wanted.format, voice: wanted.voice } },
    metadata: wanted.metadata,
    ...details,
  })
  const at = () => ({
    responseId: id,
    outputIndex: output.length,
    isInConversation: wanted.isInConversation,
    place: placeOf(),
  })

  function current(): MessageWriter {
    message ??= openMessage(peer, at(), wanted)
    messageId = message.id
    return message
  }

  function finishMessage(status: 'completed' | 'incomplete'): void {
    if (message !== undefined) output.push(message.finish(status))
    message = undefined
  }

  peer.emit('response.created', { response: shape('in_progress', { status_details: null, usage: null }) })

  return {
    id,
    get messageId() {
      return messageId
    },
    words(text) {
      if (!isOver && text !== '') current().words(text)
    },
    sound(samples, rate) {
      if (!isOver && wanted.modality === 'audio') current().sound(samples, rate)
    },
    call(call) {
      if (isOver) return
      finishMessage('completed')
      output.push(writeCall(peer, at(), call))
    },
    finish(ending, use) {
      if (isOver) return
      finishMessage(ending.status === 'completed' ? 'completed' : 'incomplete')
      isOver = true
      const { status, ...details } = ending
      const told = 'error' in details ? { error: { type: 'server_error', ...details.error } } : details
      const status_details = status === 'completed' ? null : { type: status, ...told }
      peer.emit('response.done', { response: shape(status, { status_details, usage: usageOf(use) }) })
      peer.emit('rate_limits.updated', { rate_limits: unlimited })
    },
  }
}

/** Clients want figures; there is no limit that these would stand for. */
const unlimited = ['requests', 'tokens'].map(name => ({
  name,
  limit: 1_000_000,
  remaining: 1_000_000,
  reset_seconds: 0,
}))

function usageOf({ inputTokens, outputTokens }: TokenUse) {
  return {
    total_tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    input_token_details: {
      text_tokens: inputTokens,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: outputTokens, audio_tokens: 0 },
  }
}

/** What a client is told of a response that failed. */
export function failureOf(code: ErrorCode): ResponseEnding {
  const known = failures[code] ?? 'server_error'
  return { status: 'failed', error: { code: known, message: `The agent could not answer (${code}).` } }
}

const failures: Readonly<Partial<Record<ErrorCode, string>>> = {
  provider_limited: 'rate_limit_exceeded',
  rate_limited: 'rate_limit_exceeded',
  provider_quota: 'insufficient_quota',
}
