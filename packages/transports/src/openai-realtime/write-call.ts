import type { ToolCall } from '@parley/core'
import type { RealtimeItem } from '@parley/protocol'
import type { OutputPlace } from './message-writer.js'
import type { PeerState } from './peer-state.js'

/** Characters of one delta of the arguments. */
const DELTA = 256

/** A call of a tool that the client is to run: it comes whole, and is told in the vendor's order. */
export function writeCall(peer: PeerState, at: OutputPlace, call: ToolCall): RealtimeItem {
  const id = peer.newId('item')
  const written = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments)
  const base = { response_id: at.responseId, output_index: at.outputIndex }
  const ids = { ...base, item_id: id, call_id: call.id }
  const open: RealtimeItem = {
    id,
    object: 'realtime.item',
    type: 'function_call',
    status: 'in_progress',
    call_id: call.id,
    name: call.name,
    arguments: '',
  }
  peer.emit('response.output_item.added', { ...base, item: open })
  const added = at.isInConversation ? peer.items.add(open, at.place) : undefined
  if (added !== undefined)
    peer.emit('conversation.item.added', { previous_item_id: added.previous, item: open })
  for (let from = 0; from < written.length; from += DELTA)
    peer.emit('response.function_call_arguments.delta', { ...ids, delta: written.slice(from, from + DELTA) })
  peer.emit('response.function_call_arguments.done', { ...ids, name: call.name, arguments: written })
  const item: RealtimeItem = { ...open, status: 'completed', arguments: written }
  peer.emit('response.output_item.done', { ...base, item })
  if (added === undefined) return item
  const booked = peer.items.get(id)
  if (booked !== undefined) booked.item = item
  peer.emit('conversation.item.done', { previous_item_id: added.previous, item })
  return item
}
