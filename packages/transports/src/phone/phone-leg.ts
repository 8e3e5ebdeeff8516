/** A stream as whoever steers its call has it: sight of it, keys into it, and its end, with or without the session knowing. */
import type { PhoneStartFacts } from '@parley/protocol'
import * as endings from './phone-endings.js'
import type { PhoneFarewell } from './phone-farewell.js'
import type { PhoneLeg } from './phone-port.js'
import type { PhoneTransport } from './phone-transport.js'

export interface PhoneLegOptions {
  readonly facts: PhoneStartFacts
  readonly transport: Pick<PhoneTransport, 'rttMs' | 'sendDigits'>
  readonly farewell: Pick<PhoneFarewell, 'setReleased'>
  /** Whether the stream stands. */
  isOpen(): boolean
  end(ending: endings.PhoneEnding): void
}

export function createPhoneLeg({ facts, transport, farewell, isOpen, end }: PhoneLegOptions): PhoneLeg {
  return {
    facts,
    get open() {
      return isOpen()
    },
    get rttMs() {
      return transport.rttMs
    },
    sendDigits: digits => transport.sendDigits(digits),
    close: () => end(endings.closedByLeg),
    release(code) {
      farewell.setReleased(true)
      if (code !== undefined) end(endings.released(code))
      return () => {
        if (isOpen()) farewell.setReleased(false)
        return isOpen()
      }
    },
  }
}
