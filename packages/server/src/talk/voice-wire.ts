import type { IncomingMessage } from 'node:http'
import { ParleyError } from '@parley/core'
import { type ClientMessageInput, type ServerMessage, serverMessageSchema } from '@parley/protocol'
import { WebSocket } from 'ws'
import { beginSeal, type Seal, type SealHandshake } from './seal-wire.js'

/**
 * One socket to the voice door of any gateway. Messages are checked by the protocol's own schemas; ones of a kind this
 * version does not know are passed over, as the protocol asks.
 */
export interface VoiceWire {
  send(message: ClientMessageInput): void
  /** PCM16 of the announced input rate. The samples may be reused after the call. */
  sendAudio(samples: Int16Array): void
  close(): void
}

export interface VoiceWireOptions {
  /** `ws://…/v1/voice`. */
  readonly url: string
  readonly token?: string | undefined
  /** Seals all of it; the gateway has to have one of these keys, if there are any. Default: in plain text. */
  readonly gatewayKeys?: readonly string[] | undefined
  readonly onMessage: (message: ServerMessage) => void
  readonly onAudio: (samples: Int16Array) => void
  /** Once, whoever closed it. */
  readonly onClose: (code: number, reason: string) => void
}

/**
 * Resolves once connected, and sealed where that was asked for. @throws ParleyError `timeout` where nobody answers,
 * `forbidden` where it is not the gateway of these keys, else what the gateway refused with
 */
export function connectVoice(options: VoiceWireOptions): Promise<VoiceWire> {
  const handshake = options.gatewayKeys === undefined ? undefined : beginSeal(options.gatewayKeys)
  const protocols = ['parley.v1', ...(options.token === undefined ? [] : [`bearer.${options.token}`])]
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(options.url, protocols, {
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    })
    socket.binaryType = 'nodebuffer'
    socket.on('unexpected-response', (_request, response) => {
      void refusalOf(response, options.url).then(error => {
        reject(error)
        socket.terminate()
      })
    })
    socket.on('error', cause => reject(unreachable(options.url, cause)))
    socket.on('open', () => {
      if (handshake === undefined) resolve(wireOf(socket, undefined))
      else socket.send(JSON.stringify(handshake.message))
    })
    socket.on('close', (code, reason) => {
      reject(new ParleyError('engine_failed', 'The gateway hung up before the conversation was sealed.'))
      options.onClose(code, reason.toString())
    })
    let seal: Seal | undefined

    function take(data: Buffer, isBinary: boolean): void {
      if (isBinary) options.onAudio(samplesOf(data))
      else if (!read(data.toString(), options.onMessage)) socket.close(1003, 'not a voice gateway')
    }

    function takeSealed({ answered }: SealHandshake, data: Buffer, isBinary: boolean): void {
      if (seal === undefined) {
        read(data.toString(), answer => {
          seal = answered(answer)
        })
        return seal === undefined ? socket.close(1003, 'no answer to encrypt') : resolve(wireOf(socket, seal))
      }
      // What was put between in plain text is not heard.
      if (!isBinary) return
      const { bytes, isBinary: isSound } = seal.open(data)
      take(bytes, isSound)
    }

    socket.on('message', (data: Buffer, isBinary) => {
      if (handshake === undefined) return take(data, isBinary)
      try {
        takeSealed(handshake, data, isBinary)
      } catch (thrown) {
        // A changed message is dropped, as the gateway drops ours; before the keys stand it is the end.
        if (seal !== undefined) return
        reject(ParleyError.from(thrown))
        socket.close(1008, 'not trusted')
      }
    })
  })
}

function wireOf(socket: WebSocket, seal: Seal | undefined): VoiceWire {
  return {
    send(message) {
      const text = JSON.stringify(message)
      socket.send(seal === undefined ? text : seal.seal(text))
    },
    sendAudio(samples) {
      if (socket.readyState !== WebSocket.OPEN) return
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
      // A copy: ws may still hold the bytes after the caller has reused them.
      socket.send(seal === undefined ? Buffer.from(bytes) : seal.seal(bytes))
    },
    close: () => socket.close(1000),
  }
}

/** Whether the text was JSON at all. */
function read(text: string, onMessage: (message: ServerMessage) => void): boolean {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return false
  }
  const parsed = serverMessageSchema.safeParse(json)
  if (parsed.success) onMessage(parsed.data)
  return true
}

/** A copy, because PCM16 needs an even offset and network buffers have any. */
export function samplesOf(data: Buffer): Int16Array {
  const bytes = new Uint8Array(data.length & ~1)
  bytes.set(data.subarray(0, bytes.length))
  return new Int16Array(bytes.buffer)
}

/** What to tell whoever named an address where nobody answers. */
export function unreachable(url: string, cause: Error): ParleyError {
  const code = 'code' in cause ? String(cause.code) : ''
  const shown = withoutQuery(url)
  const message =
    code === 'ECONNREFUSED'
      ? `Nobody listens at ${shown}; start a gateway with \`parley start\` or name one with --url.`
      : `${shown} cannot be reached (${cause.message || code}); check --url.`
  return new ParleyError('timeout', message, { cause, retryable: true })
}

/** What a gateway refused a socket with, as an error for people. */
export async function refusalOf(response: IncomingMessage, url: string): Promise<ParleyError> {
  const status = response.statusCode ?? 0
  const reason = await sentenceOf(response)
  if (status === 401) {
    return new ParleyError('unauthenticated', `The gateway wants a valid token; give --token. (${reason})`)
  }
  if (status === 403) return new ParleyError('forbidden', reason)
  if (status === 429) return new ParleyError('rate_limited', reason)
  const message = `${withoutQuery(url)} answered ${status}: ${reason}`
  return new ParleyError(status === 404 ? 'not_found' : 'overloaded', message, { retryable: status >= 500 })
}

async function sentenceOf(response: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of response) {
    body += String(part)
    if (body.length > 10_000) break
  }
  try {
    const parsed: unknown = JSON.parse(body)
    const problem = (parsed as { error?: { message?: unknown } } | null)?.error?.message
    return typeof problem === 'string' ? problem : 'it is no Parley gateway'
  } catch {
    return 'it is no Parley gateway'
  }
}

function withoutQuery(url: string): string {
  return url.split('?')[0] ?? url
}
