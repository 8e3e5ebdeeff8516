/** The addresses that a carrier is told to ask, each with the attempt it is about; and where its media stream comes in. */

import type { AttemptId, CarrierName } from '@parley/calls'
import { type CarrierErrand, carrierUrl } from './carrier-host.js'

export interface CallAddresses {
  of(carrier: CarrierName, place: CarrierErrand, attempt: AttemptId): string
  /** `wss://…`; `ws://` on this machine alone. */
  readonly stream: string
}

/** `publicUrl`, asked each time, may be an address of HTTP or of a WebSocket. */
export function callAddresses(publicUrl: () => string): CallAddresses {
  return {
    of: (carrier, place, attempt) => carrierUrl(addressOf(publicUrl(), 'http'), carrier, place, { attempt }),
    get stream() {
      return `${addressOf(publicUrl(), 'ws')}/v1/phone`
    },
  }
}

/** The same place for pages or for sockets, without a slash at its end. */
export function addressOf(publicUrl: string, what: 'http' | 'ws'): string {
  const { protocol, host, pathname } = new URL(publicUrl)
  const secure = protocol === 'https:' || protocol === 'wss:' ? 's' : ''
  return `${what}${secure}://${host}${pathname.replace(/\/+$/, '')}`
}
