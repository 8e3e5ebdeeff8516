/**
 * WebSockets beside a call (`?call_id=`): a server of the client's that sees all events of the call and sends its own.
 *
 * A socket that does not read is closed; the call goes on.
 */
import { ParleyError } from '@parley/core'
import type { WebSocket } from 'ws'
import { bytesOf } from '../ws/bytes-of.js'

export interface SidebandOptions {
  /** Sockets at once. */
  readonly most: number
  readonly maxUnsentBytes: number
  receive(text: string): void
}

export interface Sideband {
  /** An open socket. It is told the session first. @throws ParleyError `overloaded` over `most`. */
  attach(socket: WebSocket): void
  send(text: string): void
  /** The call is over. */
  close(): void
}

const sessionEvent = /^\{"type":"session\.(?:created|updated)"/

export function createSideband({ most, maxUnsentBytes, receive }: SidebandOptions): Sideband {
  const sockets = new Set<WebSocket>()
  /** The session as it was last told. */
  let session: string | undefined

  function give(socket: WebSocket, text: string): void {
    if (socket.bufferedAmount > maxUnsentBytes) {
      sockets.delete(socket)
      return socket.close(1013, 'slow_consumer')
    }
    socket.send(text)
  }

  return {
    attach(socket) {
      if (sockets.size >= most) {
        throw new ParleyError('overloaded', `${most} sockets are at this call; close one first.`)
      }
      sockets.add(socket)
      socket.on('message', (data, isBinary) => receive(isBinary ? '' : bytesOf(data).toString('utf8')))
      socket.on('close', () => sockets.delete(socket))
      // Its `close` follows.
      socket.on('error', () => {})
      if (session !== undefined) give(socket, session.replace(sessionEvent, '{"type":"session.created"'))
    },
    send(text) {
      if (sessionEvent.test(text)) session = text
      for (const socket of sockets) give(socket, text)
    },
    close() {
      for (const socket of sockets) socket.close(1000, 'call_ended')
      sockets.clear()
    },
  }
}
