// Prosody from end to end, a line for each step: `npm run test:prosody [http://host:port]`.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readWav, sine } from '@parley/audio'
import { eventually, startOwnGateway } from './own-gateway.mjs'
import { createSteps, openSocket } from './phone-check.mjs'
import { root } from './workspace.mjs'

const HELP = `Usage: npm run test:prosody [url]

Streams sound to a gateway's prosody socket, has it speak, and looks at what comes back.
  url    the gateway (default: starts one of its own, and stops it again)
PARLEY_TOKEN is brought where it is set; PROSODY_WS_PATH names another path than /prosody. Exit code 1 if any of it fails.`

const RATE = 16_000
const WAIT_MS = 15_000
const CLIENTS = 20
const SENTENCE = 'The meeting was moved to Thursday, because the room is taken.'
const path = process.env.PROSODY_WS_PATH ?? '/prosody'

const [given] = process.argv.slice(2)
if (given === '--help' || given === '-h') {
  console.log(HELP)
  process.exit(0)
}
const token = process.env.PARLEY_TOKEN
const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
const steps = createSteps()
let gateway
let base = given?.replace(/^ws/, 'http').replace(/\/+$/, '')

const bytesOf = samples => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
const tone = (hz, amplitude = 0.3, durationMs = 1_000) => sine({ rate: RATE, durationMs, hz, amplitude })
const median = values => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
const isFrame = ({ type }) => type === 'prosody'
const expectThat = (holds, sentence) => {
  if (!holds) throw new Error(sentence)
}

async function openProsody(query = '') {
  const opened = await openSocket(`${base.replace(/^http/, 'ws')}${path}${query}`, { headers })
  await opened.until(WAIT_MS, ({ messages }) => messages.length > 0, 'the first message did not come')
  return opened
}

/** All frames and utterances of some sound; `send` brings it to the socket. */
async function heard(samples, query, send = (socket, bytes) => socket.send(bytes)) {
  const opened = await openProsody(query)
  const bytes = bytesOf(samples)
  for (let at = 0; at < bytes.length; at += 3_200) send(opened.socket, bytes.subarray(at, at + 3_200))
  opened.send({ type: 'end' })
  await opened.until(
    WAIT_MS,
    ({ messages }) => messages.some(({ type }) => type === 'ended'),
    'the end of the sound was not answered',
  )
  opened.socket.close(1000)
  return {
    frames: opened.messages.filter(isFrame),
    utterances: opened.messages.flatMap(({ utterance }) => utterance ?? []),
  }
}

async function synthesize(body) {
  const response = await fetch(`${base}/api/tts/synthesize`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(WAIT_MS),
  })
  return { status: response.status, body: await response.json() }
}

async function metric(name) {
  const text = await (await fetch(`${base}/metrics`, { headers })).text()
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
  expectThat(values.length > 0, `/metrics has no ${name}`)
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}

async function linear16(emotion) {
  const { status, body } = await synthesize({ text: SENTENCE, emotion })
  expectThat(status === 200, `${status}: ${JSON.stringify(body).slice(0, 200)}`)
  if (body.fallback === true) return undefined
  expectThat(
    body.format === 'LINEAR16' && body.sampleRate === RATE,
    `it is ${body.format} at ${body.sampleRate} Hz`,
  )
  const bytes = Buffer.from(body.audio, 'base64')
  if (bytes.subarray(0, 4).toString('latin1') === 'RIFF') return readWav(new Uint8Array(bytes)).samples
  return new Int16Array(new Uint8Array(bytes).buffer)
}

