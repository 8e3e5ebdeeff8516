import {
  invalidRequest,
  invalidValue,
  isRealtimeFields,
  type RealtimeFault,
  type RealtimeFields,
  unknownItem,
} from '@parley/protocol'
import type { Answers } from './answers.js'
import { nameOf } from './name-of.js'
import type { PeerState } from './peer-state.js'
import { wordsUntil } from './reply-records.js'

/**
 * `conversation.item.truncate`: the client says how much of an answer was played. The answer ends there, for the session
 * and in its history; the item keeps the words that were heard.
 */
export function truncateItem(
  event: RealtimeFields,
  peer: PeerState,
  answers: Answers,
): RealtimeFault | undefined {
  const { item_id: id, content_index: index, audio_end_ms: endMs } = event
  const booked = peer.items.get(nameOf(id))
  const place = booked?.place
  if (booked === undefined || place === undefined || booked.item.role !== 'assistant')
    return unknownItem('item_truncate_invalid_item_id', 'truncating', id)
  if (index !== undefined && index !== 0)
    return invalidValue('content_index', 'Expected 0: messages have one part.')
  if (typeof endMs !== 'number' || !Number.isInteger(endMs))
    return invalidRequest(
      'invalid_type',
      "Invalid type for 'audio_end_ms': expected an integer.",
      'audio_end_ms',
    )
  if (endMs < 0) return invalidValue('audio_end_ms', 'Expected a value >= 0.')
  const record = 'reply' in place ? answers.records.get(place.reply) : undefined
  // Sound is sent in whole samples, and clients round up.
  const lengthMs = record?.playedMs ?? Math.ceil(record?.soundMs ?? 0)
  if (endMs > lengthMs)
    return invalidValue('audio_end_ms', `Audio content of ${lengthMs}ms is already shorter than ${endMs}ms`)
  if (record === undefined) return unknownItem('item_truncate_invalid_item_id', 'truncating', id)
  answers.truncated(record, endMs)
  peer.sound.cut(booked.item.id, endMs)
  const content = Array.isArray(booked.item.content) ? booked.item.content.filter(isRealtimeFields) : []
  const transcript = wordsUntil(record, endMs)
  booked.item = {
    ...booked.item,
    content: content.map(part =>
      part.type === 'output_audio' ? { type: 'output_audio', transcript } : part,
    ),
  }
  peer.emit('conversation.item.truncated', { item_id: booked.item.id, content_index: 0, audio_end_ms: endMs })
  return undefined
}
