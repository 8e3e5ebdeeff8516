/** One socket to the handsets of a gateway with the phone emulator. */

import {
  type HandsetClientMessageInput,
  type HandsetServerMessage,
  handsetServerMessageSchema,
} from '@parley/protocol'
import { WebSocket } from 'ws'
import { refusalOf, samplesOf, unreachable } from '../talk/voice-wire.js'

export interface HandsetWire {
  send(message: HandsetClientMessageInput): void
  /** PCM16 at 8 kHz. The samples may be reused after the call. */
  sendAudio(samples: Int16Array): void
  close(): void
}

export interface HandsetWireOptions {
  /** `ws://…/v1/handset`. */
  readonly url: string
  readonly token?: string | undefined
  readonly onMessage: (message: HandsetServerMessage) => void
  readonly onAudio: (samples: Int16Array) => void
  /** Once, whoever closed it. */
  readonly onClose: (code: number, reason: string) => void
}

/** Resolves once connected. @throws ParleyError `timeout` where nobody answers, else what the gateway refused with */
export function connectHandset(options: HandsetWireOptions): Promise<HandsetWire> {
  const { url, token, onMessage, onAudio, onClose } = options
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'parley.handset.v1', {
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    })
    socket.binaryType = 'nodebuffer'
    socket.on('unexpected-response', (_request, response) => {
      void refusalOf(response, url).then(error => {
        reject(error)
        socket.terminate()
      })
    })
    socket.on('error', cause => reject(unreachable(url, cause)))
    socket.on('open', () =>
      resolve({
        send: message => socket.send(JSON.stringify(message)),
        sendAudio(samples) {
          if (socket.readyState !== WebSocket.OPEN) return
          // A copy: ws may still hold the bytes after the caller has reused them.
          socket.send(Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)))
        },
        close: () => socket.close(1000),
      }),
    )
    socket.on('close', (code, reason) => onClose(code, reason.toString()))
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) return onAudio(samplesOf(data))
      const parsed = handsetServerMessageSchema.safeParse(jsonOf(data.toString()))
      if (parsed.success) onMessage(parsed.data)
    })
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
