/**
 * Where messages of a far end come in: opened if they are sealed, counted, measured. What does not pass is told by what is
 * thrown. Invariant: after `encrypt` nothing that is not sealed comes in or goes out.
 */
import { defined, ParleyError } from '@parley/core'
import type { ServerMessage } from '@parley/protocol'
import { createLeakyBucket } from './leaky-bucket.js'
import { answerEncrypt } from './sealed/answer-encrypt.js'
import type { OpenedFrame } from './sealed/frame-cipher.js'
import { createUnopened } from './sealed/unopened.js'
import type { VoiceSocketOptions } from './voice-socket-options.js'
import { plainWire, sealedWire, type VoiceWire } from './voice-wire.js'

export interface SocketDoorOptions
  extends Pick<VoiceSocketOptions, 'socket' | 'clock' | 'limits' | 'encryption'> {
  /** No key is left to seal with; told once. */
  onSpent(): void
}

export type Unopenable = 'first' | 'again' | 'too-many'

export interface SocketDoor {
  readonly wire: VoiceWire
  /** Of a sealed socket: what could not be opened and what never came. */
  readonly seal: { readonly unopened: number; readonly missing: number } | undefined
  /** Undefined for what does not open; `notOpened` says how many that makes. Throws what is our own fault. */
  open(bytes: Buffer, isBinary: boolean): OpenedFrame | Unopenable
  /** @throws ParleyError `rate_limited`, `too_large` */
  admit(bytes: Buffer): void
  /** @throws ParleyError `bad_message` where it cannot be, or is not the first */
  encrypt(key: string): void
  /** Writes past every queue. */
  say(message: ServerMessage): void
}

export function createSocketDoor({
  socket,
  clock,
  limits,
  encryption,
  onSpent,
}: SocketDoorOptions): SocketDoor {
  const { messagesPerSecond, messageBurst, messageBytes } = limits
  const messages = createLeakyBucket(clock, messagesPerSecond, messageBurst)
  const unopened = createUnopened(limits.unopened)
  let wire = plainWire(socket)

  function say(message: ServerMessage): void {
    wire.send(JSON.stringify(message), { binary: false, compress: false })
  }

  return {
    get wire() {
      return wire
    },
    get seal() {
      return wire.sealed ? { unopened: unopened.count, missing: wire.missing } : undefined
    },
    open(bytes, isBinary) {
      if (!wire.sealed) return { bytes, isBinary }
      try {
        const opened = wire.read(bytes, isBinary)
        unopened.reset()
        return opened
      } catch (thrown) {
        if (ParleyError.from(thrown).code !== 'bad_seal') throw thrown
        return unopened.add()
      }
    },
    admit({ length }) {
      if (!messages.add(1)) {
        throw new ParleyError(
          'rate_limited',
          `Over ${messagesPerSecond} messages a second; send larger ones.`,
        )
      }
      if (length > messageBytes) {
        throw new ParleyError('too_large', `The message has ${length} bytes; ${messageBytes} is the most.`)
      }
    },
    encrypt(key) {
      if (wire.sealed) throw new ParleyError('bad_message', '`encrypt` comes once.')
      if (encryption === undefined) throw new ParleyError('bad_message', 'This gateway does not encrypt.')
      const { identity, framesPerKey } = encryption
      const { message, ...keys } = answerEncrypt(key, identity)
      say(message)
      wire = sealedWire({ socket, keys, ...defined({ framesPerKey }), onSpent })
    },
    say,
  }
}
