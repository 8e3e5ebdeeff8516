/**
 * One socket from opening to loss: hello, the wait for `ready`, heartbeat. It knows nothing of reconnecting.
 * Invariant: `lost` is told exactly once, and nothing is told after it, whatever the socket still does.
 */
import type { ClientMessageInput, HelloInput, ServerMessage } from '@parley/protocol'
import type { Environment } from '../environment.js'
import { readServerMessage } from './server-message.js'

export interface ConnectionOptions {
  readonly url: string
  readonly protocols: readonly string[]
  readonly hello: HelloInput
  readonly environment: Environment
  readonly timing: ConnectionTiming
  readonly handlers: ConnectionHandlers
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
  /** Ends it from this side; `lost` is not told. */
  close(code: number, reason: string): void
}

/** The close code of a connection that went silent; as with 1006 nobody sent it. */
export const SILENT_CLOSE = 1006

/** Opens a socket; throws what the environment throws for an impossible address or subprotocol. */
export function openConnection(options: ConnectionOptions): Connection {
  const { url, protocols, hello, environment, timing, handlers } = options
  const socket = environment.openSocket(url, protocols)
  socket.binaryType = 'arraybuffer'
  let over = false
  let opened = false
  let pingId = 0
  let pingSentAt = 0
  let cancelTimer = environment.after(timing.readyWithinMs, () => lose(SILENT_CLOSE, 'no ready'))

  function finish(): void {
    over = true
    cancelTimer()
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = null
  }

  function lose(code: number, reason: string): void {
    if (over) return
    finish()
    // A silent peer would hold the closing handshake open for long; nobody waits for it.
    if (socket.readyState <= 1) socket.close()
    handlers.lost({ code, reason, opened })
  }

  function send(message: ClientMessageInput): void {
    if (!over && socket.readyState === 1) socket.send(JSON.stringify(message))
  }

  function ping(): void {
    pingSentAt = environment.now()
    send({ type: 'ping', id: ++pingId })
    cancelTimer = environment.after(timing.pongWithinMs, () => lose(SILENT_CLOSE, 'no pong'))
  }

  function pong(id: number): void {
    if (id !== pingId) return
    cancelTimer()
    handlers.roundTrip(environment.now() - pingSentAt)
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

  socket.onopen = () => {
    opened = true
    send(hello)
  }
  socket.onclose = event => lose(event.code, event.reason)
  socket.onmessage = ({ data: content }) => {
    if (content instanceof ArrayBuffer) return handlers.audio(content)
    const reading = readServerMessage(String(content))
    if (reading.kind === 'message') receive(reading.message)
    else if (reading.kind === 'bad') handlers.bad(reading.reason)
  }

  return {
    send,
    sendAudio(bytes) {
      if (!over && socket.readyState === 1) socket.send(bytes)
    },
    bufferedBytes: () => socket.bufferedAmount,
    close(code, reason) {
      if (over) return
      finish()
      socket.close(code, reason)
    },
  }
}
