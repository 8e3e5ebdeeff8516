/** The state of the node, put into the gateway. */

import { hostname } from 'node:os'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { createGuard } from '../http/guard.js'
import type { ServerParts } from '../serve.js'
import { createGatewayStatus } from './gateway-status.js'
import { watchHost } from './host-figures.js'
import { statusRoutes } from './status-routes.js'

export interface StatusWorld extends ServerParts {
  readonly activeSessions: () => number
  readonly epochMs: () => number
}

export function attachStatus(parts: StatusWorld): FastifyPluginAsyncZod {
  const host = watchHost(() => parts.clock.now())
  parts.lifecycle.onStop('figures of the host', async () => host.close())
  const startedAtMs = parts.epochMs()
  const node = { name: hostname(), runtime: `Node.js ${process.version}`, startedAtMs }
  const status = createGatewayStatus({ ...parts, node, look: () => host.look() })
  return statusRoutes(status, createGuard(parts))
}
