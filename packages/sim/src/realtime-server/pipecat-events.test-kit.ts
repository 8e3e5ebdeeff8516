/**
 * What Pipecat's OpenAI Realtime service takes of a server: an event of a type it does not list, or without a field it
 * requires, throws in its receive loop and ends the session. Written from the behaviour of its event models.
 */
import { Ajv, type AnySchema } from 'ajv'
import type { Event } from '../vendors/openai-realtime/realtime-client.test-kit.js'

type Fields = Readonly<Record<string, object>>

const text = { type: 'string' }
const whole = { type: 'integer' }
const one = (...values: readonly string[]) => ({ enum: values })
const maybe = (schema: object) => ({ anyOf: [schema, { type: 'null' }] })
const list = (items: object) => ({ type: 'array', items })
const shape = (must: Fields, may: Fields = {}) => ({
  type: 'object',
  required: Object.keys(must),
  properties: {
    ...must,
    ...Object.fromEntries(Object.entries(may).map(([key, each]) => [key, maybe(each)])),
  },
})

const format = {
  anyOf: [
    shape({}, { type: one('audio/pcm'), rate: { const: 24_000 } }),
    shape({}, { type: one('audio/pcmu') }),
    shape({}, { type: one('audio/pcma') }),
  ],
}
const tokensMost = { anyOf: [whole, one('inf')] }
const modalities = list(one('text', 'audio'))
const turns = {
  anyOf: [
    shape(
      {},
      {
        type: one('server_vad'),
        threshold: { type: 'number' },
        prefix_padding_ms: whole,
        silence_duration_ms: whole,
      },
    ),
    shape({}, { type: one('semantic_vad'), eagerness: one('low', 'medium', 'high', 'auto') }),
    { type: 'boolean' },
  ],
}
const audio = shape(
  {},
  {
    input: shape(
      {},
      {
        format,
        transcription: { type: 'object', properties: { model: maybe(text), language: maybe(text) } },
        noise_reduction: shape({ type: maybe(one('near_field', 'far_field')) }),
        turn_detection: turns,
      },
    ),
    output: shape({}, { format, voice: text, speed: { type: 'number' } }),
  },
)
const session = shape(
  {},
  {
    type: one('realtime'),
    object: one('realtime.session'),
    id: text,
    model: text,
    output_modalities: modalities,
    instructions: text,
    audio,
    tools: list({ type: 'object' }),
    tool_choice: one('auto', 'none', 'required'),
    max_output_tokens: tokensMost,
    tracing: { anyOf: [one('auto'), { type: 'object' }] },
    prompt: { type: 'object' },
    expires_at: whole,
    include: list(text),
    reasoning: shape({}, { effort: text }),
  },
)
const part = shape(
  {
    type: one('text', 'audio', 'input_text', 'input_audio', 'input_image', 'output_text', 'output_audio'),
  },
  { text, audio: text, transcript: text, image_url: text, detail: one('auto', 'low', 'high') },
)
const item = shape(
  { id: text, type: one('message', 'function_call', 'function_call_output') },
  {
    object: one('realtime.item'),
    status: one('completed', 'in_progress', 'incomplete'),
    role: one('user', 'assistant', 'system'),
    content: list(part),
    call_id: text,
    name: text,
    arguments: text,
    output: text,
  },
)
const tokens = shape(
  {},
  {
    cached_tokens: whole,
    text_tokens: whole,
    audio_tokens: whole,
    image_tokens: whole,
    cached_tokens_details: shape({}, { text_tokens: whole, audio_tokens: whole }),
  },
)
const usage = shape({
  total_tokens: whole,
  input_tokens: whole,
  output_tokens: whole,
  input_token_details: tokens,
  output_token_details: tokens,
})
const response = shape(
  {
    id: text,
    object: one('realtime.response'),
    status: one('completed', 'in_progress', 'incomplete', 'cancelled', 'failed'),
    status_details: {},
    output: list(item),
  },
  { output_modalities: modalities, max_output_tokens: tokensMost, audio, usage, voice: text },
)
const error = shape({ type: text, message: text }, { code: text, param: text, event_id: text })

const inOutput = { response_id: text, output_index: whole }
const inPart = { ...inOutput, item_id: text, content_index: whole }
const ofPart = { item_id: text, content_index: whole }
const behind = { previous_item_id: text }

const table: Readonly<Record<string, readonly [must: Fields, may?: Fields]>> = {
  error: [{ error }],
  'session.created': [{ session }],
  'session.updated': [{ session }],
  'conversation.created': [{ conversation: shape({ id: text, object: one('realtime.conversation') }) }],
  'input_audio_buffer.committed': [{ item_id: text }, behind],
  'input_audio_buffer.cleared': [{}],
  'input_audio_buffer.speech_started': [{ audio_start_ms: whole, item_id: text }],
  'input_audio_buffer.speech_stopped': [{ audio_end_ms: whole, item_id: text }],
  'conversation.item.added': [{ item }, behind],
  'conversation.item.done': [{ item }, behind],
  'conversation.item.input_audio_transcription.delta': [{ ...ofPart, delta: text }],
  'conversation.item.input_audio_transcription.completed': [{ ...ofPart, transcript: text }],
  'conversation.item.input_audio_transcription.failed': [{ ...ofPart, error }],
  'conversation.item.truncated': [{ ...ofPart, audio_end_ms: whole }],
  'conversation.item.deleted': [{ item_id: text }],
  'conversation.item.retrieved': [{ item }],
  'response.created': [{ response }],
  'response.done': [{ response }],
  'response.output_item.added': [{ ...inOutput, item }],
  'response.output_item.done': [{ ...inOutput, item }],
  'response.content_part.added': [{ ...inPart, part }],
  'response.content_part.done': [{ ...inPart, part }],
  'response.output_text.delta': [{ ...inPart, delta: text }],
  'response.output_text.done': [{ ...inPart, text }],
  'response.output_audio_transcript.delta': [{ ...inPart, delta: text }],
  'response.output_audio_transcript.done': [{ ...inPart, transcript: text }],
  'response.output_audio.delta': [{ ...inPart, delta: text }],
  'response.output_audio.done': [inPart],
  'response.function_call_arguments.delta': [{ ...inOutput, item_id: text, call_id: text, delta: text }],
  'response.function_call_arguments.done': [{ ...inOutput, item_id: text, call_id: text, arguments: text }],
  'rate_limits.updated': [{ rate_limits: list({ type: 'object' }) }],
}

const ajv = new Ajv({ strict: false })
const checks = new Map(
  Object.entries(table).map(([type, [must, may]]) => [
    type,
    ajv.compile(shape({ event_id: text, type: text, ...must }, may) as AnySchema),
  ]),
)

/** Why Pipecat would not parse the event; empty if it would. */
export function pipecatFault(event: Event): string {
  const check = checks.get(event.type)
  if (check === undefined) return `unknown event ${event.type}`
  return check(event) === true ? '' : `${event.type}: ${ajv.errorsText(check.errors)}`
}
