/**
 * The edges alone, in a process of their own: a session that notes when a burst of the caller is heard, says a tone when it
 * is told to, and takes it back at the next burst. No ear, no recogniser, no voice. Speaks with the bench over IPC.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type AudioFrame, loadOpus, loadResampling, sine } from '@parley/audio'
import {
  createTicker,
  noSteering,
  type ReplyId,
  type SessionEvent,
  systemClock,
  type Transport,
} from '@parley/core'
import {
  createGatewayIdentity,
  createSocketioServer,
  createSocketioSessions,
  defaultSocketioLimits,
  defaultVoiceLimits,
  loadRtcLibrary,
  SOCKETIO_PATH,
  serveVoiceCall,
  serveVoiceSocket,
  type VoiceHost,
  type VoiceOpenRequest,
} from '@parley/transports'
import { WebSocketServer } from 'ws'

export type ToEdge =
  | { readonly do: 'say'; readonly ms: number; readonly interruptible: boolean }
  | { readonly do: 'count' }
  /** Scripts of the page, by path. */
  | { readonly do: 'serve'; readonly scripts: Readonly<Record<string, string>> }

export type FromEdge =
  | { readonly told: 'listening'; readonly url: string; readonly pin: string }
  /** Times are of the epoch, ms. */
  | { readonly told: 'heard' | 'said' | 'cut'; readonly atMs: number }
  | { readonly told: 'counted'; readonly cpuMs: number; readonly inBytes: number; readonly outBytes: number }

const LOUD = 3_000
const QUIET_MS = 150
const FRAME_MS = 20

const clock = systemClock
const [library, opus, resampling] = await Promise.all([loadRtcLibrary(), loadOpus(), loadResampling()])
const ticker = createTicker(clock)
const world = { library, opus, clock, ticker, random: Math.random }
const log = { info() {}, warn() {} }
const principal = { tenant: 'bench', subject: 'bench' }
const identity = createGatewayIdentity(new Uint8Array(32).fill(9))
const opusManner = { sampleRate: 24_000, packetMs: 20, bitrate: 32_000 } as const
/** Of the same clock as the page's stamps. */
const epochMs = () => Date.now()
const tell = (message: FromEdge) => void process.send?.(message)

/** The one session that is open. */
let present: { say(ms: number, interruptible: boolean): void } | undefined
let replies = 0

async function place({ transport }: VoiceOpenRequest) {
  let lastLoudMs = Number.NEGATIVE_INFINITY
  let stop: (() => void) | undefined
  let speaking: { readonly reply: ReplyId; readonly interruptible: boolean } | undefined

  function silence(): void {
    stop?.()
    if (speaking === undefined) return
    transport.clear(speaking.reply)
    tell({ told: 'cut', atMs: epochMs() })
    speaking = undefined
  }

  transport.open({
    steering: noSteering,
    audio({ samples }: AudioFrame) {
      if (!samples.some(sample => Math.abs(sample) > LOUD)) return
      const nowMs = epochMs()
      if (nowMs - lastLoudMs > QUIET_MS) {
        tell({ told: 'heard', atMs: nowMs })
        if (speaking?.interruptible) silence()
      }
      lastLoudMs = nowMs
    },
    interrupt: () => undefined,
    commit() {},
    text() {},
    dtmf() {},
    played() {},
    closed: reason => {
      stop?.()
      transport.close(reason)
    },
  })
  present = {
    say(ms, interruptible) {
      stop?.()
      speaking = { reply: `rpl_${++replies}` as ReplyId, interruptible }
      stop = speak(transport, speaking.reply, ms)
    },
  }
  const facts = { agent: 'bench', language: 'en', recogniser: null, voice: null }
  return { session: `ses_${++replies}`, resumeToken: `tok_${replies}`, resumed: false, ...facts }
}

