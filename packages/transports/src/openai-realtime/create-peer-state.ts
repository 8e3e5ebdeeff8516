/** The shared state of a new Realtime far end, with its names, its defaults and its way out. */
import type { Resampling } from '@parley/audio'
import type { Clock } from '@parley/core'
import {
  isRealtimeFields,
  type RealtimeFault,
  realtimeDefaults,
  transcriptionDefaults,
} from '@parley/protocol'
import { forgetItem } from './forget-item.js'
import { createItemBook } from './item-book.js'
import { createKeptSound } from './kept-sound.js'
import type { MediaTrack } from './media-track.js'
import type { IdPrefix, PeerState } from './peer-state.js'
import type { RealtimeLimits } from './realtime-limits.js'

export interface PeerStateOptions {
  readonly clock: Clock
  epochMs(): number
  random(): number
  readonly resampling: Resampling
  readonly limits: RealtimeLimits
  readonly query: { readonly model?: string; readonly intent?: string }
  readonly seed?: unknown
  readonly track?: MediaTrack
  backlogBytes(): number
}

export function createPeerState(options: PeerStateOptions, send: (text: string) => void): PeerState {
  const { clock, limits, resampling, query, seed, track } = options
  const sound = createKeptSound(limits.keptSoundMs)
  const newId = (prefix: IdPrefix) => `${prefix}_${randomName(options.random)}`
  const expiresAt = Math.floor((options.epochMs() + limits.maxSessionMs) / 1000)
  const peer: PeerState = {
    settings:
      query.intent === 'transcription'
        ? transcriptionDefaults(newId('sess'), expiresAt)
        : realtimeDefaults(newId('sess'), query.model ?? modelOf(seed), expiresAt),
    conversationId: newId('conv'),
    items: createItemBook({
      most: limits.items,
      mostCharacters: limits.itemCharacters,
      forgotten: id => sound.remove(id),
      crowdedOut: booked => forgetItem(peer, booked),
    }),
    sound,
    clock,
    limits,
    resampling,
    track,
    inbox: undefined,
    hasSpoken: false,
    newId,
    emit: (type, fields) => send(JSON.stringify({ type, event_id: newId('event'), ...fields })),
    emitText: (head, tail) => send(`{"event_id":"${newId('event')}",${head.slice(1)}${tail}`),
    backlogBytes: () => options.backlogBytes(),
    refuse: (fault, eventId) => send(JSON.stringify(errorEvent(newId('event'), fault, eventId))),
  }
  return peer
}

function errorEvent(
  event_id: string,
  { type, code, message, param }: RealtimeFault,
  eventId: string | undefined,
) {
  const error = { type, code, message, param: param ?? null, event_id: eventId ?? null }
  return { type: 'error', event_id, error }
}

/** A client secret may name the model that the URL does not. */
function modelOf(seed: unknown): string {
  return isRealtimeFields(seed) && typeof seed.model === 'string' ? seed.model : ''
}

/** 22 letters and digits: over 100 bits. */
function randomName(random: () => number): string {
  let name = ''
  while (name.length < 22) name += Math.floor(random() * 36).toString(36)
  return name
}
