import type { BookedItem } from './item-book.js'
import type { PeerState } from './peer-state.js'

/** What was said in an item is taken out of the session's history. */
export function forgetItem(peer: PeerState, { item, place }: BookedItem): void {
  if (place === undefined) return
  // A call has the place of what was said before it, which stays.
  if (item.type === 'function_call') return peer.inbox?.steering.forget({ call: String(item.call_id) })
  peer.inbox?.steering.forget('reply' in place ? { reply: place.reply } : place)
}
