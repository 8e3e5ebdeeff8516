/** One assistant message of a response, event by event in the vendor's order. */

import { type AudioFormat, encodeAudio, rateOf } from './audio-format.js'
import type { RealtimeItem } from './conversation.js'
import type { RealtimePeer } from './realtime-peer.js'
import { cutItem } from './truncate-item.js'

export interface MessageOutput {
  text(delta: string): void
  audio(samples: Int16Array): void
  /** Every `done` event, also of a message that was broken off. */
  finish(status: 'completed' | 'incomplete'): RealtimeItem
}

export interface OutputPlace {
  readonly responseId: string
  readonly outputIndex: number
  readonly isInConversation: boolean
}

export function messageOutput(
  peer: RealtimePeer,
  place: OutputPlace,
  { modality, format }: { readonly modality: 'audio' | 'text'; readonly format: AudioFormat },
): MessageOutput {
  const id = peer.newId('item')
  const base = { response_id: place.responseId, output_index: place.outputIndex }
  const ids = { ...base, item_id: id, content_index: 0 }
  const sounds: Int16Array[] = []
  let text = ''

  const open: RealtimeItem = {
    id,
    object: 'realtime.item',
    type: 'message',
    status: 'in_progress',
    role: 'assistant',
    content: [],
  }
  peer.emit('response.output_item.added', { ...base, item: open })
  const added = place.isInConversation ? peer.conversation.add(open) : undefined
  if (added !== undefined)
    peer.emit('conversation.item.added', { previous_item_id: added.previous, item: open })
  peer.emit('response.content_part.added', { ...ids, part: part('') })

  function part(words: string) {
    return modality === 'audio' ? { type: 'audio', transcript: words } : { type: 'text', text: words }
  }

  return {
    text(delta) {
      text += delta
      const name =
        modality === 'audio' ? 'response.output_audio_transcript.delta' : 'response.output_text.delta'
      peer.emit(name, { ...ids, delta })
    },
    audio(samples) {
      sounds.push(samples)
      peer.hasSpoken = true
      peer.emit('response.output_audio.delta', { ...ids, delta: encodeAudio(samples, format) })
    },
    finish(status) {
      if (modality === 'audio') {
        peer.emit('response.output_audio.done', ids)
        peer.emit('response.output_audio_transcript.done', { ...ids, transcript: text })
      } else peer.emit('response.output_text.done', { ...ids, text })
      peer.emit('response.content_part.done', { ...ids, part: part(text) })
      const content =
        modality === 'audio' ? [{ type: 'output_audio', transcript: text }] : [{ type: 'output_text', text }]
      const item: RealtimeItem = { ...open, status, content }
      peer.emit('response.output_item.done', { ...base, item })
      if (added === undefined) return item
      peer.conversation.set(item)
      const sound = { samples: joined(sounds), rate: rateOf(format) }
      if (modality === 'audio') peer.conversation.audio.set(id, sound)
      const cutMs = peer.conversation.cuts.get(id)
      if (cutMs !== undefined) cutItem(peer, item, cutMs)
      peer.emit('conversation.item.done', { previous_item_id: added.previous, item })
      return item
    },
  }
}

/** A call of a tool, which comes whole. */
export function functionCallOutput(
  peer: RealtimePeer,
  place: OutputPlace,
  call: { readonly name: string; readonly arguments: string },
): RealtimeItem {
  const id = peer.newId('item')
  const callId = peer.newId('call')
  const base = { response_id: place.responseId, output_index: place.outputIndex }
  const ids = { ...base, item_id: id, call_id: callId }
  const open: RealtimeItem = {
    id,
    object: 'realtime.item',
    type: 'function_call',
    status: 'in_progress',
    call_id: callId,
    name: call.name,
    arguments: '',
  }
  peer.emit('response.output_item.added', { ...base, item: open })
  const added = place.isInConversation ? peer.conversation.add(open) : undefined
  if (added !== undefined)
    peer.emit('conversation.item.added', { previous_item_id: added.previous, item: open })
  for (let at = 0; at < call.arguments.length; at += 16)
    peer.emit('response.function_call_arguments.delta', { ...ids, delta: call.arguments.slice(at, at + 16) })
  peer.emit('response.function_call_arguments.done', { ...ids, ...call })
  const item: RealtimeItem = { ...open, status: 'completed', arguments: call.arguments }
  peer.emit('response.output_item.done', { ...base, item })
  if (added === undefined) return item
  peer.conversation.set(item)
  peer.emit('conversation.item.done', { previous_item_id: added.previous, item })
  return item
}

export function joined(pieces: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
