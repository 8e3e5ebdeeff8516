/** What the server does for each event of a client. The table is the protocol: a type that is not in it is refused. */

import { decodeAudio, encodeAudio, rateOf } from './audio-format.js'
import { type Fields, isFields, textOf } from './fields.js'
import { itemFromClient } from './item-from-client.js'
import { busy, invalidRequest, invalidValue, missingParameter, type RealtimeFault } from './realtime-fault.js'
import { activeResponse, type RealtimePeer } from './realtime-peer.js'
import { respond } from './respond.js'
import { responseRequest } from './response-request.js'
import { updateSettings } from './session-settings.js'
import { truncateItem } from './truncate-item.js'
import type { UserTurns } from './user-turns.js'

/** Returns what is wrong with the event, if anything. */
type Handler = (event: Fields, peer: RealtimePeer, turns: UserTurns) => RealtimeFault | undefined

export const clientEvents: Readonly<Record<string, Handler>> = {
  'session.update'(event, peer) {
    const updated = updateSettings(peer.settings, event.session, peer.hasSpoken)
    if ('fault' in updated) return updated.fault
    peer.settings = updated.settings
    peer.input.rate = rateOf(peer.settings.audio.input.format)
    peer.emit('session.updated', { session: peer.settings })
    return undefined
  },

  'input_audio_buffer.append'(event, peer, turns) {
    const audio = textOf(event.audio)
    if (audio === undefined) return missingParameter('audio')
    const samples = decodeAudio(audio, peer.settings.audio.input.format)
    if (samples === undefined)
      return invalidValue('audio', 'Invalid audio. Expected base64-encoded audio bytes of whole samples.')
    turns.append(samples)
    return undefined
  },

  'input_audio_buffer.commit': (_, __, turns) => turns.commit(),

  'input_audio_buffer.clear'(_, peer, turns) {
    turns.clear()
    peer.emit('input_audio_buffer.cleared', {})
    return undefined
  },

  'conversation.item.create'(event, peer, turns) {
    const { format } = peer.settings.audio.input
    const checked = itemFromClient(event.item, { newId: () => peer.newId('item'), format, path: 'item' })
    if ('fault' in checked) return checked.fault
    const { item, audio } = checked
    if (peer.conversation.get(item.id) !== undefined)
      return invalidRequest(
        'item_create_duplicate_item_id',
        `Item with id '${item.id}' already exists.`,
        'item.id',
      )
    const before = event.previous_item_id === 'root' ? null : textOf(event.previous_item_id)
    const added = peer.conversation.add(item, before)
    if (added === undefined)
      return invalidRequest(
        'item_create_invalid_previous_item_id',
        `Previous item with id '${String(before)}' does not exist.`,
        'previous_item_id',
      )
    if (audio !== undefined) turns.hearItem(item.id, audio)
    const told = { previous_item_id: added.previous, item }
    peer.emit('conversation.item.added', told)
    peer.emit('conversation.item.done', told)
    return undefined
  },

  'conversation.item.retrieve'(event, peer) {
    const item = peer.conversation.get(String(event.item_id))
    if (item === undefined) return unknownItem('item_retrieve_invalid_item_id', 'retrieving', event)
    const audio = peer.conversation.audio.get(item.id)
    const pcm = { type: 'audio/pcm', rate: 24_000 } as const
    const sound = audio === undefined ? undefined : encodeAudio(audio.samples, pcm)
    const content = Array.isArray(item.content) ? item.content.filter(isFields) : undefined
    const whole = content?.map(part =>
      /audio$/.test(String(part.type)) ? { ...part, audio: sound ?? '' } : part,
    )
    peer.emit('conversation.item.retrieved', {
      item: whole === undefined ? item : { ...item, content: whole },
    })
    return undefined
  },

  'conversation.item.truncate': (event, peer) => truncateItem(event, peer),

  'conversation.item.delete'(event, peer) {
    const id = String(event.item_id)
    if (!peer.conversation.remove(id)) return unknownItem('item_delete_invalid_item_id', 'deleting', event)
    peer.emit('conversation.item.deleted', { item_id: id })
    return undefined
  },

  'response.create'(event, peer) {
    if (peer.settings.type === 'transcription')
      return invalidRequest('invalid_event', 'A transcription session gives no responses.')
    const asked = responseRequest(peer, isFields(event.response) ? event.response : {})
    if ('fault' in asked) return asked.fault
    const active = activeResponse(peer)
    if (asked.request.isInConversation && active !== undefined) return busy(active.id)
    if (asked.request.isInConversation && isBusyElsewhere(peer)) return busy('resp_elsewhere')
    void respond(peer, asked.request)
    return undefined
  },

  'response.cancel'(event, peer) {
    const id = textOf(event.response_id)
    const response = id === undefined ? activeResponse(peer) : peer.responses.get(id)
    if (response === undefined)
      return invalidRequest('response_cancel_not_active', 'Cancellation failed: no active response found')
    response.cancel('client_cancelled')
    return undefined
  },

  'output_audio_buffer.clear': () =>
    invalidRequest('invalid_event', 'output_audio_buffer.clear is only for WebRTC and SIP.'),
}

/** A response nobody here asked for stands in the way; after the last refusal it is told to be over. */
function isBusyElsewhere(peer: RealtimePeer): boolean {
  const { busyFor = 0 } = peer.quirks
  if (busyFor === 0) return false
  peer.quirks.busyFor = busyFor - 1
  if (busyFor === 1) queueMicrotask(() => peer.emit('response.done', { response: elsewhere(peer) }))
  return true
}

function elsewhere({ conversationId }: RealtimePeer): Fields {
  return {
    ...{ object: 'realtime.response', id: 'resp_elsewhere', status: 'completed', status_details: null },
    ...{ output: [], conversation_id: conversationId, output_modalities: ['audio'] },
    ...{ max_output_tokens: 'inf', metadata: null, usage: null },
  }
}

function unknownItem(code: string, doing: string, { item_id }: Fields): RealtimeFault {
  return invalidRequest(
    code,
    `Error ${doing} item: the item with id '${String(item_id)}' does not exist.`,
    'item_id',
  )
}
