/** One assistant message of a response, event by event in the vendor's order. */
import type { RealtimeItem, RealtimeResponseWanted } from '@parley/protocol'
import type { ItemPlace } from './item-book.js'
import type { PeerState } from './peer-state.js'
import { createSoundDeltas } from './sound-deltas.js'

export interface MessageWriter {
  readonly id: string
  words(text: string): void
  sound(samples: Int16Array, rate: number): void
  /** Every `done` event, also of a message that was broken off: then sound that has not left yet does not leave. */
  finish(status: 'completed' | 'incomplete'): RealtimeItem
}

export interface OutputPlace {
  readonly responseId: string
  readonly outputIndex: number
  readonly isInConversation: boolean
  readonly place: ItemPlace
}

export function openMessage(
  peer: PeerState,
  at: OutputPlace,
  { modality, format }: Pick<RealtimeResponseWanted, 'modality' | 'format'>,
): MessageWriter {
  const id = peer.newId('item')
  const base = { response_id: at.responseId, output_index: at.outputIndex }
  const ids = { ...base, item_id: id, content_index: 0 }
  const isSpoken = modality === 'audio'
  const deltas =
    isSpoken && peer.track === undefined
      ? createSoundDeltas(peer, { format, ids, ...(at.isInConversation ? { itemId: id } : {}) })
      : undefined
  let text = ''

  const open: RealtimeItem = {
    id,
    object: 'realtime.item',
    type: 'message',
    status: 'in_progress',
    role: 'assistant',
    content: [],
  }
  const part = (words: string) =>
    isSpoken ? { type: 'audio', transcript: words } : { type: 'text', text: words }

  peer.emit('response.output_item.added', { ...base, item: open })
  const added = at.isInConversation ? peer.items.add(open, at.place) : undefined
  if (added !== undefined)
    peer.emit('conversation.item.added', { previous_item_id: added.previous, item: open })
  peer.emit('response.content_part.added', { ...ids, part: part('') })

  return {
    id,
    words(delta) {
      text += delta
      const name = isSpoken ? 'response.output_audio_transcript.delta' : 'response.output_text.delta'
      peer.emit(name, { ...ids, delta })
    },
    sound(samples, rate) {
      deltas?.write(samples, rate)
    },
    finish(status) {
      if (status === 'completed') deltas?.end()
      else deltas?.drop()
      if (isSpoken) {
        peer.emit('response.output_audio.done', ids)
        peer.emit('response.output_audio_transcript.done', { ...ids, transcript: text })
      } else peer.emit('response.output_text.done', { ...ids, text })
      peer.emit('response.content_part.done', { ...ids, part: part(text) })
      const content = isSpoken ? { type: 'output_audio', transcript: text } : { type: 'output_text', text }
      const item: RealtimeItem = { ...open, status, content: [content] }
      peer.emit('response.output_item.done', { ...base, item })
      const booked = peer.items.get(id)
      // It may have been deleted meanwhile.
      if (added === undefined || booked === undefined) return item
      booked.item = item
      peer.emit('conversation.item.done', { previous_item_id: added.previous, item })
      return item
    },
  }
}
