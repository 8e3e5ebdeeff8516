import type { RealtimeItem } from './conversation.js'
import { type Fields, isFields } from './fields.js'
import { invalidRequest, invalidValue, type RealtimeFault } from './realtime-fault.js'
import type { RealtimePeer } from './realtime-peer.js'

/** Cuts what was not heard off an answer. The words of the part go with it, as the server knows no times of words. */
export function truncateItem(event: Fields, peer: RealtimePeer): RealtimeFault | undefined {
  const { item_id: id, content_index: index, audio_end_ms: endMs } = event
  const item = peer.conversation.get(String(id))
  if (item === undefined || item.role !== 'assistant')
    return invalidRequest(
      'item_truncate_invalid_item_id',
      `Error truncating item: no assistant message with id '${String(id)}'.`,
      'item_id',
    )
  if (typeof endMs !== 'number' || !Number.isInteger(endMs))
    return invalidRequest(
      'invalid_type',
      "Invalid type for 'audio_end_ms': expected an integer.",
      'audio_end_ms',
    )
  if (endMs < 0) return invalidValue('audio_end_ms', 'Expected a value >= 0.')
  const audio = peer.conversation.audio.get(item.id)
  const lengthMs = audio === undefined ? 0 : Math.round((audio.samples.length * 1000) / audio.rate)
  if (audio !== undefined && endMs > lengthMs)
    return invalidValue('audio_end_ms', `Audio content of ${lengthMs}ms is already shorter than ${endMs}ms`)
  if (item.status === 'in_progress') peer.conversation.cuts.set(item.id, endMs)
  cutItem(peer, item, endMs)
  peer.emit('conversation.item.truncated', {
    item_id: item.id,
    content_index: index ?? 0,
    audio_end_ms: endMs,
  })
  return undefined
}

export function cutItem({ conversation }: RealtimePeer, item: RealtimeItem, endMs: number): void {
  const audio = conversation.audio.get(item.id)
  if (audio !== undefined) {
    const samples = audio.samples.slice(0, Math.round((endMs * audio.rate) / 1000))
    conversation.audio.set(item.id, { ...audio, samples })
  }
  const content = Array.isArray(item.content) ? item.content.filter(isFields) : []
  conversation.set({
    ...item,
    content: content.map(part =>
      part.type === 'output_audio' ? { type: 'output_audio', transcript: '' } : part,
    ),
  })
}
