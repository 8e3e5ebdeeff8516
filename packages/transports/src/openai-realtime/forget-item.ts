import type { BookedItem } from './item-book.js'
import type { PeerState } from './peer-state.js'

/** What was said in an item is taken out of the session's history. */
export function forgetItem(peer: PeerState, { item, place }: BookedItem): void {
  // A call is in the history by what it gave, and has the place of what was said before it.
  if (place === undefined || item.type === 'function_call') return
  peer.inbox?.steering.forget('reply' in place ? { reply: place.reply } : place)
}
