/**
 * A Socket.IO connection in the shape of a socket, for networks that let through nothing but what looks like HTTP: the
 * voice protocol under the names of docs/socketio.md. Loaded, with `socket.io-client`, by pages that ask for it.
 *
 * What the edge keeps for a client that comes back is found by its session there; that stands for the resume token here.
 * Invariant: `onclose` is told once, never after `close`, and nothing of the connection is left behind it.
 */
import type { ClientMessageInput, ServerMessage, SocketioAnswer } from '@parley/protocol'
import { socketioEventOfMessage } from '@parley/protocol/socketio-events'
import type { Socket } from 'socket.io-client'
import type { SocketLike } from '../environment.js'
import { codeOfError, codeOfLast, LOST_CODE } from '../webrtc/close-codes.js'

export interface SocketioSocketOptions {
  /** ws(s) address of the gateway, and what is offered to it, as for a socket. */
  readonly url: string
  readonly protocols: readonly string[]
  /** Begins to connect, and never tries again by itself. */
  readonly connect: (origin: string, token: string | undefined) => Socket
}

type Client<Type extends ClientMessageInput['type']> = Extract<ClientMessageInput, { type: Type }>
type Plain = Exclude<ClientMessageInput['type'], 'hello' | 'bye' | 'encrypt'>

const eventOf: Readonly<Record<Plain, string>> = {
  ping: 'ping',
  text: 'message',
  interrupt: 'barge-in',
  commit: 'audio:commit',
  played: 'audio:played',
  'take-over': 'call:take-over',
  consent: 'call:consent',
}
const messageOf: ReadonlyMap<string, string> = new Map(
  Object.entries(socketioEventOfMessage).map(([type, event]) => [event, type]),
)
const ENDED_CODE = 1000

export function openSocketioSocket({ url, protocols, connect }: SocketioSocketOptions): SocketLike {
  const token = protocols.find(each => each.startsWith('bearer.'))?.slice('bearer.'.length)
  const io = connect(new URL(url.replace(/^ws/, 'http')).origin, token)
  let session = ''
  let lastCode: number | undefined
  let over = false

  const socket: SocketLike & { readyState: number } = {
    binaryType: 'arraybuffer',
    readyState: 0,
    get bufferedAmount() {
      return waitingBytes(io)
    },
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send(message) {
      if (over) return
      if (typeof message !== 'string') io.emit('audio:chunk', message)
      else say(JSON.parse(message) as ClientMessageInput)
    },
    close(code) {
      if (over) return
      leave()
      // A disconnect of Socket.IO ends the conversation; a line that breaks leaves it waiting.
      if (code === ENDED_CODE) io.disconnect()
      else io.io.engine.close()
    },
  }

  function leave(): void {
    over = true
    socket.readyState = 3
    io.offAny()
    io.removeAllListeners()
  }

  function lose(code: number, reason: string): void {
    if (over) return
    leave()
    io.disconnect()
    socket.onclose?.({ code, reason })
  }

  function tell(message: object): void {
    const text = JSON.stringify(message)
    lastCode = codeOfLast(text) ?? lastCode
    if (!over) socket.onmessage?.({ data: text })
  }

  function refuse(code: string, message: string): void {
    tell({ type: 'error', code, message, fatal: true } satisfies ServerMessage)
    lose(codeOfError(code), code)
  }

  function say(message: ClientMessageInput): void {
    if (message.type === 'hello') void begin(message)
    else if (message.type === 'bye') io.emit('call:end')
    else if (message.type !== 'encrypt') {
      const { type, ...payload } = message
      io.emit(eventOf[type], payload)
    }
  }

  async function begin(hello: Client<'hello'>): Promise<void> {
    if (hello.resume === undefined) return start(hello)
    const back = await ask('authenticate', { ...(token && { token }), sessionId: hello.resume })
    const status = back.ok && back.resumed === true ? await ask('status') : undefined
    // The edge goes on by itself with the conversation that its session holds.
    if (status?.ok !== true || status.callActive !== true)
      return refuse('resume_failed', 'That conversation is over; begin another one.')
    session = hello.resume
  }

  function start({ type, version, resume, ...wish }: Client<'hello'>): void {
    // What refuses it comes as an `error` and a `call:ended` as well.
    io.emit('call:start', wish)
  }

  async function ask(event: string, payload: object = {}): Promise<SocketioAnswer> {
    try {
      return (await io.emitWithAck(event, payload)) as SocketioAnswer
    } catch {
      return { ok: false, code: 'timeout', message: 'The line broke.' }
    }
  }

  async function welcome({ authenticated, sessionId }: { authenticated: boolean; sessionId: string }) {
    session = sessionId
    const known = authenticated ? { ok: true as const } : await ask('authenticate', token ? { token } : {})
    if (over) return
    // What it says comes as the answer to what is sent, as a socket has it.
    if (!known.ok) lose(codeOfError(known.code), known.message)
    else {
      socket.readyState = 1
      socket.onopen?.()
    }
  }

  function hear(event: string, payload: unknown): void {
    if (event === 'audio:chunk') return void (over || socket.onmessage?.({ data: bufferOf(payload) }))
    if (event === 'connected') return void welcome(payload as Parameters<typeof welcome>[0])
    const fields = payload as Readonly<Record<string, unknown>>
    if (event === 'call:ended')
      return lose(
        fields.resumable === true ? LOST_CODE : (lastCode ?? codeOfError('')),
        String(fields.reason),
      )
    // Of a reply that was spoken into, `reply-ended` says it.
    if (event === 'barge-in:ack' && fields.by !== 'command') return
    const type = messageOf.get(event)
    if (type === undefined) return
    // Who is not the speaker joins again.
    const isSpeaker = fields.role === undefined || fields.role === 'speaker'
    const more = type === 'ready' ? { version: 1, resumeToken: isSpeaker ? session : '' } : {}
    tell({ type, ...fields, ...more })
  }

  io.onAny(hear)
  io.on('disconnect', reason => lose(lastCode ?? LOST_CODE, reason))
  io.on('connect_error', error => {
    const { code } = (error as { data?: { code?: string } }).data ?? {}
    lose(code === undefined ? LOST_CODE : codeOfError(code), error.message)
  })
  return socket
}

/** What the engine holds back; what the browser does is not told. */
function waitingBytes(io: Socket): number {
  const packets: readonly { readonly data?: unknown }[] = io.io.engine?.writeBuffer ?? []
  return packets.reduce((sum, { data: content }) => {
    if (typeof content === 'string') return sum + content.length
    return sum + (ArrayBuffer.isView(content) || content instanceof ArrayBuffer ? content.byteLength : 0)
  }, 0)
}

/** Browsers give an ArrayBuffer; others may give a view of a larger one. */
function bufferOf(payload: unknown): ArrayBuffer {
  if (payload instanceof ArrayBuffer) return payload
  const bytes = payload as Uint8Array
  return new Uint8Array(bytes).buffer
}
