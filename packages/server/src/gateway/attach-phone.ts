import type { PhoneStartFacts } from '@parley/protocol'
import {
  type ByteOrder,
  createPhoneCalls,
  defaultPhoneLimits,
  type PhoneHost,
  type PhoneIdentity,
  servePhoneSocket,
} from '@parley/transports'
import type { ServerParts } from '../serve.js'

/** Where a carrier's media stream comes in: its own path, and the root, which a bare host in a `<Stream>` leads to. */
const phonePaths = ['/v1/phone', '/']

export interface PhoneAttachment extends Pick<ServerParts, 'door' | 'clock' | 'log'> {
  readonly desk: PhoneHost
  /** Whoever knows one-use tokens; undefined for a token that is none of them, which the door then checks. */
  readonly identifyTicket?: (
    token: string | undefined,
    start: PhoneStartFacts,
  ) => Promise<PhoneIdentity | undefined>
  /** Of PCM16. Default little. */
  readonly byteOrder?: ByteOrder
}

/**
 * The phone edge at the door. A carrier can set no header, so a caller is let in unknown and identified by the token
 * in its `start` before anything is done for it.
 */
export function attachPhone({
  door,
  desk,
  clock,
  log,
  identifyTicket,
  byteOrder = 'little',
}: PhoneAttachment): void {
  const calls = createPhoneCalls()
  for (const path of phonePaths) {
    door.routes.set(path, {
      scope: 'talk',
      protocols: [],
      handleUnknown(socket, _request, { identify, known }) {
        servePhoneSocket({
          socket,
          async identify(token, start) {
            const found = (await identifyTicket?.(token, start)) ?? { principal: await identify(token) }
            known()
            return found
          },
          host: desk,
          calls,
          byteOrder,
          clock,
          log,
          limits: defaultPhoneLimits,
        })
      },
    })
  }
}
