import type { ServerMessage, ServerMessageOf } from '@parley/protocol'
import { WebSocket } from 'ws'

export const CALLER_RATE = 16_000
const FRAME_MS = 20
const FRAME_BYTES = (CALLER_RATE * FRAME_MS * 2) / 1000

/** One caller of a load: sends a frame every 20 ms, plays what comes, and notes how late each agent frame was. */
export interface BenchCaller {
  /** Speaks from now on; the recording is PCM16 at `CALLER_RATE`. */
  speak(recording: Buffer): void
  /** Sends one frame of what is being said, or of silence. */
  tick(): void
  /** Lateness of each agent frame against its playout line, ms; on time is 0. */
  readonly lateMs: number[]
  readonly ledgers: ServerMessageOf<'ledger'>['ledger'][]
  readonly messages: ServerMessage[]
  /** Resolves at the next message that fits. */
  next(fits: (message: ServerMessage) => boolean): Promise<ServerMessage>
  close(): void
}

export async function connectCaller(url: string): Promise<BenchCaller> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/voice`, ['parley.v1'], {
    perMessageDeflate: false,
  })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const silence = Buffer.alloc(FRAME_BYTES)
  const lateMs: number[] = []
  const ledgers: ServerMessageOf<'ledger'>['ledger'][] = []
  const messages: ServerMessage[] = []
  const waiting = new Map<(message: ServerMessage) => boolean, (message: ServerMessage) => void>()
  let said: { readonly recording: Buffer; at: number } | undefined
  let reply:
    | { readonly id: string; readonly startedAt: number; readonly fromMs: number; ms: number }
    | undefined

  function report(): void {
    if (reply === undefined || socket.readyState !== WebSocket.OPEN) return
    const played = Math.min(reply.ms, performance.now() - reply.startedAt)
    socket.send(JSON.stringify({ type: 'played', reply: reply.id, ms: reply.fromMs + played }))
  }
  const reporting = setInterval(report, 50)

  socket.on('message', (data: Buffer, binary) => {
    if (binary) {
      if (reply === undefined) return
      // Playing began with the first frame; a frame that comes after its moment on that line is late.
      lateMs.push(Math.max(0, performance.now() - reply.startedAt - reply.ms))
      reply.ms += data.length / 2 / (CALLER_RATE / 1000)
      return
    }
    const message = JSON.parse(String(data)) as ServerMessage
    messages.push(message)
    if (message.type === 'audio-begin') {
      reply = { id: message.reply, startedAt: performance.now(), fromMs: message.fromMs, ms: 0 }
      setImmediate(report)
    }
    if (message.type === 'clear' && message.reply === reply?.id) {
      // The last word on it: from there the gateway goes on if the overlap was nothing.
      report()
      reply = undefined
    }
    if (message.type === 'ledger') ledgers.push(message.ledger)
    for (const [fits, resolve] of waiting) {
      if (!fits(message)) continue
      waiting.delete(fits)
      resolve(message)
    }
  })
  socket.on('close', () => clearInterval(reporting))
  const format = { codec: 'pcm16', sampleRate: CALLER_RATE }
  socket.send(
    JSON.stringify({ type: 'hello', version: 1, input: format, output: format, reportsPlayed: true }),
  )
  return {
    lateMs,
    ledgers,
    messages,
    speak(recording) {
      said = { recording, at: 0 }
    },
    tick() {
      if (socket.readyState !== WebSocket.OPEN) return
      const frame = said?.recording.subarray(said.at, said.at + FRAME_BYTES)
      if (said !== undefined) said.at += FRAME_BYTES
      if (said !== undefined && said.at >= said.recording.length) said = undefined
      socket.send(frame !== undefined && frame.length === FRAME_BYTES ? frame : silence)
    },
    next: fits => new Promise(resolve => waiting.set(fits, resolve)),
    close() {
      clearInterval(reporting)
      socket.close(1000)
    },
  }
}

/** Gives every caller its turn each 20 ms, on the grid. Returns how to stop. */
export function keepPace(callers: readonly BenchCaller[]): () => void {
  const startedAt = performance.now()
  let ticks = 0
  let timer: NodeJS.Timeout
  function beat(): void {
    const due = Math.floor((performance.now() - startedAt) / FRAME_MS)
    for (; ticks < due; ticks++) for (const caller of callers) caller.tick()
    timer = setTimeout(beat, Math.max(1, startedAt + (ticks + 1) * FRAME_MS - performance.now()))
  }
  beat()
  return () => clearTimeout(timer)
}
