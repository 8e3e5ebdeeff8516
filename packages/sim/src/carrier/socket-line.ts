/** A media stream over a real socket, as the carrier opens it. */

import { WebSocket } from 'ws'
import type { ConnectStream } from './carrier-options.js'

const HANDSHAKE_MS = 10_000

export const connectSocket: ConnectStream = async ({ url, headers }, signal) => {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: HANDSHAKE_MS })
  const stop = () => socket.terminate()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
  } finally {
    signal.removeEventListener('abort', stop)
  }
  // A fault closes the socket, which is what is told.
  socket.on('error', () => {})
  return {
    send: text => socket.send(text),
    close: code => (code === undefined ? socket.terminate() : socket.close(code)),
    onMessage: take => void socket.on('message', data => take(String(data))),
    onClose: take => void socket.on('close', (code, reason) => take(code, String(reason))),
  }
}
