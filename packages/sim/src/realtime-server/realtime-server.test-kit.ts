/** A Realtime server on loopback for tests: the real edge, a real session, and an engine whose speech can be read. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { loadResampling } from '@parley/audio'
import { type Clock, type Session, type SessionEvent, systemClock, type Turn } from '@parley/core'
import {
  defaultRealtimeLimits,
  type RealtimeHost,
  type RealtimeLimits,
  type RealtimeOpenRequest,
  type RealtimeSocket,
  realtimeSocketServerOptions,
  serveRealtimeSocket,
} from '@parley/transports'
import { WebSocketServer } from 'ws'
import { seededRandom } from '../random.js'
import { asTyped, schemaCheck } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import { type CodedAgent, codedSession } from './coded-session.test-kit.js'

export interface RealtimeServerOptions extends CodedAgent {
  readonly limits?: Partial<RealtimeLimits>
  readonly host?: RealtimeHost
  readonly seed?: unknown
  readonly clock?: Clock
}

export interface RealtimeServer {
  /** `ws://…/v1/realtime` */
  readonly url: string
  /** Every event sent, in order. */
  readonly sent: Record<string, unknown>[]
  /** What is wrong with them by the vendor's schema. */
  readonly faults: string[]
  /** What the sessions told. */
  readonly told: SessionEvent[]
  /** Resolves once a session has told such an event, also before the call. */
  whenTold(test: (event: SessionEvent) => boolean): Promise<void>
  readonly turns: Turn[]
  readonly requests: RealtimeOpenRequest[]
  readonly sockets: RealtimeSocket[]
  close(): Promise<void>
}

const check = schemaCheck('realtime.strict.schema.json', 'ServerEvent')

export async function openRealtimeServer(options: RealtimeServerOptions = {}): Promise<RealtimeServer> {
  const { clock = systemClock, limits, seed } = options
  const resampling = await loadResampling()
  const sent: Record<string, unknown>[] = []
  const faults: string[] = []
  const told: SessionEvent[] = []
  const turns: Turn[] = []
  const requests: RealtimeOpenRequest[] = []
  const sockets: RealtimeSocket[] = []
  const sessions: Session[] = []
  const random = seededRandom(7)

  let waiting: { readonly test: (event: SessionEvent) => boolean; resolve(): void }[] = []
  function heard(event: SessionEvent): void {
    told.push(event)
    const met = waiting.filter(({ test }) => test(event))
    waiting = waiting.filter(each => !met.includes(each))
    for (const { resolve } of met) resolve()
  }

  const host: RealtimeHost = options.host ?? {
    async open(request) {
      requests.push(request)
      const session = codedSession({ ...options, request, clock, resampling, turns, tap: heard })
      sessions.push(session)
      await session.start(request.transport)
      return { session: session.id, agent: 'test', language: 'en', recogniser: 'coded', voice: 'coded' }
    },
  }

  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...realtimeSocketServerOptions })
  await once(server, 'listening')
  server.on('connection', (socket, request) => {
    const query = new URL(request.url ?? '', 'ws://x').searchParams
    const send = socket.send.bind(socket)
    socket.send = ((text: string) => {
      const event = JSON.parse(text) as Record<string, unknown>
      sent.push(event)
      const fault = check(asTyped(event))
      if (fault !== '') faults.push(`${fault}: ${text.slice(0, 500)}`)
      send(text)
    }) as typeof socket.send
    const model = query.get('model')
    const intent = query.get('intent')
    sockets.push(
      serveRealtimeSocket({
        socket,
        principal: { tenant: 'acme', subject: 'ann' },
        host,
        clock,
        epochMs: () => 1_795_000_000_000,
        random,
        resampling,
        limits: { ...defaultRealtimeLimits, ...limits },
        log: { info: () => {}, warn: (facts, message) => faults.push(`${message} ${describe(facts)}`) },
        query: { ...(model === null ? {} : { model }), ...(intent === null ? {} : { intent }) },
        beta: request.headers['openai-beta'] !== undefined,
        ...(seed === undefined ? {} : { seed }),
      }),
    )
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}/v1/realtime`,
    sent,
    faults,
    told,
    whenTold: test =>
      told.some(test) ? Promise.resolve() : new Promise(resolve => waiting.push({ test, resolve })),
    turns,
    requests,
    sockets,
    async close() {
      for (const client of server.clients) client.terminate()
      await Promise.all(sessions.map(session => session.end('client')))
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function describe(facts: object): string {
  return Object.values(facts)
    .map(fact => (fact instanceof Error ? fact.stack : String(fact)))
    .join(' ')
}
