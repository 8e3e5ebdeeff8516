/**
 * One socket from opening to loss: encryption where it is wanted, hello, the wait for `ready`, heartbeat. It knows nothing of reconnecting.
 * Invariant: `lost` is told exactly once, and nothing is told after it, whatever the socket still does.
 */
import type { ClientMessageInput, HelloInput, ServerMessage, ServerMessageOf } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import type { Encryption, Seal, SealHandlers } from '../encryption/encryption-types.js'
import type { Environment } from '../environment.js'
import { readServerMessage } from './server-message.js'

export interface ConnectionOptions {
  readonly url: string
  readonly protocols: readonly string[]
  readonly hello: HelloInput
  /** Made for this socket; without it all goes as it is. */
  readonly encryption: Encryption | undefined
  readonly environment: Environment
  readonly timing: ConnectionTiming
  /** Counted up as bytes come and go. */
  readonly traffic: Traffic
  readonly handlers: ConnectionHandlers
}

/** Bytes of sound and messages over all sockets of a client, without what the socket itself adds. */
export interface Traffic {
  inBytes: number
  outBytes: number
}

export interface ConnectionTiming {
  /** From opening the socket to `ready`; above the 15 s a gateway may take to open a session. */
  readonly readyWithinMs: number
  readonly pingEveryMs: number
  /** A connection whose ping stays unanswered this long is lost, whatever the socket says. */
  readonly pongWithinMs: number
}

export const defaultConnectionTiming: ConnectionTiming = {
  readyWithinMs: 20_000,
  pingEveryMs: 10_000,
  pongWithinMs: 6_000,
}

export interface ConnectionHandlers {
  message(message: ServerMessage): void
  audio(bytes: ArrayBuffer): void
  roundTrip(ms: number): void
  /** A message that does not fit the protocol was passed over. */
  bad(reason: string): void
  lost(loss: Loss): void
  /** The first message that was not sealed as it has to be was dropped. */
  unopened(): void
  /** Another try makes no sense; `lost` is not told then. */
  refused(error: ClientError): void
}

export interface Loss {
  readonly code: number
  readonly reason: string
  /** Whether the socket ever opened; one that did not may have been refused. */
  readonly opened: boolean
}

export interface Connection {
  send(message: ClientMessageInput): void
  sendAudio(bytes: Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>): void
  /** Bytes that wait in the browser because the network is slower. */
  bufferedBytes(): number
  /** Pings now rather than when it is due: a page that slept does not know whether anybody is still there. */
  check(): void
  /** Ends it from this side; `lost` is not told. */
  close(code: number, reason: string): void
}

/** The close code of a connection that went silent; as with 1006 nobody sent it. */
export const SILENT_CLOSE = 1006

/** Any code that does not end the session (docs/voice-socket.md). */
export const LEFT_TO_RESUME = 4_000

