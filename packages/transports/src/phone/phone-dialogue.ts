/** What a carrier says once the session stands: messages in, calls of the inbox out. */
import type { AudioFrame } from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { PhoneCarrierMessage } from '@parley/protocol'
import type { PhoneIn } from './phone-in.js'
import type { PhoneTransport } from './phone-transport.js'

export interface PhoneDialogue {
  /** Throws `bad_message` and `rate_limited` for what the far end did wrong. */
  take(message: PhoneCarrierMessage): void
}

export function createPhoneDialogue(
  transport: PhoneTransport,
  phoneIn: PhoneIn,
  onStop: () => void,
): PhoneDialogue {
  const hear = (frame: AudioFrame) => transport.inbox?.audio(frame)
  return {
    take(message) {
      switch (message.event) {
        case 'media':
          return phoneIn.read(message.media, hear)
        case 'mark':
          return transport.echoed(message.mark.name)
        case 'dtmf':
          return transport.inbox?.dtmf(message.dtmf.digit)
        case 'stop':
          return onStop()
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
