/** `conversation.item.*`: the client holds the conversation, and what it changes is changed for the session, too. */

import type { GivenEntry, Json, TurnId } from '@parley/core'
import {
  invalidRequest,
  isRealtimeFields,
  type RealtimeFault,
  type RealtimeFields,
  type RealtimeItem,
  realtimeItemOf,
  realtimePcm,
  realtimeWordsOf,
  shortly,
  unknownItem,
} from '@parley/protocol'
import { forgetItem } from './forget-item.js'
import { joinedSamples } from './kept-sound.js'
import { nameOf } from './name-of.js'
import type { PeerState } from './peer-state.js'
import type { ReplyRecords } from './reply-records.js'
import { encodeSound } from './sound-codec.js'

export function createItem(event: RealtimeFields, peer: PeerState): RealtimeFault | undefined {
  const checked = realtimeItemOf(event.item, { newId: prefix => peer.newId(prefix), path: 'item' })
  if ('fault' in checked) return checked.fault
  const { item } = checked
  if (peer.items.get(item.id) !== undefined)
    return invalidRequest(
      'item_create_duplicate_item_id',
      `Item with id '${item.id}' already exists in the conversation.`,
      'item.id',
    )
  const { previous_item_id: given } = event
  if (given !== undefined && given !== null && typeof given !== 'string')
    return invalidRequest(
      'invalid_type',
      "Invalid type for 'previous_item_id': expected string.",
      'previous_item_id',
    )
  const behind = given === 'root' ? null : (given ?? undefined)
  const added = peer.items.add(item, undefined, behind)
  if (added === undefined)
    return invalidRequest(
      'item_create_invalid_previous_item_id',
      `Previous item with id '${shortly(behind)}' does not exist in the conversation.`,
      'previous_item_id',
    )
  // Never simply at the end: what is being said there is no item yet, and its answer is to know of this one.
  remember(peer, item, peer.items.turnBefore(item.id))
  const told = { previous_item_id: added.previous, item }
  peer.emit('conversation.item.added', told)
  peer.emit('conversation.item.done', told)
  return undefined
}

function remember(peer: PeerState, item: RealtimeItem, behind: TurnId | null): void {
  const entry = entryOf(item)
  if (entry === undefined) return
  peer.inbox?.steering.remember(entry, behind)
  const booked = peer.items.get(item.id)
  if (booked !== undefined) booked.place = { turn: entry.id }
}

function entryOf(item: RealtimeItem): GivenEntry | undefined {
  const id = item.id as TurnId
  if (item.type === 'function_call') {
    const call = { id: String(item.call_id), name: String(item.name), arguments: argumentsOf(item) }
    return { kind: 'tool-call', id, call }
  }
  if (item.type === 'function_call_output')
    return { kind: 'tool-result', id, call: String(item.call_id), text: String(item.output) }
  const text = realtimeWordsOf(item)
  if (text.trim() === '') return undefined
  if (item.role === 'assistant') return { kind: 'agent', id, text }
  return { kind: item.role === 'system' ? 'system' : 'user', id, text }
}

/** The text itself where it is no JSON, or nested so deep that it could not be written again. */
function argumentsOf({ arguments: given }: RealtimeItem): Json {
  const text = String(given)
  if (text.trim() === '') return {}
  try {
    const value = JSON.parse(text)
    JSON.stringify(value)
    return value
  } catch {
    return text
  }
}

export function retrieveItem(event: RealtimeFields, peer: PeerState): RealtimeFault | undefined {
  const booked = peer.items.get(nameOf(event.item_id))
  if (booked === undefined) return unknownItem('item_retrieve_invalid_item_id', 'retrieving', event.item_id)
  const { item } = booked
  const content = Array.isArray(item.content) ? item.content.filter(isRealtimeFields) : undefined
  const whole = content?.map(part =>
    /audio$/.test(String(part.type)) ? { ...part, audio: soundOf(peer, item) } : part,
  )
  peer.emit('conversation.item.retrieved', { item: whole === undefined ? item : { ...item, content: whole } })
  return undefined
}

/** Base64 in the format of now, PCM where that has another rate; empty where it is not kept any more. */
function soundOf(peer: PeerState, item: RealtimeItem): string {
  const kept = peer.sound.get(item.id)
  if (kept === undefined) return ''
  const { input, output } = peer.settings.audio
  const { type } = item.role === 'assistant' ? (output ?? input).format : input.format
  if (kept.rate === 8_000 && type !== 'audio/pcm') return encodeSound(kept.samples, { type })
  const resampler = peer.resampling.create({ fromRate: kept.rate, toRate: realtimePcm.rate })
  const samples = [resampler.process(kept.samples).slice(), resampler.flush().slice()]
  resampler.close()
  return encodeSound(joinedSamples(samples), realtimePcm)
}

export function deleteItem(
  event: RealtimeFields,
  peer: PeerState,
  records: ReplyRecords,
): RealtimeFault | undefined {
  const id = nameOf(event.item_id)
  const booked = peer.items.get(id)
  if (booked === undefined || !peer.items.remove(id))
    return unknownItem('item_delete_invalid_item_id', 'deleting', event.item_id)
  const { place } = booked
  const record = place !== undefined && 'reply' in place ? records.get(place.reply) : undefined
  if (record !== undefined && booked.item.type === 'message') record.isDeleted = true
  forgetItem(peer, booked)
  peer.emit('conversation.item.deleted', { item_id: id })
  return undefined
}
