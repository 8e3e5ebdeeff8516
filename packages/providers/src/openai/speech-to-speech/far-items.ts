/** Items of a conversation as the Realtime API takes them. */

import type { FarItem } from '@parley/core'

/** `hasId`: whether it gets the name we gave it, as in the conversation; what is only shown to one response needs none. */
export function itemOf(item: FarItem, hasId: boolean): object {
  const id = hasId ? { id: item.id } : {}
  switch (item.kind) {
    case 'message':
      return {
        ...id,
        type: 'message',
        role: item.role,
        content: [{ type: item.role === 'assistant' ? 'output_text' : 'input_text', text: item.text }],
      }
    case 'tool-call': {
      const { id: call, name, arguments: given } = item.call
      const text = typeof given === 'string' ? given : JSON.stringify(given)
      return { ...id, type: 'function_call', call_id: call, name, arguments: text }
    }
    case 'tool-result':
      return { ...id, type: 'function_call_output', call_id: item.call, output: item.text }
    default:
      return item satisfies never
  }
}
