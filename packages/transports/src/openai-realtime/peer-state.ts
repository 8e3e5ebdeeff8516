/** What the parts of one Realtime far end share: its settings, its items, its way out, its way into the session. */
import type { Resampling } from '@parley/audio'
import type { Clock, Inbox } from '@parley/core'
import type { RealtimeFault, RealtimeFields, RealtimeSettings } from '@parley/protocol'
import type { ItemBook } from './item-book.js'
import type { KeptSound } from './kept-sound.js'
import type { MediaTrack } from './media-track.js'
import type { RealtimeLimits } from './realtime-limits.js'

export type IdPrefix = 'event' | 'sess' | 'conv' | 'item' | 'resp' | 'call'

export interface PeerState {
  settings: RealtimeSettings
  readonly conversationId: string
  readonly items: ItemBook
  readonly sound: KeptSound
  readonly clock: Clock
  readonly limits: RealtimeLimits
  readonly resampling: Resampling
  /** Where sound goes that is not sent as events. */
  readonly track: MediaTrack | undefined
  /** Into the session; undefined before it stands. */
  inbox: Inbox | undefined
  /** Whether the client has got sound of the agent's: then its voice is fixed. */
  hasSpoken: boolean
  newId(prefix: IdPrefix): string
  emit(type: string, fields: RealtimeFields): void
  /** An event that is text already, but for its `event_id`. */
  emitText(head: string, tail: string): void
  /** Unsent bytes. */
  backlogBytes(): number
  /** `eventId` is the client's own id of the event that is refused. */
  refuse(fault: RealtimeFault, eventId?: string): void
}
