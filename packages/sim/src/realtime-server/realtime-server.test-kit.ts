/** A Realtime server on loopback for tests: the real edge, a real session, and an engine whose speech can be read. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { loadResampling } from '@parley/audio'
import {
  type Clock,
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Engine,
  type ReplyPart,
  Session,
  type SessionEvent,
  type SessionId,
  systemClock,
  type ToolCall,
  type Turn,
  turnTaking,
} from '@parley/core'
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
import { countingIds, seededRandom } from '../random.js'
import { createThresholdEar } from '../threshold-ear.js'
import { codeSpeech, readSpeech } from '../vendors/coded-speech.js'
import { asTyped, schemaCheck } from '../vendors/openai-realtime/realtime-client.test-kit.js'

export type Thought = string | Omit<ToolCall, 'id'>

export interface RealtimeServerOptions {
  /** What the agent says to a turn, or the tool that it calls. */
  think?(turn: Turn): Thought | readonly Thought[]
  /** ms before each word of an answer. */
  readonly paceMs?: number
  readonly limits?: Partial<RealtimeLimits>
  readonly host?: RealtimeHost
  readonly seed?: unknown
  readonly clock?: Clock
  readonly opens?: boolean
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

const RATE = 24_000
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
      const policy = {
        ...defaultTurnPolicy,
        judge: { ...defaultTurnPolicy.judge, claimMs: 100, holdMs: 100 },
      }
      const session = new Session({
        id: 'ses_test' as SessionId,
        language: 'en',
        engine: codedEngine(turns, options),
        ear: createThresholdEar(),
        listenRate: RATE,
        outputRate: request.outputRate,
        resampling,
        policy,
        turnTaking: given => turnTaking(given, 'en'),
        limits: defaultSessionLimits,
        opens: options.opens ?? false,
        journal: { write: async () => {} },
        taps: [{ name: 'test', event: heard }],
        clock,
        ticker: createTicker(clock),
        ids: countingIds(),
      })
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

/** Hears coded speech, and says what it thinks in coded speech. */
function codedEngine(turns: Turn[], { think, paceMs = 0 }: RealtimeServerOptions): Engine {
  return {
    connect(call) {
      const heard: { readonly samples: Int16Array; readonly atMs: number }[] = []
      let startMs = 0
      let calls = 0

      async function* answer(turn: Turn): AsyncGenerator<ReplyPart> {
        turns.push(turn)
        const thoughts = think?.(turn) ?? `you said ${turn.text || lastText(turn)}`
        yield { kind: 'usage', inputTokens: 11, outputTokens: 7 }
        for (const thought of typeof thoughts === 'string' || 'name' in thoughts ? [thoughts] : thoughts) {
          if (typeof thought !== 'string') {
            yield { kind: 'tool-call', call: { id: `call_${++calls}`, ...thought } }
            continue
          }
          let untilMs = 0
          for (const word of thought.split(' ')) {
            if (paceMs > 0) await new Promise<void>(resolve => call.clock.after(paceMs, resolve))
            const { samples } = codeSpeech(word, RATE)
            untilMs += (samples.length * 1000) / RATE
            yield { kind: 'words', text: `${word} `, untilMs }
            if (turn.wishes?.silent !== true) yield { kind: 'audio', samples, rate: RATE }
          }
        }
      }

      return {
        hear: ({ samples, atMs }) => void heard.push({ samples: samples.slice(), atMs }),
        boundary({ kind, atMs }) {
          if (kind === 'speech-start') startMs = atMs
          else {
            const spoken = heard.filter(frame => frame.atMs >= startMs - 1 && frame.atMs < atMs + 40)
            const samples = Int16Array.from(spoken.flatMap(frame => [...frame.samples]))
            const { text } = readSpeech(samples, RATE)
            call.observe({ kind: 'transcript', startMs, atMs, text, final: true })
          }
        },
        reply: answer,
        aside: answer,
        close: async () => {},
      }
    },
  }
}

function lastText({ history }: Turn): string {
  return history.at(-1)?.text ?? ''
}
