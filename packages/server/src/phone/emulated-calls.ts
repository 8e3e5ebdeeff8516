/** The phone emulator as the carrier of a gateway without one. */

import { type Carrier, createTwilioCarrier } from '@parley/calls'
import type { PhoneNumbers } from '../calls/phone-numbers.js'
import { EMULATED_NUMBER } from '../calls/phone-numbers.js'
import type { ServerParts } from '../serve.js'
import { attachHandset } from './attach-handset.js'

export interface EmulatedCalls {
  readonly carrier: Carrier
  /** The gateway's numbers are answered by its pages at this address from now on. */
  listening(pages: string): void
}

export interface EmulatedCallsParts extends Pick<ServerParts, 'clock' | 'log' | 'door' | 'lifecycle'> {
  readonly epochMs: () => number
  readonly numbers: PhoneNumbers
}

export async function openEmulatedCalls(parts: EmulatedCallsParts): Promise<EmulatedCalls> {
  const { clock, log, door, lifecycle, epochMs, numbers } = parts
  // Not loaded by a gateway with a real carrier.
  const { openEmbeddedCarrier } = await import('./embedded-carrier.js')
  const opened = await openEmbeddedCarrier({ clock, warn: sentence => log.warn(sentence) })
  lifecycle.onStop('phone emulator', () => opened.close())
  attachHandset(door, opened)
  const { baseUrl, account, authToken } = opened
  return {
    carrier: createTwilioCarrier({ fetch, clock, epochMs, name: 'emulator', baseUrl, account, authToken }),
    listening(pages) {
      const of = (what: string) => `${pages}/v1/phone/emulator/${what}`
      const own = [EMULATED_NUMBER, numbers.callerId('') ?? EMULATED_NUMBER, ...numbers.all]
      for (const number of new Set(own))
        opened.serve(number, { voiceUrl: of('answer'), statusUrl: of('status') })
    },
  }
}
