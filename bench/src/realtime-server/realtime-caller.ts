import { Buffer } from 'node:buffer'
import { WebSocket } from 'ws'

const RATE = 24_000
const FRAME_MS = 20
/** The server does not know what was played and adds what the way may take. */
const SETTLE_MS = 1_000
const BYTES_PER_MS = (RATE * 2) / 1000

/** A client of a Realtime server as plain as can be, which plays what it gets and notes what came late. */
export interface RealtimeCaller {
  /** Sends 20 ms of silence. */
  tick(): void
  /** Asks for an answer to a typed turn. Does nothing while one is made or played: the next would wait for its end. */
  ask(text: string): void
  /** Whether an answer is made or played. */
  readonly isBusy: boolean
  /** From `response.create` to the first sound of each answer, ms. */
  readonly firstAudioMs: number[]
  /** Lateness of each delta against the line that playing began with the first, ms; on time is 0. */
  readonly lateMs: number[]
  /** Sound of answers so far, ms. */
  readonly heardMs: number
  readonly answers: number
  readonly errors: readonly string[]
  close(): void
}

interface ServerEvent {
  readonly type: string
  readonly delta?: string
  readonly error?: { readonly message?: string }
}

/** Resolves once the session has taken its settings: only `response.create` asks for answers. */
export async function connectRealtimeCaller(url: string): Promise<RealtimeCaller> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`, {
    headers: { authorization: 'Bearer bench' },
    perMessageDeflate: false,
  })
  const append = JSON.stringify({
    type: 'input_audio_buffer.append',
    audio: Buffer.alloc(FRAME_MS * BYTES_PER_MS).toString('base64'),
  })
  const firstAudioMs: number[] = []
  const lateMs: number[] = []
  const errors: string[] = []
  let asked: number | undefined
  let idleAtMs = 0
  let line: { readonly startedAt: number; ms: number } | undefined
  let heardMs = 0
  let answers = 0
  const send = (event: object) => socket.send(JSON.stringify(event))

  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the gateway closed the socket')))
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(String(data)) as ServerEvent
      if (event.type === 'session.created')
        send({
          type: 'session.update',
          session: { type: 'realtime', audio: { input: { turn_detection: null } } },
        })
      if (event.type === 'session.updated') resolve()
      take(event)
    })
  })

  function take({ type, delta, error }: ServerEvent): void {
    if (type === 'error') errors.push(error?.message ?? 'error')
    if (type === 'response.done') {
      answers += 1
      asked = undefined
      if (line !== undefined) idleAtMs = line.startedAt + line.ms + SETTLE_MS
      line = undefined
    }
    if (type !== 'response.output_audio.delta' || delta === undefined || asked === undefined) return
    const nowMs = performance.now()
    const ms = Buffer.byteLength(delta, 'base64') / BYTES_PER_MS
    if (line === undefined) {
      firstAudioMs.push(nowMs - asked)
      line = { startedAt: nowMs, ms: 0 }
    } else lateMs.push(Math.max(0, nowMs - line.startedAt - line.ms))
    line.ms += ms
    heardMs += ms
  }

  return {
    firstAudioMs,
    lateMs,
    errors,
    get heardMs() {
      return heardMs
    },
    get answers() {
      return answers
    },
    get isBusy() {
      return asked !== undefined || performance.now() < idleAtMs
    },
    tick() {
      if (socket.readyState === WebSocket.OPEN) socket.send(append)
    },
    ask(text) {
      if (asked !== undefined || performance.now() < idleAtMs || socket.readyState !== WebSocket.OPEN) return
      const content = [{ type: 'input_text', text }]
      send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
      asked = performance.now()
      send({ type: 'response.create' })
    },
    close: () => socket.close(1000),
  }
}
