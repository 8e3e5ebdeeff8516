/** Agents of the console: put together with what the gateway has, with their pages over HTTP. */

import { createSqlAgentStore } from '@parley/platform'
import type { FastifyPluginAsync } from 'fastify'
import { createGuard } from '../http/guard.js'
import type { ServerParts } from '../serve.js'
import { createAgentDesk } from './agent-desk.js'
import { type AgentReader, createAgentReader, type ReaderParts } from './agent-reader.js'
import { agentRoutes } from './agent-routes.js'
import { createStoredAgents, type StoredAgents, type StoredAgentsParts } from './stored-agents.js'

export interface AttachAgentsOptions
  extends Omit<ServerParts, 'metrics'>,
    Pick<StoredAgentsParts, 'own' | 'assembly' | 'speechFor'>,
    Pick<ReaderParts, 'catalogue' | 'secretOf'> {
  readonly epochMs: () => number
}

export interface AttachedAgents {
  readonly stored: StoredAgents
  readonly routes: FastifyPluginAsync
}

export function attachAgents(options: AttachAgentsOptions): AttachedAgents {
  const { own, clock, log, epochMs, lifecycle } = options
  const store = createSqlAgentStore(options.store.database)
  const reader: AgentReader = createAgentReader(options)
  const stored = createStoredAgents({ ...options, store, reader, fetch })
  lifecycle.onStop('agents of the console', () => stored.close())
  const desk = createAgentDesk({ store, own, reader, stored, clock, epochMs, log })
  return { stored, routes: agentRoutes(desk, createGuard(options)) }
}
