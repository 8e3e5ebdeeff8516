/** The client's half of a sealed socket, written with Node's own cryptography and driven by a test message by message. */
import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type JsonWebKey,
  verify,
} from 'node:crypto'
import { once } from 'node:events'
import {
  baseKeyInfo,
  CLIENT_KID,
  GATEWAY_KID,
  type ServerMessage,
  serverMessageSchema,
  transcriptOf,
} from '@parley/protocol'
import type { WebSocket } from 'ws'
import { createFrameOpener, createFrameSealer, frameKeysOf, type OpenedFrame } from './frame-cipher.js'

const raw = (jwk: JsonWebKey) => new Uint8Array(Buffer.from(jwk.x ?? '', 'base64url'))

export interface SealedClient {
  readonly socket: WebSocket
  /** What the gateway sent, as bytes of the socket. */
  readonly wire: Buffer[]
  readonly opened: OpenedFrame[]
  readonly signatureHolds: boolean
  seal(message: object | Uint8Array): Buffer
  send(message: object | Uint8Array): void
  /** The first message of this type, once it is here. */
  until<Type extends ServerMessage['type']>(type: Type): Promise<Extract<ServerMessage, { type: Type }>>
  untilSound(): Promise<Buffer>
}

/** Says `encrypt` on an open socket and checks the answer. */
export async function sealClient(socket: WebSocket): Promise<SealedClient> {
  const own = generateKeyPairSync('x25519')
  const key = own.publicKey.export({ format: 'jwk' })
  const answered = once(socket, 'message')
  socket.send(JSON.stringify({ type: 'encrypt', version: 1, key: key.x }))
  const [first]: Buffer[] = await answered
  const answer = serverMessageSchema.parse(JSON.parse(String(first)))
  if (answer.type !== 'encrypted') throw new Error(`The gateway answered ${JSON.stringify(answer)}.`)
  const far = { kty: 'OKP', crv: 'X25519', x: answer.key }
  const identity = { kty: 'OKP', crv: 'Ed25519', x: answer.identity }
  const transcript = transcriptOf({ clientKey: raw(key), gatewayKey: raw(far), identity: raw(identity) })
  const shared = diffieHellman({
    privateKey: own.privateKey,
    publicKey: createPublicKey({ key: far, format: 'jwk' }),
  })
  const salt = createHash('sha256').update(transcript).digest()
  const keys = (from: 'client' | 'gateway', kid: number) =>
    frameKeysOf(new Uint8Array(hkdfSync('sha256', shared, salt, baseKeyInfo(from), 32)), kid)
  const sealer = createFrameSealer(keys('client', CLIENT_KID))
  const opener = createFrameOpener(keys('gateway', GATEWAY_KID))
  const wire: Buffer[] = []
  const opened: OpenedFrame[] = []
  let wake = () => {}
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    wire.push(data)
    if (isBinary) opened.push(opener.open(data))
    wake()
  })
  socket.on('close', () => wake())

  async function until<Found>(look: () => Found | undefined): Promise<Found> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (socket.readyState === socket.CLOSED) throw new Error('The socket closed first.')
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }

  function seal(message: object | Uint8Array): Buffer {
    return sealer.seal(message instanceof Uint8Array ? message : JSON.stringify(message))
  }

  return {
    socket,
    wire,
    opened,
    signatureHolds: verify(
      null,
      transcript,
      createPublicKey({ key: identity, format: 'jwk' }),
      Buffer.from(answer.signature, 'base64url'),
    ),
    seal,
    send: message => socket.send(seal(message)),
    until: type =>
      until(() => {
        const texts = opened.filter(({ isBinary }) => !isBinary).map(({ bytes }) => String(bytes))
        const messages = texts.map(text => serverMessageSchema.parse(JSON.parse(text)))
        return messages.find(message => message.type === type) as never
      }),
    untilSound: () => until(() => opened.find(({ isBinary }) => isBinary)?.bytes),
  }
}
