/** The first messages of a stream, up to `start`. */
import { ParleyError } from '@parley/core'
import {
  type PhoneCarrierMessage,
  type PhoneConnected,
  type PhoneStartFacts,
  readPhoneStart,
} from '@parley/protocol'

export interface StartedPhone {
  readonly facts: PhoneStartFacts
  readonly token: string | undefined
}

export interface PhoneBeginning {
  /** Undefined as long as it has not started. Throws `bad_message` for anything but `connected` before `start`. */
  take(message: PhoneCarrierMessage): StartedPhone | undefined
}

export function createPhoneBeginning(): PhoneBeginning {
  let connected: PhoneConnected | undefined
  return {
    take(message) {
      if (message.event === 'start') return readPhoneStart(message, connected)
      if (message.event !== 'connected') {
        throw new ParleyError('bad_message', `\`start\` comes before \`${message.event}\`.`)
      }
      connected ??= message
      return undefined
    },
  }
}
