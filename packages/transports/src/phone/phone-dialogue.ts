/** What a carrier says once the session stands: messages in, calls of the inbox out. */
import type { AudioFrame } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import type { PhoneCarrierError, PhoneCarrierMessage, PhoneDialect, PhoneMedia } from '@parley/protocol'
import { createMediaOrder } from './media-order.js'
import type { PhoneCodec } from './phone-codec.js'
import { createPhoneIn, type PhoneInCounts } from './phone-in.js'
import type { PhoneLimits } from './phone-limits.js'
import type { PhoneTransport } from './phone-transport.js'

export interface PhoneDialogueOptions {
  readonly dialect: PhoneDialect
  readonly transport: PhoneTransport
  readonly codec: PhoneCodec
  readonly clock: Clock
  readonly limits: Pick<PhoneLimits, 'reorderMinMs' | 'reorderMaxMs' | 'maxGapMs' | 'audioBurstMs'>
  onStop(): void
  /** The carrier says that something was not to its liking. */
  onError(error: PhoneCarrierError): void
  /** A chunk that had to wait was not good. */
  onFault(thrown: unknown): void
}

export interface PhoneDialogue {
  /** Throws `bad_message`, `bad_audio` and `rate_limited` for what the far end did wrong. */
  take(message: PhoneCarrierMessage): void
  close(): void
  /** What was put in and left out so far, for the log. */
  readonly counts: PhoneInCounts
}

export function createPhoneDialogue(options: PhoneDialogueOptions): PhoneDialogue {
  const { transport, codec, clock, limits } = options
  const phoneIn = createPhoneIn({ clock, codec, ...limits })
  const hear = (frame: AudioFrame) => transport.inbox?.audio(frame)
  const read = (media: PhoneMedia['media']) => phoneIn.read(media, hear)
  const reorder = { minWaitMs: limits.reorderMinMs, maxWaitMs: limits.reorderMaxMs }
  // The others promise order, over one connection that keeps it.
  const order =
    options.dialect === 'telnyx' ? createMediaOrder(clock, reorder, read, options.onFault) : undefined

  function media(chunk: PhoneMedia['media']): void {
    if (!chunk.track.startsWith('inbound')) return
    if (order === undefined) read(chunk)
    else order.push(chunk)
  }

  return {
    get counts() {
      return phoneIn.counts
    },
    close: () => order?.close(),
    take(message) {
      switch (message.event) {
        case 'media':
          return media(message.media)
        case 'mark':
          return transport.echoed(message.mark.name)
        case 'dtmf':
          return transport.inbox?.dtmf(message.dtmf.digit)
        case 'stop':
          return options.onStop()
        case 'error':
          return options.onError(message)
        case 'connected':
          return
        case 'start':
          throw new ParleyError('bad_message', '`start` comes once; open another socket for another call.')
        default:
          message satisfies never
      }
    },
  }
}
