import { type Call, type CallId, type CallStore, createCallStore, usualPhonePlan } from '@parley/calls'
import { type Ids, ParleyError, systemClock } from '@parley/core'
import type { Agent } from '@parley/engines'
import { type Scope, signToken } from '@parley/platform'
import { type CallDatabase, embeddedDatabase } from '../../../../calls/dist/store/call-database.test-kit.js'
import { catalogueOf } from '../../gateway/agent-catalogue.js'
import { createGuard } from '../../http/guard.js'
import { type Rig, rigSecret, startRig } from '../../testing/gateway-rig.js'
import type { LiveCall } from '../live-call.js'
import type { CallApiParts } from './api-parts.js'
import { callApi } from './call-api.js'
import { type CallFeed, createCallFeed } from './call-feed.js'
import { CALL_EVENTS_PATH, eventSocketRoute } from './event-socket.js'

/** A gateway with the API of calls over a real store; who talks in its calls is made up. */
export interface ApiRig {
  readonly url: string
  readonly store: CallStore
  readonly feed: CallFeed
  /** Calls that are told to be dialled. */
  readonly woken: Call[]
  /** What live calls were told. */
  readonly told: unknown[]
  /** Files of recordings by `call/name`. */
  readonly files: Map<string, Uint8Array>
  nowMs: number
  /** Where calls are that nobody holds. */
  away: 'hold' | 'transfer' | undefined
  carrier: CallApiParts['carrier']
  holdHere(call: Call): LiveCall
  live(call: CallId): LiveCall | undefined
  ask(path: string, options?: Ask): Promise<Answer>
  stop(): Promise<void>
}

export interface Ask {
  readonly method?: string
  readonly tenant?: string
  readonly scopes?: readonly Scope[]
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as it came.
  readonly json: any
}

export const bothScopes: readonly Scope[] = ['calls:read', 'calls:write']

export function tokenOf(tenant: string, scopes: readonly Scope[] = bothScopes): Promise<string> {
  return signToken({ secret: rigSecret, tenant, subject: 'ana', scopes, ttlSeconds: 60 })
}

const agents = catalogueOf([
  {
    agent: 'clinic',
    language: 'en',
    phone: {
      ...usualPhonePlan,
      transfers: { sales: { to: '+15550123', kind: 'blind', ringSeconds: 25 } },
    },
  } as unknown as Agent,
])

const numbers: CallApiParts['numbers'] = {
  answers: number => ({ tenant: number === '+15550199999' ? 'rival' : 'acme', record: false }),
  tenant: () => ({ maxAttempts: 2 }),
  callerId: tenant => (tenant === 'bare' ? undefined : '+15550100000'),
  agents: [],
  all: [],
}

export async function openApi(): Promise<ApiRig> {
  const database: CallDatabase = await embeddedDatabase()
  const lives = new Map<CallId, LiveCall>()
  let count = 0
  const ids: Ids = { next: prefix => `${prefix}_${++count}` }
  const epochMs = () => rig.nowMs
  const store = createCallStore({ database: database.store.database, clock: systemClock, epochMs })
  let feed: CallFeed | undefined
  let gateway: Rig | undefined
  const rig = {
    store,
    woken: [] as Call[],
    told: [] as unknown[],
    files: new Map<string, Uint8Array>(),
    nowMs: 1_750_000_000_000,
    away: undefined as ApiRig['away'],
    carrier: 'emulator' as CallApiParts['carrier'],
    live: (call: CallId) => lives.get(call),
    holdHere(call: Call) {
      const live = {
        call,
        hangUp: (reason: string) => rig.told.push({ hangUp: reason }),
        order: async (order: unknown) => void rig.told.push(order),
      } as unknown as LiveCall
      lives.set(call.id, live)
      return live
    },
  }
  gateway = await startRig({
    env: { RATE_LIMIT_PER_MINUTE: '100000' },
    edge({ identity, limits, config, log, door }) {
      feed = createCallFeed({ store, clock: systemClock, log, everyMs: 20, mostOfTenant: 5 })
      door.routes.set(CALL_EVENTS_PATH, eventSocketRoute({ feed, clock: systemClock }))
      const parts: CallApiParts = {
        ...{ store, agents, numbers, ids, epochMs, clock: systemClock, feed, log },
        guard: createGuard({ identity, limits, config }),
        config: { callCountry: 'US', recordCalls: false },
        get carrier() {
          return rig.carrier
        },
        worker: {
          wake: async call => void rig.woken.push(call),
          cancel: (key, reason) => store.cancel(key, reason, epochMs()),
        },
        desk: {
          live: call => lives.get(call),
          end: async ({ id }, reason) => void rig.told.push({ end: id, reason }),
          away: async () => rig.away,
          comeBack: async ({ id }) => void rig.told.push({ comeBack: id }),
        },
        sessions: database.store,
        recordings: {
          list: async ({ id }) =>
            [...rig.files].flatMap(([path, { length: sizeBytes }]) =>
              path.startsWith(`${id}/`) ? [{ name: path.slice(id.length + 1), sizeBytes }] : [],
            ),
          async open({ id }, name) {
            const file = rig.files.get(`${id}/${name}`)
            if (file === undefined) throw new ParleyError('not_found')
            return {
              sizeBytes: file.length,
              read: async (from, to) => file.slice(from, to),
              close: async () => {},
            }
          },
          async remove({ id }) {
            for (const path of rig.files.keys()) if (path.startsWith(`${id}/`)) rig.files.delete(path)
          },
        },
      }
      return callApi(parts)
    },
  })
  const { url } = gateway
  return Object.assign(rig, {
    url,
    feed: feed as unknown as CallFeed,
    async ask(path: string, { method, tenant = 'acme', scopes, body, headers = {} }: Ask = {}) {
      const isJson = body !== undefined && typeof body !== 'string'
      const response = await fetch(url + path, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          authorization: `Bearer ${await tokenOf(tenant, scopes)}`,
          ...(isJson ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as string) }),
      })
      const text = await response.text()
      const isData = response.headers.get('content-type')?.includes('application/json') ?? false
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isData ? JSON.parse(text) : {},
      }
    },
    async stop() {
      feed?.close()
      await gateway?.stop()
      await database.done()
    },
  })
}

export interface Sent {
  readonly id?: number
  readonly event: string
  readonly data: { readonly kind?: string; readonly call?: string }
}

/** Server-sent events as they come, until the end. */
export async function* sse(url: string, headers: Record<string, string> = {}): AsyncGenerator<Sent> {
  const authorization = `Bearer ${await tokenOf('acme')}`
  const response = await fetch(url, { headers: { authorization, ...headers } })
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const lines = text.slice(0, at).split('\n')
      text = text.slice(at + 2)
      const field = (name: string) => lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const [id, event, data] = [field('id'), field('event'), field('data')]
      if (event !== undefined)
        yield { ...(id === undefined ? {} : { id: Number(id) }), event, data: JSON.parse(data ?? '{}') }
    }
  }
}

export async function all(events: AsyncGenerator<Sent>): Promise<readonly Sent[]> {
  const got: Sent[] = []
  for await (const event of events) got.push(event)
  return got
}
