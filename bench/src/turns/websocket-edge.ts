/** Calls over `/v1/voice`: PCM16 both ways, a reckoned ear behind a jitter buffer, reports of what it played. */
import type { ServerMessage } from '@parley/protocol'
import { WebSocket } from 'ws'
import { ECHO_DELAY_MS, mouthOf } from './background.js'
import type { Call, CallOptions, Edge } from './call.js'
import type { Bed } from './clip.js'
import { createEar } from './ear.js'
import { levelDb } from './level.js'
import { FRAME_MS } from './mouth.js'
import type { Pace } from './pace.js'
import type { AgentFrame, Trace } from './trace.js'
import { createWaiting } from './waiting.js'

const RATE = 16_000
/** Jitter buffer and sound card of the caller. */
const JITTER_MS = 60
const REPORT_MS = 50
export interface WebSocketEdgeOptions {
  readonly url: string
  readonly pace: Pace
  readonly beds: readonly Bed[]
  /** Whether callers report what they played; else the gateway estimates. */
  readonly reports: boolean
}

export function createWebSocketEdge({ url, pace, beds, reports }: WebSocketEdgeOptions): Edge {
  return {
    name: 'websocket',
    rate: RATE,
    async open(options) {
      const socket = await connect(`${url.replace('http', 'ws')}/v1/voice`)
      return talk(socket, options, { pace, beds, reports })
    },
    complete: async traces => traces,
  }
}

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, ['parley.v1'], { perMessageDeflate: false })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return socket
}

function talk(
  socket: WebSocket,
  options: CallOptions,
  { pace, beds, reports }: Pick<WebSocketEdgeOptions, 'pace' | 'beds' | 'reports'>,
): Call {
  const { echoDb, keepSound, phase } = options
  const mouth = mouthOf(RATE, beds, options)
  const ear = createEar({ rate: RATE, jitterMs: JITTER_MS })
  const echo = echoDb === undefined ? undefined : new Float32Array((RATE * FRAME_MS) / 1000)
  const echoGain = 10 ** ((echoDb ?? 0) / 20)
  const trace = {
    sentAtMs: [] as number[],
    frames: [] as AgentFrame[],
    clears: [] as { atMs: number; reply: string }[],
    ducks: [] as { atMs: number; on: boolean }[],
    messages: [] as { atMs: number; message: ServerMessage }[],
    words: [] as { reply: string; text: string; untilMs: number }[],
    remembered: [] as { reply: string; interrupted: boolean; heardText: string }[],
    sound: [] as { reply: string; fromMs: number; samples: Int16Array }[],
  }
  const waiting = createWaiting()
  let reply: string | undefined
  let placeMs = 0
  let ended = 0
  let ticks = 0

  function send(message: object): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }

  function report(of: string | undefined): void {
    if (of === undefined || !reports) return
    const ms = ear.position(of, performance.now())
    if (ms !== undefined) send({ type: 'played', reply: of, ms })
  }

  function takeSound(data: Buffer, atMs: number): void {
    if (reply === undefined) return
    const samples = new Int16Array(data.length / 2)
    for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(2 * i)
    const durationMs = (samples.length * 1000) / RATE
    trace.frames.push({ atMs, reply, fromMs: placeMs, durationMs, levelDb: levelDb(samples) })
    if (keepSound) trace.sound.push({ reply, fromMs: placeMs, samples })
    ear.frame(samples, atMs)
    placeMs += durationMs
  }

  function take(message: ServerMessage, atMs: number): void {
    trace.messages.push({ atMs, message })
    switch (message.type) {
      case 'audio-begin':
        reply = message.reply
        placeMs = message.fromMs
        return ear.begin(message.reply, message.fromMs)
      case 'clear':
        trace.clears.push({ atMs, reply: message.reply })
        ear.clear(message.reply, atMs)
        if (reply === message.reply) reply = undefined
        return report(message.reply)
      case 'duck':
        trace.ducks.push({ atMs, on: message.on })
        return ear.duck(message.on, atMs)
      case 'reply-words':
        trace.words.push({ reply: message.reply, text: message.text, untilMs: message.untilMs })
        return
      case 'reply-ended': {
        ended += 1
        const { reply, interrupted, heard } = message
        trace.remembered.push({ reply, interrupted, heardText: heard.text })
        return
      }
      default:
    }
  }

  socket.on('message', (data: Buffer, binary) => {
    const atMs = performance.now()
    if (binary) takeSound(data, atMs)
    else take(JSON.parse(String(data)) as ServerMessage, atMs)
  })
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  const format = { codec: 'pcm16', sampleRate: RATE }
  send({ type: 'hello', version: 1, input: format, output: format, reportsPlayed: reports })

  let microphoneMs = performance.now()
  const stopPace = pace.add(() => {
    const nowMs = performance.now()
    // A sound card takes sample after sample, however late the program that reads it is.
    microphoneMs += FRAME_MS
    if (echo !== undefined) {
      echo.fill(0)
      ear.echo(echo, microphoneMs - FRAME_MS - ECHO_DELAY_MS, echoGain)
    }
    const frame = mouth.next(echo)
    trace.sentAtMs.push(nowMs)
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength))
    }
    ticks += 1
    if (ticks % (REPORT_MS / FRAME_MS) < 1) report(trace.frames.at(-1)?.reply)
    waiting.check(socket.readyState !== WebSocket.OPEN)
  }, phase)

  return {
    get audibleAtMs() {
      return ear.heard(performance.now())[0]?.startMs
    },
    get lastHeardMs() {
      const nowMs = performance.now()
      const last = ear.heard(nowMs).at(-1)
      return last === undefined ? Number.NEGATIVE_INFINITY : last.startMs + last.durationMs
    },
    get firstOver() {
      return ended > 0
    },
    say(clip, delayMs) {
      const leadMs = Math.max(0, delayMs - clip.onsetMs)
      const first = mouth.frames * ((RATE * FRAME_MS) / 1000)
      mouth.say(clip, leadMs)
      return first + Math.round(((leadMs + clip.onsetMs) * RATE) / 1000)
    },
    sampleIn: delayMs =>
      mouth.frames * ((RATE * FRAME_MS) / 1000) + Math.round((Math.max(0, delayMs) * RATE) / 1000),
    until: waiting.until,
    async end() {
      const endMs = performance.now()
      const { sentAtMs, frames, clears, ducks, messages, words, remembered, sound } = trace
      // What hanging up brings about is not part of the call.
      const kept: Trace = {
        sentAtMs: [...sentAtMs],
        frames: [...frames],
        clears: [...clears],
        ducks: [...ducks],
        messages: [...messages],
        words: [...words],
        remembered: [...remembered],
        sound: [...sound],
        heard: ear.heard(endMs),
        endMs,
      }
      stopPace()
      send({ type: 'bye' })
      const giveUp = setTimeout(() => socket.terminate(), 3_000)
      await closed
      clearTimeout(giveUp)
      return kept
    },
  }
}
