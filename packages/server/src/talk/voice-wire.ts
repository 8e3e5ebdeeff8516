import type { IncomingMessage } from 'node:http'
import { ParleyError } from '@parley/core'
import { type ClientMessageInput, type ServerMessage, serverMessageSchema } from '@parley/protocol'
import { WebSocket } from 'ws'

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
  readonly onMessage: (message: ServerMessage) => void
  readonly onAudio: (samples: Int16Array) => void
  /** Once, whoever closed it. */
  readonly onClose: (code: number, reason: string) => void
}

/** Resolves once connected. @throws ParleyError `timeout` where nobody answers, else what the gateway refused with */
export function connectVoice(options: VoiceWireOptions): Promise<VoiceWire> {
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
    socket.on('open', () => resolve(wireOf(socket)))
    socket.on('close', (code, reason) => options.onClose(code, reason.toString()))
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) options.onAudio(samplesOf(data))
      else if (!read(data.toString(), options.onMessage)) socket.close(1003, 'not a voice gateway')
    })
  })
}

function wireOf(socket: WebSocket): VoiceWire {
  return {
    send: message => socket.send(JSON.stringify(message)),
    sendAudio(samples) {
      if (socket.readyState !== WebSocket.OPEN) return
      // A copy: ws may still hold the bytes after the caller has reused them.
      socket.send(Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)))
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
