/** The API of phone calls as one plugin: calls, their events and recordings, leads, campaigns, people, letters. */

import type { FastifyPluginAsync } from 'fastify'
import type { CallApiParts } from './api-parts.js'
import { callRoutes } from './call-routes.js'
import { campaignRoutes } from './campaign-routes.js'
import { commandRoutes } from './command-routes.js'
import { eventRoutes } from './event-routes.js'
import { checkForeign } from './foreign-input.js'
import { importRoute } from './import-route.js'
import { leadRoutes } from './lead-routes.js'
import { letterRoutes } from './letter-routes.js'
import { peopleRoutes } from './people-routes.js'
import { recordingRoutes } from './recording-routes.js'

const routes = [
  callRoutes,
  commandRoutes,
  eventRoutes,
  recordingRoutes,
  leadRoutes,
  campaignRoutes,
  importRoute,
  peopleRoutes,
  letterRoutes,
]

export function callApi(parts: CallApiParts): FastifyPluginAsync {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.addHook('preValidation', async ({ params, query, body }) => checkForeign(params, query, body))
    for (const each of routes) await app.register(each(parts))
  }
}
