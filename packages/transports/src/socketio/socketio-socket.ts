/**
 * The life of one Socket.IO socket: known or not, events in, answers out. Nothing a far end sends throws out of here, and
 * every event is answered, the unknown ones too.
 */
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import { type Hello, helloSchema, type SocketioAnswer, type SocketioPayload } from '@parley/protocol'
import type { Socket } from 'socket.io'
import { createLeakyBucket } from '../ws/leaky-bucket.js'
import type { VoicePrincipal } from '../ws/voice-host.js'
import type { VoiceLog } from '../ws/voice-log.js'
import type { VoiceSocket } from '../ws/voice-socket-options.js'
import type { CallWire } from './call-wire.js'
import { type EngineLine, watchEngineLine } from './engine-line.js'
import { type ReadEvent, readEvent } from './read-event.js'
import { SocketioCall } from './socketio-call.js'
import type { SocketioLimits } from './socketio-limits.js'
import type { SocketioSession, SocketioSessions } from './socketio-sessions.js'

export interface SocketioSocketOptions {
  readonly socket: Socket
  /** Who it is, where the handshake said so. */
  readonly principal: VoicePrincipal | undefined
  readonly sessions: SocketioSessions
  /** The session that the handshake names and that is the principal's; else a new one. */
  readonly session: SocketioSession
  /** Whether an earlier session goes on. */
  readonly resumed: boolean
  readonly limits: SocketioLimits
  readonly initialRttMs: number
  readonly clock: Clock
  readonly log: VoiceLog
  /** Who the token stands for. Throws what refuses it. */
  identify(token: string | undefined): Promise<VoicePrincipal>
  /** A place for a conversation, given back when it is over. Throws what refuses it. */
  hold(principal: VoicePrincipal): () => void
  serve(wire: CallWire, principal: VoicePrincipal, line: EngineLine): VoiceSocket
  /** Opens connections to vendors that a call would wait for. */
  warm(): void
}

type Acknowledge = (answer: SocketioAnswer) => void

/** Disconnects by the far end's own word; everything else is a broken line. */
const meantReasons: readonly string[] = ['client namespace disconnect']

export class SocketioSocket {
  readonly #options: SocketioSocketOptions
  readonly #line: EngineLine
  readonly #events
  readonly #bad
  readonly #tries
  readonly #stopDeadline: Cancel
  #session: SocketioSession
  #principal: VoicePrincipal | undefined
  #call: SocketioCall | undefined
  #waiting: (() => void)[] | undefined