const flow = [
  [
    'The gateway is healthy',
    async () => {
      if (base === undefined) {
        gateway = await startOwnGateway()
        base = gateway.base
      }
      const response = await fetch(`${base}/health`, { signal: AbortSignal.timeout(10_000) })
      const { status, timestamp } = await response.json()
      expectThat(['ok', 'healthy'].includes(status), `/health says ${status}`)
      expectThat(Number.isFinite(Date.parse(timestamp)), `its timestamp is ${timestamp}`)
      return base
    },
  ],
  [
    'The prosody stream is ready',
    async () => {
      const { messages, socket } = await openProsody()
      socket.close(1000)
      const [{ type, timestamp, message }] = messages
      expectThat(type === 'connected' && message === 'Prosody stream ready', JSON.stringify(messages[0]))
      expectThat(Math.abs(Date.now() - timestamp) < 60_000, `its timestamp is ${timestamp}`)
    },
  ],
  [
    'Tones of 85–440 Hz are heard within 3 %',
    async () => {
      let worst = 0
      for (const hz of [85, 110, 220, 330, 440]) {
        const { frames } = await heard(tone(hz))
        const found = median(frames.map(({ pitchHz }) => pitchHz).filter(each => each > 0))
        worst = Math.max(worst, Math.abs(found / hz - 1))
        expectThat(Math.abs(found / hz - 1) < 0.03, `${hz} Hz was heard as ${found.toFixed(1)} Hz`)
      }
      return `off by ${(100 * worst).toFixed(2)} % at most`
    },
  ],
  [
    'Energy rises with level, and is nothing in silence',
    async () => {
      const energies = []
      for (const amplitude of [0, 0.03, 0.3]) {
        const { frames } = await heard(tone(200, amplitude))
        energies.push(median(frames.map(({ energy }) => energy)))
      }
      const [silent, soft, loud] = energies
      expectThat(silent < 0.01 && soft > silent && loud > soft && loud <= 1, energies.join(', '))
      return energies.map(each => each.toFixed(2)).join(' < ')
    },
  ],
  [
    'Frames come at the rate of the hop',
    async () => {
      const counts = []
      for (const query of ['', '?hopSize=256']) counts.push((await heard(tone(200), query)).frames.length)
      const [usual, double] = counts
      expectThat(
        Math.abs(usual - 31) <= 2 && Math.abs(double - 2 * usual) <= 4,
        `${usual} and ${double} in a second`,
      )
      return `${usual} a second; ${double} with a hop of 256`
    },
  ],
  [
    'Base64 in JSON is heard as binary is',
    async () => {
      const send = (socket, bytes) =>
        socket.send(JSON.stringify({ type: 'audio', data: bytes.toString('base64') }))
      const { frames } = await heard(tone(220), '', send)
      const found = median(frames.map(({ pitchHz }) => pitchHz).filter(each => each > 0))
      expectThat(Math.abs(found / 220 - 1) < 0.03, `220 Hz was heard as ${found} Hz`)
    },
  ],
  [
    'Human speech has a pitch, a level and utterances',
    async () => {
      const wav = readWav(new Uint8Array(await readFile(join(root, 'fixtures/audio/clips/jfk.wav'))))
      const { frames, utterances } = await heard(wav.samples, `?sampleRate=${wav.sampleRate}`)
      expectThat(utterances.length > 0, 'no utterance was told')
      expectThat(
        frames.every(({ pitchHz, energy }) => Number.isFinite(pitchHz + energy)),
        'a value is no number',
      )
      const hz = median(frames.map(({ pitchHz }) => pitchHz).filter(each => each > 0))
      expectThat(hz > 80 && hz < 300, `the median pitch is ${hz} Hz`)
      return `${utterances.length} utterances, median ${hz.toFixed(0)} Hz`
    },
  ],
  [
    `${CLIENTS} clients at once are served`,
    async () => {
      const all = await Promise.all(Array.from({ length: CLIENTS }, () => heard(tone(150))))
      const least = Math.min(...all.map(({ frames }) => frames.length))
      expectThat(least >= 29, `one of them got ${least} frames`)
      return `${least} frames each at least`
    },
  ],
  [
    'Text is spoken, and its emotion is heard',
    async () => {
      const facts = []
      for (const emotion of ['low', 'neutral', 'high', 'detached']) {
        const samples = await linear16(emotion)
        if (samples === undefined) return 'no voice here: clients speak for themselves'
        const { utterances } = await heard(samples)
        const seconds = samples.length / RATE
        expectThat(seconds > 0.5, `${emotion} lasts ${seconds} s`)
        const voiced = utterances.filter(({ pitch }) => pitch !== undefined)
        const [longest] = voiced.sort((a, b) => b.untilMs - b.fromMs - (a.untilMs - a.fromMs))
        facts.push({ emotion, seconds, pitch: longest?.pitch })
      }
      const [low, , high, detached] = facts
      expectThat(
        facts.every(({ pitch }) => pitch !== undefined),
        'one of them has no pitch',
      )
      expectThat(high.pitch.medianHz > low.pitch.medianHz, 'high is no higher than low')
      expectThat(high.seconds < low.seconds, 'high is no quicker than low')
      expectThat(
        detached.pitch.rangeSemitones < high.pitch.rangeSemitones,
        'detached has as wide a range as high',
      )
      return facts.map(({ emotion, pitch }) => `${emotion} ${pitch.medianHz.toFixed(0)} Hz`).join(', ')
    },
  ],
  [
    'What cannot be spoken is refused, naming the field',
    async () => {
      for (const [body, field] of [
        [{ text: '', emotion: 'neutral' }, 'text'],
        [{ text: 'a'.repeat(5_001), emotion: 'neutral' }, 'text'],
        [{ text: 'hello', emotion: 'furious' }, 'emotion'],
      ]) {
        const { status, body: answer } = await synthesize(body)
        const named = JSON.stringify(answer.errors ?? '')
        expectThat(
          status === 400 && named.includes(field),
          `${status} ${JSON.stringify(answer).slice(0, 200)}`,
        )
      }
    },
  ],
  [
    'What is no sound is answered, and the stream goes on',
    async () => {
      const opened = await openProsody()
      opened.socket.send('this is no JSON')
      await opened.until(
        WAIT_MS,
        ({ messages }) => messages.some(({ type }) => type === 'error'),
        'no error came',
      )
      opened.socket.send(bytesOf(tone(220)))
      await opened.until(WAIT_MS, ({ messages }) => messages.some(isFrame), 'no frame came after it')
      opened.socket.close(1000)
    },
  ],
  ...(token === undefined
    ? []
    : [
        [
          'Nobody is let in without a token',
          async () => {
            if (/\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(`${base}/`))
              return 'this machine itself may need none'
            const opened = await openSocket(`${base.replace(/^http/, 'ws')}${path}`)
            const over = await opened.until(WAIT_MS, ({ closed }) => closed, 'the socket stays open')
            expectThat(over.code === 1008 && over.reason === 'Unauthorized', `${over.code} ${over.reason}`)
          },
        ],
      ]),
  [
    'It is counted',
    async () => {
      const frames = await metric('prosody_frames_processed_total')
      const requests = await metric('tts_synthesis_requests_total')
      const opened = await openProsody()
      const open = await metric('prosody_websocket_connections')
      opened.socket.close(1000)
      expectThat(open > 0, 'a socket is open and the gauge says there is none')
      await eventually(
        () => metric('prosody_websocket_connections'),
        left => left < open,
        left => `a socket was closed and the gauge still says ${left}`,
        WAIT_MS,
      )
      expectThat(frames > 0 && requests > 0, `${frames} frames, ${requests} requests`)
      return `${frames} frames, ${requests} requests`
    },
  ],
]

try {
  for (const [name, run] of flow) if (!(await steps.step(name, run)) && base === undefined) break
  if (steps.failed > 0 && gateway !== undefined) console.error(gateway.said())
} finally {
  await gateway?.stop()
}
if (steps.failed === 0) console.log('All prosody tests passed')
process.exit(steps.failed > 0 ? 1 : 0)
