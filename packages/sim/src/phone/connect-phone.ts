import { systemClock } from '@parley/core'
import { WebSocket } from 'ws'
import type { PhoneLine } from './phone-line.js'
import { SimPhone } from './sim-phone.js'
import type { SimPhoneOptions } from './sim-phone-options.js'

export interface ConnectPhoneOptions extends Omit<SimPhoneOptions, 'clock' | 'line'> {
  /** `ws://…/v1/phone`. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls a gateway over a real socket, in real time. Rejects where it takes no socket. */
export async function connectPhone({
  url,
  headers = {},
  ...options
}: ConnectPhoneOptions): Promise<SimPhone> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: 10_000 })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return new SimPhone({ ...options, clock: systemClock, line: lineOf(socket) })
}

function lineOf(socket: WebSocket): PhoneLine {
  // A fault closes the socket, which is what is told.
  socket.on('error', () => {})
  return {
    send: text => socket.send(text),
    close: code => (code === undefined ? socket.terminate() : socket.close(code)),
    onMessage: take => void socket.on('message', data => take(String(data))),
    onClose: take => void socket.on('close', (code, reason) => take(code, String(reason))),
  }
}