  constructor(options: SocketioSocketOptions) {
    const { socket, clock, limits, session, principal } = options
    this.#options = options
    this.#session = session
    this.#events = createLeakyBucket(clock, limits.eventsPerSecond, limits.eventBurst)
    this.#bad = createLeakyBucket(clock, 1, limits.badEvents)
    this.#tries = createLeakyBucket(clock, 0.2, limits.authenticateBurst)
    this.#stopDeadline = clock.after(limits.authenticateMs, () => this.#checkKnown())
    this.#line = watchEngineLine({
      connection: socket.conn,
      clock,
      initialRttMs: options.initialRttMs,
      onDrain: () => this.#call?.drained(),
      onMeasured: ms => socket.volatile.emit('latency', { ms: Math.round(ms * 10) / 10 }),
    })
    socket.onAny((event: string, ...values: unknown[]) => this.#receive(event, values))
    socket.on('error', error => options.log.warn({ error: String(error) }, 'socket.io socket fault'))
    socket.on('disconnect', reason => this.#gone(meantReasons.includes(reason)))
    socket.emit('connected', { sessionId: session.id, authenticated: principal !== undefined })
    if (principal !== undefined) this.#known(principal, session, options.resumed)
  }

  get inCall(): boolean {
    return this.#call !== undefined
  }

  announceDraining(deadlineMs: number): void {
    this.#call?.announceDraining(deadlineMs)
  }

  #receive(event: string, values: readonly unknown[]): void {
    const last = values.at(-1)
    const acknowledge: Acknowledge = typeof last === 'function' ? answer => void last(answer) : () => {}
    const payload = typeof values[0] === 'function' ? undefined : values[0]
    this.#session.lastSeenMs = this.#options.clock.now()
    if (!this.#events.add(1)) {
      const { eventsPerSecond } = this.#options.limits
      const error = new ParleyError(
        'rate_limited',
        `Over ${eventsPerSecond} events a second; send larger ones.`,
      )
      return this.#refuse(error, acknowledge, true)
    }
    this.#inOrder(() => this.#take(event, payload, acknowledge), acknowledge)
  }

  /** What comes while it is being found out who is there waits for it. */
  #inOrder(run: () => void, acknowledge: Acknowledge): void {
    if (this.#waiting === undefined) return run()
    if (this.#waiting.length < this.#options.limits.keptEvents) this.#waiting.push(run)
    else this.#refuse(new ParleyError('rate_limited', 'Wait for the answer to `authenticate`.'), acknowledge)
  }

  #take(event: string, payload: unknown, acknowledge: Acknowledge): void {
    try {
      this.#obey(readEvent(event, payload), acknowledge)
    } catch (thrown) {
      this.#refuse(ParleyError.from(thrown), acknowledge)
    }
  }

  #obey(event: ReadEvent, acknowledge: Acknowledge): void {
    switch (event.name) {
      case 'authenticate':
        return this.#authenticate(event.payload, acknowledge)
      case 'ping':
        this.#options.socket.emit('pong', event.payload)
        return acknowledge({ ok: true, atMs: this.#options.clock.now() })
      case 'status':
        return acknowledge({ ok: true, ...this.#status() })
      case 'call:start':
        return this.#start(event.payload, acknowledge)
      case 'voice:preload':
        this.#whoIsThere()
        this.#options.warm()
        return acknowledge({ ok: true })
      case 'message':
        return acknowledge(this.#inCall().say({ type: 'text', text: event.payload.text }))
      case 'audio:chunk':
        return acknowledge(this.#inCall().say(event.payload.audio))
      case 'audio:commit':
        return acknowledge(this.#inCall().say({ type: 'commit' }))
      case 'audio:played':
        return acknowledge(this.#inCall().say({ type: 'played', ...event.payload }))
      case 'barge-in':
        return acknowledge(this.#inCall().say({ type: 'interrupt' }))
      case 'call:consent':
        return acknowledge(this.#inCall().say({ type: 'consent', ...event.payload }))
      case 'call:take-over':
        return acknowledge(this.#inCall().say({ type: 'take-over' }))
      case 'call:end':
        return acknowledge(this.#inCall().say({ type: 'bye' }))
      default:
        event satisfies never
    }
  }

  #authenticate({ token, sessionId }: SocketioPayload<'authenticate'>, acknowledge: Acknowledge): void {
    if (!this.#tries.add(1))
      throw new ParleyError('rate_limited', 'Too many tries to authenticate; wait a few seconds.')
    this.#waiting = []
    void this.#identify(token, sessionId)
      .then(
        answer => acknowledge(answer),
        (thrown: unknown) => this.#refuse(ParleyError.from(thrown), acknowledge),
      )
      .finally(() => {
        const waiting = this.#waiting ?? []
        this.#waiting = undefined
        for (const run of waiting) this.#inOrder(run, () => {})
      })
  }

  async #identify(token: string | undefined, sessionId: string | undefined): Promise<SocketioAnswer> {
    const { socket, sessions } = this.#options
    const principal = await this.#options.identify(token)
    if (!socket.connected) throw new ParleyError('timeout', 'The socket closed.')
    const before = this.#principal
    if (before !== undefined && (before.tenant !== principal.tenant || before.subject !== principal.subject))
      throw new ParleyError('forbidden', 'This socket is known as somebody else; open another.')
    const found = sessionId === undefined ? undefined : sessions.find(sessionId, principal)
    const isOther = found !== undefined && found !== this.#session && this.#call === undefined
    if (isOther) {
      sessions.leave(this.#session)
      found.sockets += 1
      this.#session = found
    }
    this.#known(principal, this.#session, isOther)
    return { ok: true, sessionId: this.#session.id, resumed: isOther, ...who(principal) }
  }

  #known(principal: VoicePrincipal, session: SocketioSession, resumed: boolean): void {
    const { socket } = this.#options
    this.#principal = principal
    this.#stopDeadline()
    session.principal = { tenant: principal.tenant, subject: principal.subject }
    socket.data = { sessionId: session.id }
    socket.emit('authenticated', { sessionId: session.id, resumed, ...who(principal) })
    const { call } = session
    if (!resumed || call === undefined || this.#call !== undefined) return
    // The conversation comes along: from another socket of the same client, or after its line broke.
    try {
      const { hello, resumeToken } = call
      // A device that is not the speaker joins again.
      this.#open({ ...hello, ...(resumeToken === '' ? {} : { resume: resumeToken }) }, principal, () => {})
    } catch (thrown) {
      this.#refuse(ParleyError.from(thrown), () => {})
    }
  }

  #start(wish: SocketioPayload<'call:start'>, acknowledge: Acknowledge): void {
    const principal = this.#whoIsThere()
    if (this.#call !== undefined)
      throw new ParleyError('conflict', 'A call is under way on this socket; end it first.')
    this.#open(helloSchema.parse({ type: 'hello', version: 1, ...wish }), principal, acknowledge)
  }

  #open(hello: Hello, principal: VoicePrincipal, acknowledge: Acknowledge): void {
    const { socket, serve, hold } = this.#options
    const release = hold(principal)
    let isOver = false
    const call = new SocketioCall(
      {
        hello,
        session: this.#session,
        line: this.#line,
        emit: (event, payload) => void socket.emit(event, payload),
        serve: wire => serve(wire, principal, this.#line),
        over: () => {
          isOver = true
          release()
          this.#call = undefined
        },
      },
      acknowledge,
    )
    if (!isOver) this.#call = call
  }

  #status() {
    return {
      sessionId: this.#session.id,
      authenticated: this.#principal !== undefined,
      callActive: this.#call !== undefined,
      latencyMs: this.#line.rttMs,
      transport: this.#options.socket.conn.transport.name,
    }
  }

  #whoIsThere(): VoicePrincipal {
    if (this.#principal !== undefined) return this.#principal
    throw new ParleyError('unauthenticated', 'Emit `authenticate` with a token first.')
  }

  #inCall(): SocketioCall {
    this.#whoIsThere()
    if (this.#call !== undefined) return this.#call
    throw new ParleyError('conflict', 'There is no call; emit `call:start` first.')
  }

  #checkKnown(): void {
    if (this.#principal !== undefined) return
    const { authenticateMs } = this.#options.limits
    const message = `Nobody authenticated within ${authenticateMs} ms.`
    this.#refuse(new ParleyError('unauthenticated', message), () => {}, true)
  }

  #refuse(error: ParleyError, acknowledge: Acknowledge, fatal = false): void {
    const { socket, log } = this.#options
    if (error.code === 'internal') log.warn({ error }, 'socket.io: internal fault')
    const { code, details } = error
    const message = code === 'internal' ? 'A fault in Parley; please report it.' : error.message
    const { retryAfterMs } = details
    const more = typeof retryAfterMs === 'number' ? { retryAfterMs } : {}
    const isLast = fatal || !this.#bad.add(1)
    acknowledge({ ok: false, code, message, ...more })
    socket.emit('error', { code, message, fatal: isLast, ...more })
    if (isLast) socket.disconnect(true)
  }

  #gone(meant: boolean): void {
    this.#stopDeadline()
    this.#call?.leave(meant)
    this.#line.close()
    this.#options.sessions.leave(this.#session)
  }
}

function who({ tenant, subject }: VoicePrincipal) {
  return { tenant, subject }
}
