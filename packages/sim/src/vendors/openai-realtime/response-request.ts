/** What a `response.create` asks for, with the session's settings where it is silent. */

import type { AudioFormat } from './audio-format.js'
import { type Fields, isFields, textOf } from './fields.js'
import { itemFromClient } from './item-from-client.js'
import { invalidRequest, type RealtimeFault, unknownParameter } from './realtime-fault.js'
import type { RealtimePeer } from './realtime-peer.js'
import { checkFormat, checkModalities } from './session-check.js'

export interface ResponseRequest {
  readonly isInConversation: boolean
  /** Instead of the conversation. */
  readonly input?: readonly Fields[]
  readonly instructions: string
  readonly tools: readonly string[]
  readonly modality: 'audio' | 'text'
  readonly format: AudioFormat
  readonly voice: unknown
  readonly maxOutputTokens: unknown
  readonly metadata: unknown
}

const known = [
  ...[
    'instructions',
    'tools',
    'tool_choice',
    'output_modalities',
    'audio',
    'max_output_tokens',
    'conversation',
  ],
  ...['input', 'metadata', 'prompt', 'reasoning', 'parallel_tool_calls'],
]

export function responseRequest(
  peer: RealtimePeer,
  given: Fields,
): { readonly request: ResponseRequest } | { readonly fault: RealtimeFault } {
  const { settings } = peer
  const stranger = Object.keys(given).find(key => !known.includes(key))
  if (stranger !== undefined) return { fault: unknownParameter(`response.${stranger}`) }
  const audio = isFields(given.audio) && isFields(given.audio.output) ? given.audio.output : {}
  const fault =
    checkModalities(given.output_modalities, 'response.output_modalities') ??
    checkFormat(audio.format, 'response.audio.output.format')
  if (fault !== undefined) return { fault }
  const input = given.input === undefined ? undefined : inputOf(peer, given.input)
  if (input !== undefined && 'fault' in input) return input
  const modalities = (given.output_modalities ?? settings.output_modalities) as readonly string[]
  const tools =
    given.tool_choice === 'none' ? [] : ((given.tools ?? settings.tools ?? []) as readonly Fields[])
  return {
    request: {
      isInConversation: given.conversation !== 'none',
      ...(input === undefined ? {} : { input: input.items }),
      instructions: textOf(given.instructions) ?? settings.instructions ?? '',
      tools: tools.map(({ name }) => String(name)),
      modality: modalities[0] === 'text' ? 'text' : 'audio',
      format: (audio.format ?? settings.audio.output?.format) as AudioFormat,
      voice: audio.voice ?? settings.audio.output?.voice,
      maxOutputTokens: given.max_output_tokens ?? settings.max_output_tokens,
      metadata: given.metadata ?? null,
    },
  }
}

function inputOf(
  peer: RealtimePeer,
  given: unknown,
): { readonly items: readonly Fields[] } | { readonly fault: RealtimeFault } {
  const items: Fields[] = []
  for (const [index, each] of (Array.isArray(given) ? given : []).entries()) {
    const path = `response.input[${index}]`
    if (isFields(each) && each.type === 'item_reference') {
      const found = peer.conversation.get(String(each.id))
      if (found === undefined)
        return {
          fault: invalidRequest('invalid_item_reference', `Item '${String(each.id)}' does not exist.`, path),
        }
      items.push(found)
      continue
    }
    const { format } = peer.settings.audio.input
    const checked = itemFromClient(each, { newId: () => peer.newId('item'), format, path })
    if ('fault' in checked) return checked
    items.push(checked.item)
  }
  return { items }
}
