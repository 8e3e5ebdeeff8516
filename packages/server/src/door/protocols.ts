/** The subprotocol of a socket: one that its client offers and its edge speaks. */

import type { IncomingMessage } from 'node:http'
import { ParleyError } from '@parley/core'
import { offeredProtocols } from '@parley/platform'
import type { Route } from './routes.js'

export function chosenProtocol(
  route: Pick<Route, 'protocols'> | undefined,
  offered: readonly string[],
): string | undefined {
  return offered.find(each => route?.protocols.includes(each))
}

/** A client that offers only what we do not speak would take our silence for a failure: better to say it. */
export function protocolRefusal(route: Route, request: IncomingMessage): ParleyError | undefined {
  const offered = offeredProtocols(request.headers)
  if (offered.length === 0 || chosenProtocol(route, offered) !== undefined) return undefined
  const spoken = route.protocols.join(' or ')
  return new ParleyError(
    'bad_message',
    `Offer the subprotocol ${spoken}, beside bearer.<token> if you send one.`,
  )
}
