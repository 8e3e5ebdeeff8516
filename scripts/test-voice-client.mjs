// A conversation with a running gateway, held against the times that a cascaded voice stream allows each stage:
// `node test-voice-client.js [token] [url]`.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createSteps, openSocket } from './phone-check.mjs'
import { root } from './workspace.mjs'

const HELP = `Usage: node test-voice-client.js [token] [url] [--strict]

Connects, speaks a recording, prints the answer and what each stage took. A gateway must be running.
  token     a JWT with the scope talk (default: PARLEY_TOKEN; none is needed on this machine itself)
  url       ws://, wss://, http:// or https:// (default: ws://localhost:$STREAM_WS_PORT, else $PORT, else 3000;
            .env is read)
  --strict  what takes longer than is acceptable fails, too
Exit code 1 if any of it fails.`

/** The ledger's stages that make up each of the stream's, with what is aimed at and what is acceptable, ms. */
const stages = [
  ['Speech to text', ['final-text'], 500, 2_000],
  ['Facts looked up', ['context'], 300, 1_000],
  ['Model', ['first-token', 'first-clause'], 2_000, 5_000],
  ['Voice', ['first-voice'], 1_000, 3_000],
]
const CONNECT = [100, 500]
const TOTAL = [4_000, 10_000]
const clip = join(root, 'fixtures/audio/clips/en-info-about-last-call.wav')

const given = process.argv.slice(2)
if (given.includes('--help') || given.includes('-h')) {
  console.log(HELP)
  process.exit(0)
}
for (const file of ['.env.local', '.env']) if (existsSync(file)) process.loadEnvFile(file)
const words = given.filter(each => !each.startsWith('--'))
const strict = given.includes('--strict')
const { STREAM_WS_PORT, PORT = '3000', PARLEY_TOKEN } = process.env
const url = new URL(words.find(each => each.includes('://')) ?? `ws://localhost:${STREAM_WS_PORT ?? PORT}`)
const token = words.find(each => !each.includes('://')) ?? PARLEY_TOKEN
const socketUrl = new URL('/v1/voice', url.href.replace(/^http/, 'ws'))
const steps = createSteps()

/** @throws Error where it is more than acceptable, and that counts */
function held(ms, [target, acceptable]) {
  const verdict = ms <= target ? 'good' : ms <= acceptable ? 'acceptable' : 'TOO SLOW'
  const fact = `${Math.round(ms)} ms, ${verdict}: target ${target}, acceptable ${acceptable}`
  if (ms > acceptable && strict) throw new Error(fact)
  return fact
}

function talk() {
  const args = ['packages/server/dist/cli.js', 'talk', clip, '--json', '--url', socketUrl.origin]
  const env = { ...process.env, ...(token === undefined ? {} : { PARLEY_TOKEN: token }) }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', part => {
    said += part
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code =>
      code === 0 ? resolve(JSON.parse(said)) : reject(new Error(`parley talk ended with ${code}`)),
    )
  })
}

let ledger
console.log(`Talking to ${socketUrl.href}`)
const connected = await steps.step('Connect', async () => {
  const beganMs = performance.now()
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const { socket } = await openSocket(socketUrl.href, {
    protocols: ['parley.v1'],
    startBy: 'npm start',
    headers,
  })
  const ms = performance.now() - beganMs
  socket.close(1000)
  return held(ms, CONNECT)
})
if (connected)
  await steps.step('Answer', async () => {
    const { turns } = await talk()
    const answered = turns.findLast(({ replies }) => replies.some(reply => reply.ledger !== undefined))
    const reply = answered?.replies.findLast(each => each.ledger !== undefined)
    if (reply === undefined) throw new Error('nothing of an answer was heard')
    ledger = reply.ledger
    return reply.said
  })
if (ledger !== undefined) {
  for (const [name, parts, ...limits] of stages) {
    const taken = ledger.stages.filter(({ stage }) => parts.includes(stage))
    const ms = taken.reduce((sum, { durationMs }) => sum + durationMs, 0)
    await steps.step(name, async () => held(ms, limits))
  }
  await steps.step('From the end of speech to the first sound heard', async () => held(ledger.totalMs, TOTAL))
}
process.exit(steps.failed > 0 ? 1 : 0)
