/** The addresses that a carrier is told to ask, each with the attempt it is about; and where its media stream comes in. */

import type { AttemptId, CarrierName } from '@parley/calls'

export type CarrierPlace =
  | 'answer'
  | 'status'
  | 'machine'
  | 'stream'
  | 'resume'
  | 'dialled'
  | 'whisper'
  | 'digits'
  | 'hold'

export interface CallAddresses {
  of(carrier: CarrierName, place: CarrierPlace, attempt: AttemptId): string
  /** `wss://…`; `ws://` on this machine alone. */
  readonly stream: string
}

/** `publicUrl` may be written as an address of HTTP or of a WebSocket. */
export function callAddresses(publicUrl: string): CallAddresses {
  const base = new URL(publicUrl)
  const path = base.pathname.replace(/\/+$/, '')
  const secure = base.protocol === 'https:' || base.protocol === 'wss:'
  const pages = `${secure ? 'https' : 'http'}://${base.host}${path}`
  return {
    of: (carrier, place, attempt) => `${pages}/v1/phone/${carrier}/${place}?attempt=${attempt}`,
    stream: `${secure ? 'wss' : 'ws'}://${base.host}${path}/v1/phone`,
  }
}
