/**
 * What leaves and enters a voice socket: as it is, or sealed from the client's `encrypt` on. Nobody above it knows which.
 */
import { ParleyError } from '@parley/core'
import type { MessageSocket } from './message-socket.js'
import type { EncryptAnswer } from './sealed/answer-encrypt.js'
import { createFrameOpener, createFrameSealer, type OpenedFrame } from './sealed/frame-cipher.js'

export interface SendOptions {
  readonly binary: boolean
  readonly compress: false
}

export interface VoiceWire {
  readonly sealed: boolean
  /** Bytes that wait in the socket. */
  readonly bufferedAmount: number
  /** Sound that waits, ms, where it goes another way than text. */
  readonly soundWaitingMs?: number | undefined
  send(message: string | Uint8Array, options: SendOptions, written?: (error?: Error) => void): void
  /** @throws ParleyError `bad_seal` for what does not open */
  read(bytes: Buffer, isBinary: boolean): OpenedFrame
  /** Messages of the client that never came, where that can be known. */
  readonly missing: number
}

export type WireSocket = Pick<MessageSocket, 'send' | 'bufferedAmount' | 'soundWaitingMs'>

export function plainWire(socket: WireSocket): VoiceWire {
  return {
    sealed: false,
    missing: 0,
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    get soundWaitingMs() {
      return socket.soundWaitingMs
    },
    send: (message, options, written) => socket.send(message, options, written),
    read: (bytes, isBinary) => ({ bytes, isBinary }),
  }
}

export interface SealedWireOptions {
  readonly socket: WireSocket
  readonly keys: Pick<EncryptAnswer, 'client' | 'gateway'>
  readonly framesPerKey?: number
  /** Nothing more can be sealed; told once, never from within a call. */
  onSpent(): void
}

/** Every message goes out binary and sealed; what comes in as text was put there by somebody between. */
export function sealedWire({ socket, keys, framesPerKey, onSpent }: SealedWireOptions): VoiceWire {
  const sealer = createFrameSealer(keys.gateway, framesPerKey)
  const opener = createFrameOpener(keys.client)
  let spent = false

  function seal(message: string | Uint8Array): Buffer | undefined {
    try {
      return sealer.seal(message)
    } catch (thrown) {
      if (!(thrown instanceof ParleyError) || thrown.code !== 'keys_spent') throw thrown
      if (!spent) queueMicrotask(onSpent)
      spent = true
      return undefined
    }
  }

  return {
    sealed: true,
    get missing() {
      return opener.missing
    },
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    send(message, { compress }, written) {
      const sealed = seal(message)
      if (sealed !== undefined) socket.send(sealed, { binary: true, compress }, written)
    },
    read(bytes, isBinary) {
      if (!isBinary) throw new ParleyError('bad_seal')
      return opener.open(bytes)
    },
  }
}