/** Opens a socket; throws what the environment throws for an impossible address or subprotocol. */
export function openConnection(options: ConnectionOptions): Connection {
  const { url, protocols, hello, encryption, environment, timing, traffic, handlers } = options
  const socket = environment.openSocket(url, protocols)
  socket.binaryType = 'arraybuffer'
  let over = false
  let seal: Seal | undefined
  let answered = false
  let opened = false
  let pingId = 0
  let pingSentAt = 0
  let idle = false
  let cancelTimer = environment.after(timing.readyWithinMs, () => lose(SILENT_CLOSE, 'no ready'))

  function finish(): void {
    over = true
    cancelTimer()
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null
  }

  function lose(code: number, reason: string): void {
    if (over) return
    finish()
    // A silent peer would hold the closing handshake open for long; nobody waits for it. Where it comes late all the
    // same, a close without a code would end the session.
    if (socket.readyState <= 1) socket.close(LEFT_TO_RESUME, reason)
    handlers.lost({ code, reason, opened })
  }

  function send(message: ClientMessageInput): void {
    if (over || socket.readyState !== 1) return
    const text = JSON.stringify(message)
    traffic.outBytes += text.length
    if (seal !== undefined) seal.sendText(text)
    else if (encryption === undefined) socket.send(text)
  }

  function ping(): void {
    idle = false
    pingSentAt = environment.now()
    send({ type: 'ping', id: ++pingId })
    cancelTimer = environment.after(timing.pongWithinMs, () => lose(SILENT_CLOSE, 'no pong'))
  }

  function pong(id: number): void {
    if (id !== pingId) return
    cancelTimer()
    handlers.roundTrip(environment.now() - pingSentAt)
    idle = true
    cancelTimer = environment.after(timing.pingEveryMs, ping)
  }

  function receive(message: ServerMessage): void {
    if (message.type === 'pong') return pong(message.id)
    if (message.type === 'ready') {
      cancelTimer()
      ping()
    }
    handlers.message(message)
  }

  function read(text: string): void {
    if (over) return
    const reading = readServerMessage(text)
    if (reading.kind === 'message') receive(reading.message)
    else if (reading.kind === 'bad') handlers.bad(reading.reason)
  }

  /** Until the seal stands the gateway has but two things to say, and whoever is between must not say more. */
  function readAnswer(content: unknown, by: Encryption): void {
    const reading = typeof content === 'string' ? readServerMessage(content) : undefined
    const message = reading?.kind === 'message' ? reading.message : undefined
    if (message?.type === 'error') return handlers.message(message)
    if (message?.type !== 'encrypted' || answered) return handlers.bad('a message that is not sealed')
    answered = true
    void useSeal(message, by)
  }

  async function useSeal(answer: ServerMessageOf<'encrypted'>, by: Encryption): Promise<void> {
    try {
      const made = await by.answered(answer, sealHandlers)
      if (over) return
      seal = made
      send(hello)
    } catch (thrown) {
      refuse(
        thrown instanceof ClientError
          ? thrown
          : new ClientError('encryption-failed', undefined, { cause: thrown }),
      )
    }
  }

  function refuse(error: ClientError): void {
    if (over) return
    finish()
    socket.close(LEFT_TO_RESUME, error.code)
    handlers.refused(error)
  }

  const sealHandlers: SealHandlers = {
    // Also what was given before `close`, which waits for it.
    send: bytes => {
      if (socket.readyState === 1) socket.send(bytes)
    },
    text: read,
    audio: bytes => {
      if (!over) handlers.audio(bytes)
    },
    unopened: () => {
      if (!over) handlers.unopened()
    },
    broken(why) {
      if (why === 'tampered') return refuse(new ClientError('encryption-failed'))
      if (over) return
      finish()
      socket.close(LEFT_TO_RESUME, why)
      handlers.lost({ code: SILENT_CLOSE, reason: why, opened })
    },
  }

  socket.onopen = () => {
    opened = true
    if (encryption === undefined) send(hello)
    else socket.send(JSON.stringify(encryption.message))
  }
  socket.onclose = event => lose(event.code, event.reason)
  socket.onmessage = ({ data: content }) => {
    traffic.inBytes += content instanceof ArrayBuffer ? content.byteLength : String(content).length
    if (seal !== undefined) seal.receive(content)
    else if (encryption !== undefined) readAnswer(content, encryption)
    else if (content instanceof ArrayBuffer) handlers.audio(content)
    else read(String(content))
  }

  return {
    send,
    sendAudio(bytes) {
      if (over || socket.readyState !== 1) return
      traffic.outBytes += bytes.byteLength
      if (seal !== undefined) seal.sendSound(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      else if (encryption === undefined) socket.send(bytes)
    },
    bufferedBytes: () => socket.bufferedAmount + (seal?.waitingBytes ?? 0),
    check() {
      if (over || !idle) return
      cancelTimer()
      ping()
    },
    close(code, reason) {
      if (over) return
      finish()
      if (seal === undefined) socket.close(code, reason)
      else void seal.flushed().then(() => socket.close(code, reason))
    },
  }
}
