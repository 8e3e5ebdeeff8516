/**
 * `/v1/realtime` at the door: who comes in with which key, and what is asked for. What happens on the socket is the
 * edge's.
 */

import type { IncomingMessage } from 'node:http'
import { type Json, ParleyError } from '@parley/core'
import type { Principal } from '@parley/platform'
import type { WebSocket } from 'ws'
import type { Route } from '../door/routes.js'
import { badField, openAiProblem } from './openai-problem.js'
import type { RealtimeIdentity, RealtimeVisitor } from './realtime-identity.js'

export const REALTIME_PATH = '/v1/realtime'

/** What the address asks for. */
export type RealtimeQuery =
  | { readonly kind: 'realtime'; readonly model: string }
  | { readonly kind: 'transcription' }
  /** Beside a call over WebRTC. */
  | { readonly kind: 'sideband'; readonly call: string }

export interface RealtimeArrival {
  readonly socket: WebSocket
  readonly request: IncomingMessage
  readonly principal: Principal
  readonly query: RealtimeQuery
  /** The session that the client secret was made for; undefined without one. */
  readonly session: Json | undefined
}

export interface RealtimeRouteParts {
  readonly identity: RealtimeIdentity
  /** The model where a client names none. */
  readonly defaultModel: string
  /** Bytes of the longest event. */
  readonly maxPayloadBytes: number
  /** Whether the principal's tenant has such a call. */
  hasCall(id: string, principal: Principal): boolean
  serve(arrival: RealtimeArrival): void
}

export function realtimeRoute(parts: RealtimeRouteParts): Route {
  const visitors = new WeakMap<IncomingMessage, RealtimeVisitor>()
  return {
    scope: 'talk',
    protocols: ['realtime'],
    maxPayloadBytes: parts.maxPayloadBytes,
    refusalBody: error => openAiProblem(error).body,
    async identify(request) {
      const visitor = await parts.identity(request)
      visitors.set(request, visitor)
      return visitor.principal
    },
    check(request, principal) {
      const query = queryOf(request, parts.defaultModel)
      if (query.kind !== 'sideband' || parts.hasCall(query.call, principal)) return
      const message = `There is no call '${query.call.slice(0, 100)}'; it may be over, or be another's.`
      throw new ParleyError('not_found', message, { details: { param: 'call_id' } })
    },
    handle(socket, request, principal) {
      const about = visitors.get(request)?.about
      const query = queryOf(request, modelOf(about) ?? parts.defaultModel)
      if (query.kind !== 'realtime' || !isFields(about))
        return parts.serve({ socket, request, principal, query, session: about })
      if (about.type === 'transcription')
        return parts.serve({ socket, request, principal, query: transcription, session: about })
      // The secret's session is what the client begins with, but for the model that it names in the address.
      const session = { ...about, model: query.model }
      parts.serve({ socket, request, principal, query, session })
    },
  }
}

const transcription = { kind: 'transcription' } as const

/** @throws ParleyError `bad_message` for an address that asks for two things */
export function queryOf({ url }: IncomingMessage, defaultModel: string): RealtimeQuery {
  const query = new URL(url ?? '/', 'ws://gateway').searchParams
  const [model, intent, call] = ['model', 'intent', 'call_id'].map(name => query.get(name) || undefined)
  if ([model, intent, call].filter(each => each !== undefined).length > 1)
    throw badField('model', 'invalid_parameter', 'Give one of model, intent and call_id in the address.')
  if (call !== undefined) return { kind: 'sideband', call }
  if (intent === undefined) return { kind: 'realtime', model: model ?? defaultModel }
  if (intent === 'transcription') return transcription
  throw badField(
    'intent',
    'invalid_value',
    `Invalid intent '${intent.slice(0, 100)}'; there is transcription.`,
  )
}

function modelOf(session: Json | undefined): string | undefined {
  return isFields(session) && typeof session.model === 'string' ? session.model : undefined
}

function isFields(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
