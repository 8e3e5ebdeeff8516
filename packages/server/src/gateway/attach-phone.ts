import { defaultPhoneLimits, servePhoneSocket } from '@parley/transports'
import type { ServerParts } from '../serve.js'
import type { SessionDesk } from './session-desk.js'

/** Where a carrier's media stream comes in. */
const PHONE_PATH = '/v1/phone'

/**
 * The phone edge at the door. A carrier can set no header, so a caller is let in unknown and identified by the token
 * in its `start` before anything is done for it.
 */
export function attachPhone({
  door,
  desk,
  clock,
  log,
}: Pick<ServerParts, 'door' | 'clock' | 'log'> & { readonly desk: SessionDesk }): void {
  door.routes.set(PHONE_PATH, {
    scope: 'talk',
    protocols: [],
    handleUnknown(socket, _request, identify) {
      servePhoneSocket({ socket, identify, host: desk, clock, log, limits: defaultPhoneLimits })
    },
  })
}
