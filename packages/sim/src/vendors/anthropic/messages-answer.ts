/** The events of one message. */

import type { SimThought } from '../sim-brains.js'
import { awkwardPieces, type SimEventStream } from '../sim-event-stream.js'
import type { PromptTokens } from './prompt-cache.js'

export interface MessageWriting {
  readonly stream: SimEventStream
  readonly random: () => number
  newId(): string
  readonly model: string
  readonly prompt: PromptTokens
}

type Fields = Readonly<Record<string, unknown>>

export interface MessageWriter {
  say(thought: SimThought): void
  /** Ends the message. */
  end(reason: string, more?: Fields): void
  /** Whether a tool was called. */
  readonly called: boolean
}

export function messageWriter({ stream, random, newId, model, prompt }: MessageWriting): MessageWriter {
  const send = (type: string, fields: Fields = {}) => stream.event({ type, ...fields }, type)
  let hasBegun = false
  let index = -1
  let isTextOpen = false
  let tokens = 0
  let called = false

  function begin(): void {
    if (hasBegun) return
    hasBegun = true
    send('message_start', { message: messageObject({ id: `msg_${newId()}`, model, prompt }) })
    send('ping')
  }

  function open(block: Fields): void {
    shut()
    index++
    send('content_block_start', { index, content_block: block })
  }

  function shut(): void {
    if (isTextOpen) send('content_block_stop', { index })
    isTextOpen = false
  }

  function text(words: string): void {
    if (!isTextOpen) {
      open({ type: 'text', text: '', citations: null })
      isTextOpen = true
    }
    send('content_block_delta', { index, delta: { type: 'text_delta', text: words } })
  }

  function call({ name, arguments: given }: Extract<SimThought, { kind: 'tool-call' }>): void {
    called = true
    open({ type: 'tool_use', id: `toolu_${newId()}`, name, input: {}, caller: { type: 'direct' } })
    send('ping')
    const pieces = given === '{}' ? [''] : ['', ...awkwardPieces(given, random)]
    for (const piece of pieces)
      send('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: piece } })
    send('content_block_stop', { index })
  }

  return {
    get called() {
      return called
    },
    say(thought) {
      begin()
      tokens++
      if (thought.kind === 'text') text(thought.text)
      else call(thought)
    },
    end(reason, more = {}) {
      begin()
      shut()
      send('message_delta', {
        delta: { stop_reason: reason, stop_sequence: null, stop_details: null, container: null, ...more },
        usage: {
          input_tokens: prompt.input,
          cache_creation_input_tokens: prompt.written,
          cache_read_input_tokens: prompt.read,
          output_tokens: tokens,
          output_tokens_details: { thinking_tokens: 0 },
          server_tool_use: null,
        },
      })
      send('message_stop')
      stream.end()
    },
  }
}

interface MessageHead {
  readonly id: string
  readonly model: string
  readonly prompt: PromptTokens
}

export function messageObject({ id, model, prompt }: MessageHead): Fields {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: {
      input_tokens: prompt.input,
      cache_creation_input_tokens: prompt.written,
      cache_read_input_tokens: prompt.read,
      cache_creation: { ephemeral_5m_input_tokens: prompt.written, ephemeral_1h_input_tokens: 0 },
      output_tokens: 1,
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
      service_tier: 'standard',
      speed: 'standard',
      inference_geo: null,
    },
  }
}
