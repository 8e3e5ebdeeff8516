/** An item as a client writes it, checked and completed. Audio in it is taken out, as the vendor never sends it back unasked. */

import { type AudioFormat, decodeAudio, rateOf } from './audio-format.js'
import type { ItemAudio, RealtimeItem } from './conversation.js'
import { type Fields, isFields } from './fields.js'
import { invalidValue, missingParameter, type RealtimeFault } from './realtime-fault.js'

const contents: Readonly<Record<string, readonly string[]>> = {
  system: ['input_text'],
  user: ['input_text', 'input_audio', 'input_image'],
  assistant: ['output_text'],
}

export type CheckedItem =
  | { readonly item: RealtimeItem; readonly audio?: ItemAudio }
  | { readonly fault: RealtimeFault }

export function itemFromClient(
  given: unknown,
  { newId, format, path }: { newId(): string; readonly format: AudioFormat; readonly path: string },
): CheckedItem {
  if (!isFields(given)) return { fault: missingParameter(path) }
  const id = typeof given.id === 'string' ? given.id : newId()
  const base = { id, object: 'realtime.item', status: 'completed' } as const
  switch (given.type) {
    case 'message':
      return message(given, { ...base, type: 'message' }, { format, path })
    case 'function_call_output':
      for (const key of ['call_id', 'output'])
        if (typeof given[key] !== 'string') return { fault: missingParameter(`${path}.${key}`) }
      return { item: { ...base, type: given.type, call_id: given.call_id, output: given.output } }
    case 'function_call':
      for (const key of ['name', 'arguments'])
        if (typeof given[key] !== 'string') return { fault: missingParameter(`${path}.${key}`) }
      return {
        item: {
          ...base,
          type: given.type,
          call_id: given.call_id ?? newId(),
          name: given.name,
          arguments: given.arguments,
        },
      }
    case undefined:
      return { fault: missingParameter(`${path}.type`) }
    default:
      return { fault: invalidValue(`${path}.type`, `Invalid value: '${String(given.type)}'.`) }
  }
}

function message(
  given: Fields,
  base: RealtimeItem,
  { format, path }: { readonly format: AudioFormat; readonly path: string },
): CheckedItem {
  const allowed = contents[String(given.role)]
  if (allowed === undefined)
    return { fault: invalidValue(`${path}.role`, `Invalid value: '${String(given.role)}'.`) }
  if (!Array.isArray(given.content)) return { fault: missingParameter(`${path}.content`) }
  let audio: ItemAudio | undefined
  const content: Fields[] = []
  for (const [index, part] of given.content.filter(isFields).entries()) {
    const at = `${path}.content[${index}]`
    if (!allowed.includes(String(part.type)))
      return {
        fault: invalidValue(
          `${at}.type`,
          `Invalid value: '${String(part.type)}'. Supported: ${allowed.join(', ')}.`,
        ),
      }
    if (part.type !== 'input_audio') {
      content.push(part)
      continue
    }
    const samples = typeof part.audio === 'string' ? decodeAudio(part.audio, format) : undefined
    if (samples === undefined) return { fault: invalidValue(`${at}.audio`, 'Expected base64 audio.') }
    audio = { samples, rate: rateOf(format) }
    content.push({ type: 'input_audio', transcript: part.transcript ?? null })
  }
  const item = { ...base, role: given.role, content }
  return audio === undefined ? { item } : { item, audio }
}
