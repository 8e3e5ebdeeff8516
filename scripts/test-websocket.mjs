// Whether a gateway takes a carrier's media streams: `npm run test:websocket [ws://host:port]`.
import { createSteps, openSocket } from './phone-check.mjs'

const HELP = `Usage: npm run test:websocket [url]

Connects to a gateway as a carrier does, asks for its health, and sends the messages of a media stream.
  url    ws://, wss://, http:// or https:// (default: WEBSOCKET_SERVER_URL, else ws://localhost:$WEBSOCKET_PORT or :8080)
Exit code 1 if any of it fails.`

/** Long enough to be dropped by a server that does not understand, ms. */
const STAYS_MS = 1_000
/** A silent 20 ms of µ-law. */
const SILENCE = Buffer.alloc(160, 0xff).toString('base64')

const [given] = process.argv.slice(2)
if (given === '--help' || given === '-h') {
  console.log(HELP)
  process.exit(0)
}
const target =
  given ?? process.env.WEBSOCKET_SERVER_URL ?? `ws://localhost:${process.env.WEBSOCKET_PORT ?? 8080}`
const full = /^\w+:\/\//.test(target) ? target : `ws://${target}`
if (!URL.canParse(full)) {
  console.error(`${target} is no address; give for example ws://localhost:8080`)
  process.exit(1)
}
const socketUrl = new URL(full.replace(/^http/, 'ws'))
const healthUrl = new URL('/health', full.replace(/^ws/, 'http'))
const steps = createSteps()
const { step } = steps
console.log(`Testing ${socketUrl.href}`)

async function health() {
  const response = await fetch(healthUrl, { signal: AbortSignal.timeout(10_000) })
  const body = await response.json()
  if (!['ok', 'healthy'].includes(body.status))
    throw new Error(`${response.status}, status is ${body.status}`)
  return body.activeCalls === undefined ? body.status : `${body.status}, ${body.activeCalls} calls`
}

await step('Basic connection', async () => {
  const { socket } = await openSocket(socketUrl.href)
  socket.close(1000)
})
await step('Health check', health)
await step('Media-stream messages', async () => {
  const stream = await openSocket(socketUrl.href)
  stream.send({ event: 'connected', protocol: 'Call', version: '0.2.0' })
  stream.send({
    event: 'start',
    sequenceNumber: '1',
    start: {
      callSid: 'TEST123',
      streamSid: 'STREAM123',
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    },
  })
  for (let chunk = 1; chunk <= 5; chunk++) {
    if (stream.closed !== undefined) break
    const media = {
      track: 'inbound',
      chunk: String(chunk),
      timestamp: String((chunk - 1) * 20),
      payload: SILENCE,
    }
    stream.send({ event: 'media', sequenceNumber: String(chunk + 1), media })
  }
  const over = await stream.until(STAYS_MS, seen => seen.closed, '').catch(() => undefined)
  if (over === undefined) {
    stream.send({ event: 'stop', sequenceNumber: '7' })
    stream.socket.close(1000)
    const sounds = stream.messages.filter(({ event }) => event === 'media').length
    return sounds > 0 ? `answered with ${sounds} pieces of sound` : 'the stream stays open'
  }
  // A gateway that lets in nobody without a ticket has read the message, and says so.
  if (over.code === 1008 && /^(unauth|forbidden|token|ticket)/i.test(over.reason))
    return `understood, and refused without a ticket: ${over.reason}`
  throw new Error(`the server closed the stream with ${over.code} ${over.reason}`)
})
await step('Health check afterwards', health)
process.exit(steps.failed > 0 ? 1 : 0)
