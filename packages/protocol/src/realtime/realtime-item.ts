/**
 * Items of a conversation: as a client writes them, checked and completed, and as they are told. Sound in an item is
 * dropped; a message of sound needs its transcript, because nothing here hears a recording.
 */
import { z } from 'zod'
import { faultOf, invalidValue, type RealtimeFault } from './realtime-fault.js'
import { isRealtimeFields, type RealtimeFields } from './realtime-fields.js'
import { withoutNulls } from './realtime-nulls.js'

export interface RealtimeItem extends RealtimeFields {
  readonly id: string
  readonly object: 'realtime.item'
  readonly type: 'message' | 'function_call' | 'function_call_output'
  readonly status: 'in_progress' | 'completed' | 'incomplete'
}

/** Longest text of one part or output, characters. */
const MAX_TEXT = 200_000

const textSchema = z.string().max(MAX_TEXT)
const inputText = z.strictObject({ type: z.literal('input_text'), text: textSchema })
const inputAudio = z.strictObject({
  type: z.literal('input_audio'),
  audio: z.string().nullable().optional(),
  transcript: textSchema.nullable().optional(),
})
const inputImage = z.strictObject({
  type: z.literal('input_image'),
  image_url: z.string().optional(),
  detail: z.enum(['auto', 'low', 'high']).optional(),
})
const outputText = z.strictObject({ type: z.literal('output_text'), text: textSchema })
const outputAudio = z.strictObject({
  type: z.literal('output_audio'),
  audio: z.string().nullable().optional(),
  transcript: textSchema.nullable().optional(),
})

const base = {
  id: z.string().min(1).max(128).optional(),
  object: z.literal('realtime.item').optional(),
  status: z.enum(['in_progress', 'completed', 'incomplete']).optional(),
}
const message = { ...base, type: z.literal('message') }

const itemSchema = z.discriminatedUnion('type', [
  z.discriminatedUnion('role', [
    z.strictObject({ ...message, role: z.literal('system'), content: z.array(inputText).max(100) }),
    z.strictObject({
      ...message,
      role: z.literal('user'),
      content: z.array(z.discriminatedUnion('type', [inputText, inputAudio, inputImage])).max(100),
    }),
    z.strictObject({
      ...message,
      role: z.literal('assistant'),
      content: z.array(z.discriminatedUnion('type', [outputText, outputAudio])).max(100),
    }),
  ]),
  z.strictObject({
    ...base,
    type: z.literal('function_call'),
    call_id: z.string().min(1).max(128).optional(),
    name: z.string().max(128),
    arguments: textSchema,
  }),
  z.strictObject({
    ...base,
    type: z.literal('function_call_output'),
    call_id: z.string().min(1).max(128),
    output: textSchema,
  }),
])

export type CheckedItem = { readonly item: RealtimeItem } | { readonly fault: RealtimeFault }

/** `path` is the parameter that a fault names. */
export function realtimeItemOf(
  written: unknown,
  { newId, path }: { newId(prefix: 'item' | 'call'): string; readonly path: string },
): CheckedItem {
  const given = withoutNulls(written)
  const parsed = itemSchema.safeParse(given)
  if (!parsed.success) return { fault: faultOf(parsed.error, given, path) }
  const { data } = parsed
  const whole = { id: data.id ?? newId('item'), object: 'realtime.item', status: 'completed' } as const
  if (data.type === 'function_call')
    return { item: { ...data, ...whole, call_id: data.call_id ?? newId('call') } }
  if (data.type === 'function_call_output') return { item: { ...data, ...whole } }
  const content: RealtimeFields[] = []
  for (const [index, part] of data.content.entries()) {
    const at = `${path}.content[${index}]`
    if (part.type === 'input_image')
      return {
        fault: invalidValue(`${at}.type`, 'Images are not looked at by this server; describe them in text.'),
      }
    if (part.type === 'input_audio' && typeof part.transcript !== 'string') {
      const message =
        'Sound in an item is not listened to by this server; give its transcript, or append it to the input audio buffer.'
      return { fault: invalidValue(`${at}.audio`, message) }
    }
    if (part.type === 'input_text' || part.type === 'output_text') content.push(part)
    else content.push({ type: part.type, transcript: part.transcript ?? '' })
  }
  return { item: { ...data, ...whole, content } }
}

/** Text and transcripts of a message, joined. */
export function realtimeWordsOf(item: RealtimeFields): string {
  const parts = Array.isArray(item.content) ? item.content.filter(isRealtimeFields) : []
  return parts
    .map(({ text, transcript }) => text ?? transcript)
    .filter(text => typeof text === 'string' && text !== '')
    .join(' ')
}