/** A tone on the beat, as far ahead of its time as the edge takes it; returns how to stop. */
function speak(transport: Transport, reply: ReplyId, ms: number): () => void {
  const rate = transport.outputRate
  const tone = sine({ rate, hz: 440, durationMs: ms })
  const send = (event: object) => transport.send({ atMs: 0, ...event } as SessionEvent)
  const beganMs = clock.now()
  let sentMs = 0
  send({ kind: 'reply-started', turn: `trn_${reply}`, reply })
  tell({ told: 'said', atMs: epochMs() })
  const beat = () => {
    while (sentMs < ms && sentMs <= clock.now() - beganMs + transport.aheadMs) {
      const from = (sentMs * rate) / 1000
      transport.play({ samples: tone.subarray(from, from + rate / 50), rate, atMs: sentMs }, reply)
      sentMs += FRAME_MS
    }
    if (sentMs < ms) return
    stop()
    send({ kind: 'reply-sent', reply, totalMs: ms })
  }
  const stop = ticker.add(beat)
  beat()
  return stop
}

const host: VoiceHost = { open: place, resume: place }
const socketio = createSocketioServer({
  host,
  sessions: createSocketioSessions({
    clock,
    ttlMs: 60_000,
    maxSessions: 100,
    newId: () => `sio_${Math.random().toString(36).slice(2)}`,
  }),
  ...{ clock, opus, opusManner, log, limits: defaultSocketioLimits, voiceLimits: defaultVoiceLimits },
  listenRate: 16_000,
  identify: async () => principal,
  tokenOf: () => undefined,
  hold: () => () => {},
  warm() {},
})

const page = '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>'
let scripts: Readonly<Record<string, string>> = {}
const sockets = new Set<Socket>()
const gone = { inBytes: 0, outBytes: 0 }
const server = createServer(async (request, response) => {
  const { method, url = '/' } = request
  if (url.startsWith(SOCKETIO_PATH)) return socketio.request(request, response)
  if (method === 'POST') {
    const options = { offerSdp: await text(request), world, resampling, host, log, principal, opusManner }
    const { answerSdp } = await serveVoiceCall({ ...options, onEnd() {} })
    return response.writeHead(201, { location: '/v1/webrtc/rtc_1' }).end(answerSdp)
  }
  const script = scripts[url]
  if (script !== undefined) return response.setHeader('content-type', 'text/javascript').end(script)
  if (url === '/') return response.setHeader('content-type', 'text/html').end(page)
  if (url === '/v1/webrtc/ice') return response.end('{"iceServers":[]}')
  return response.writeHead(404).end()
})
const voice = new WebSocketServer({ noServer: true, handleProtocols: () => 'parley.v1' })
voice.on('connection', socket => {
  const encryption = { identity, required: false }
  const limits = defaultVoiceLimits
  void serveVoiceSocket({ socket, principal, host, clock, opus, opusManner, log, limits, encryption })
})
server.on('upgrade', (request: IncomingMessage, socket, head) => {
  if (request.url?.startsWith(SOCKETIO_PATH)) return socketio.upgrade(request, socket, head)
  voice.handleUpgrade(request, socket, head, open => voice.emit('connection', open, request))
})
server.on('connection', (socket: Socket) => {
  sockets.add(socket)
  socket.once('close', () => {
    sockets.delete(socket)
    gone.inBytes += socket.bytesRead
    gone.outBytes += socket.bytesWritten
  })
})

process.on('message', (message: ToEdge) => {
  if (message.do === 'serve') {
    scripts = message.scripts
    return
  }
  if (message.do === 'say') return present?.say(message.ms, message.interruptible)
  const { user, system } = process.cpuUsage()
  let { inBytes, outBytes } = gone
  for (const socket of sockets) {
    inBytes += socket.bytesRead
    outBytes += socket.bytesWritten
  }
  tell({ told: 'counted', cpuMs: (user + system) / 1_000, inBytes, outBytes })
})
process.on('disconnect', () => process.exit(0))
server.listen(0, '127.0.0.1', () =>
  tell({
    told: 'listening',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pin: identity.pin,
  }),
)
