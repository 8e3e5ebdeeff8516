// A whole call by the phone emulator, from the queue to the lead: `npm run test:call-flow [http://host:port]`.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadResampling, readWav } from '@parley/audio'
import { eventually, startOwnGateway } from './own-gateway.mjs'
import { createSteps, openSocket } from './phone-check.mjs'
import { root } from './workspace.mjs'

const HELP = `Usage: npm run test:call-flow [url]

Queues a call to a telephone of the phone emulator, answers it, talks, hangs up, and waits for what comes of it.
  url    the gateway, with the emulator as its carrier (default: starts one of its own, and stops it again)
PARLEY_TOKEN is brought where it is set. Exit code 1 if any of it fails.`

const NUMBER = '+12025550198'
const LEAD = 'call-flow-test'
const WAIT_MS = 60_000
const RATE = 8_000
const FRAME = 160
/** Nobody spoke for so long: it is our turn, ms. */
const TURN_MS = 800
const VOICE = 600

const [given] = process.argv.slice(2)
if (given === '--help' || given === '-h') {
  console.log(HELP)
  process.exit(0)
}
const token = process.env.PARLEY_TOKEN
const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
const steps = createSteps()
let gateway
let base = given?.replace(/^ws/, 'http').replace(/\/+$/, '')

async function api(method, path, body) {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`)
  return text === '' ? undefined : JSON.parse(text)
}

async function speechOf(path) {
  const wav = readWav(new Uint8Array(await readFile(path)))
  const resampler = (await loadResampling()).create({ fromRate: wav.sampleRate, toRate: RATE })
  const samples = resampler.process(wav.samples).slice()
  resampler.close()
  return samples
}

/** Speaks at the pace of time; silence afterwards is the line's own. */
async function speak(phone, samples) {
  const beganMs = performance.now()
  for (let at = 0; at < samples.length; at += FRAME) {
    phone.socket.send(Buffer.from(samples.slice(at, at + FRAME).buffer))
    const dueMs = beganMs + (at / RATE) * 1000
    if (dueMs > performance.now())
      await new Promise(resolve => setTimeout(resolve, dueMs - performance.now()))
  }
}

const isLoud = piece =>
  new Int16Array(new Uint8Array(piece).buffer, 0, piece.length >> 1).some(sample => Math.abs(sample) > VOICE)

/** The other side was heard since, and is quiet now. */
function spoke(phone, from) {
  const pieces = phone.audio.slice(from)
  const last = pieces.findLastIndex(isLoud)
  return last >= 0 && (pieces.length - 1 - last) * 20 >= TURN_MS
}

let phone
let call
/** Each step needs the one before. */
const flow = [
  [
    'The gateway is healthy',
    async () => {
      if (base === undefined) {
        gateway = await startOwnGateway({ PARLEY_CARRIER: 'emulator' })
        base = gateway.base
      }
      const response = await fetch(`${base}/health`, { signal: AbortSignal.timeout(10_000) })
      if (!response.ok) throw new Error(`/health answered ${response.status}`)
      return base
    },
  ],
  [
    'A telephone is registered',
    async () => {
      phone = await openSocket(`${base.replace(/^http/, 'ws')}/v1/handset`, {
        protocols: ['parley.handset.v1'],
        headers: authorization,
      })
      phone.send({ type: 'hello', version: 1, number: NUMBER })
      await phone.until(
        10_000,
        ({ messages }) => messages.some(({ type }) => type === 'ready'),
        'it was not taken',
      )
      return NUMBER
    },
  ],
  [
    'A lead is stored',
    () => api('PUT', `/api/leads/${LEAD}`, { phone: NUMBER, name: 'Ada', status: 'new' }).then(() => LEAD),
  ],
  [
    'A call is queued',
    async () => {
      call = (await api('POST', '/api/calls', { to: NUMBER, lead: LEAD, facts: { name: 'Ada' } })).id
      return call
    },
  ],
  [
    'The worker dials, and the telephone rings',
    () =>
      phone.until(
        WAIT_MS,
        ({ messages }) => messages.find(({ type }) => type === 'ringing')?.from,
        'it never rang',
      ),
  ],
  [
    'It is answered, and the media stream opens',
    async () => {
      phone.send({ type: 'answer' })
      await phone.until(
        WAIT_MS,
        ({ messages }) => messages.some(({ type, on }) => type === 'stream' && on),
        'no stream was opened',
      )
    },
  ],
  [
    'The agent speaks',
    async () => {
      await phone.until(WAIT_MS, () => spoke(phone, 0), 'the agent was not heard')
      const first = phone.audio.findIndex(isLoud)
      return `first heard after ${first * 20} ms`
    },
  ],
  [
    'The caller speaks, and is answered',
    async () => {
      const from = phone.audio.length
      await speak(phone, await speechOf(join(root, 'fixtures/audio/clips/jfk.wav')))
      await phone.until(WAIT_MS, () => spoke(phone, from), 'no answer was heard')
    },
  ],
  [
    'The caller hangs up',
    async () => {
      phone.send({ type: 'hang-up' })
      const over = await phone.until(
        WAIT_MS,
        ({ messages }) => messages.find(({ type }) => type === 'over'),
        'the call did not end',
      )
      return `${over.status} after ${(over.atMs / 1000).toFixed(1)} s`
    },
  ],
  [
    'The call is completed',
    async () => {
      const found = await eventually(
        () => api('GET', `/api/calls/${call}`),
        ({ status }) => ['completed', 'failed', 'unreached', 'cancelled'].includes(status),
        ({ status }) => `its status is still ${status}`,
      )
      if (found.status !== 'completed') throw new Error(`its status is ${found.status}`)
    },
  ],
  [
    'The summary is there',
    async () => {
      const { outcome } = await eventually(
        () => api('GET', `/api/calls/${call}`),
        found => typeof found.outcome?.summary === 'string',
        () => 'no summary was made',
      )
      return outcome.summary.slice(0, 60)
    },
  ],
  [
    'The lead is updated',
    async () => {
      const lead = await eventually(
        () => api('GET', `/api/leads/${LEAD}`),
        found => found.status !== 'new' || found.lastCall === call,
        found => `it is as before: ${JSON.stringify(found).slice(0, 200)}`,
      )
      return `status ${lead.status}`
    },
  ],
]

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    stopping = true
    phone?.socket.terminate()
  })
try {
  for (const [name, run] of flow) if (stopping || !(await steps.step(name, run))) break
  if (steps.failed > 0 && gateway !== undefined) console.error(gateway.said())
} finally {
  phone?.socket.close(1000)
  await gateway?.stop()
}
process.exit(steps.failed > 0 || stopping ? 1 : 0)
