/** The API of phone calls as one plugin: calls, their events and recordings, leads, campaigns, people, letters. */

import type { FastifyPluginAsync } from 'fastify'
import type { CallApiParts } from './api-parts.js'
import { callRoutes } from './call-routes.js'
import { commandRoutes } from './command-routes.js'
import { eventRoutes } from './event-routes.js'

export function callApi(parts: CallApiParts): FastifyPluginAsync {
  const routes = [callRoutes, commandRoutes, eventRoutes]
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    for (const each of routes) await app.register(each(parts))
  }
}
