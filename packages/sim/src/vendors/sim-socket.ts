/** A socket to a simulated vendor: what goes either way is noted, and nothing leaves after its end. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { SimLog } from './sim-log.js'
import type { SimFault } from './vendor-sim.js'

export interface SimSocket {
  readonly url: URL
  readonly request: IncomingMessage
  readonly raw: WebSocket
  /** Aborts when the socket is closed by either side. */
  readonly signal: AbortSignal
  /** Sends JSON, noted as sent. Silent after the end. */
  send(message: unknown): void
  sendBinary(bytes: Uint8Array): void
  /** Notes a JSON message that came in. */
  receive(message: unknown): void
  complain(sentence: string): void
  close(code: number, reason?: string): void
  /**
   * What a fault does to any socket: `refuse` and `drop` destroy it (drop: in the middle of a frame), `garbage` sends what
   * is no message, `close` closes with its code. False: the fault is the vendor's to word (`limited`, `failing`,
   * `unauthorised`, `expired`).
   */
  fail(fault: SimFault): boolean
}

export interface SimSocketParts {
  readonly socket: WebSocket
  readonly request: IncomingMessage
  readonly connection: Duplex
  readonly url: URL
  readonly log: SimLog
  /** It was closed, by either side. */
  ended(): void
}

export function simSocket({ socket, request, connection, url, log, ended }: SimSocketParts): SimSocket {
  const gone = new AbortController()
  const end = () => {
    if (gone.signal.aborted) return
    ended()
    gone.abort()
  }
  socket.on('close', end)
  socket.on('error', end)
  return {
    url,
    request,
    raw: socket,
    signal: gone.signal,
    send(message) {
      if (gone.signal.aborted || socket.readyState !== socket.OPEN) return
      log.send(url.pathname, message)
      socket.send(JSON.stringify(message))
    },
    sendBinary(bytes) {
      if (!gone.signal.aborted && socket.readyState === socket.OPEN) socket.send(bytes)
    },
    receive: message => log.receive(url.pathname, message),
    complain: log.complain,
    close(code, reason = '') {
      socket.close(code, reason)
    },
    fail(fault) {
      if (fault.kind === 'refuse') connection.destroy()
      else if (fault.kind === 'drop') {
        // The head of a text frame of 100 bytes, and 10 of them.
        connection.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.from('{"type":"r')]))
        connection.destroy()
      } else if (fault.kind === 'garbage') socket.send('}{ this is no message')
      else if (fault.kind === 'close') socket.close(fault.code ?? 1011)
      else return false
      return true
    },
  }
}
