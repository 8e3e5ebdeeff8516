import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@parley/core'
import { openCarrierSim, type PhoneBehind, seededRandom } from '@parley/sim'
import { afterAll, expect, it } from 'vitest'
import { verifyLetter } from '../letters/sign-letter.js'
import { deaths, HOUR_MS, type Life, PUBLIC_URL, type Said } from './killed-call.test-kit.js'

const file = fileURLToPath(new URL('./killed-call.test.child.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'parley-killed-'))
const dataDir = join(folder, 'data')
const ready = process.env.PARLEY_TEST_DATABASE
if (ready !== undefined) cpSync(ready, dataDir, { recursive: true })

/** Letters by id, how often each came. */
const letters = new Map<string, number>()
let unsigned = 0
const receiver = createServer(async (request, response) => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const signature = request.headers['parley-signature'] as string
  const body = Buffer.concat(pieces)
  if (!verifyLetter({ signature, body, secrets: ['whsec'], nowMs: 0, toleranceMs: Infinity }).ok) unsigned++
  const id = String(request.headers['parley-letter-id'])
  letters.set(id, (letters.get(id) ?? 0) + 1)
  response.writeHead(204).end()
}).listen(0, '127.0.0.1')
await once(receiver, 'listening')
const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`

/** The node that lives now, if one does. */
let port: number | undefined
const nodesHere = new EventEmitter()
let hours = 0

/**
 * As a balancer has it: who asks what to do waits for a node that knows, what is only told to a dead one is lost. So is all that
 * is asked for calls of the node that dies at `placed`: they are over at the carrier before another node lives.
 */
async function balance(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(String(input))
  if (url.origin !== PUBLIC_URL) throw new TypeError(`nobody is at ${url.origin}`)
  const attempt = url.searchParams.get('attempt') ?? ''
  const patient = url.pathname === '/answer' && !attempt.startsWith(`att_${deaths.indexOf('placed')}_`)
  for (;;) {
    if (port === undefined) {
      if (!patient) throw new TypeError('nobody is there')
      await once(nodesHere, 'born')
    }
    const tried = port
    try {
      return await fetch(`http://127.0.0.1:${tried}${url.pathname}${url.search}`, init)
    } catch (error) {
      if (init?.signal?.aborted || !patient) throw error
      if (port === tried) port = undefined
    }
  }
}

const sim = await openCarrierSim({
  clock: systemClock,
  random: seededRandom(7),
  dialect: 'twilio',
  epochMs: () => Date.now() + hours * HOUR_MS,
  fetch: balance,
})
const nodes: ChildProcess[] = []
afterAll(async () => {
  for (const node of nodes) node.kill('SIGKILL')
  await sim.close()
  receiver.close()
  rmSync(folder, { recursive: true, force: true })
})

function load(): ChildProcess {
  // No life is long enough for what optimising the database's code costs.
  const node = fork(file, { execArgv: ['--liftoff-only'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  nodes.push(node)
  return node
}

const warnings: string[] = []

/** Gives how it ended, and the last it said. */
async function live(node: ChildProcess, life: Life): Promise<{ signal: string | null; end: Said['end'] }> {
  let end: Said['end']
  hours = life.number
  node.on('message', (said: Said) => {
    end = said.end ?? end
    if (said.warned !== undefined) warnings.push(said.warned)
    if (said.port === undefined) return
    port = said.port
    nodesHere.emit('born')
  })
  node.send(life)
  const [, signal] = (await once(node, 'close')) as [number | null, string | null]
  port = undefined
  return { signal, end }
}

const from = '+15550001111'
const numberOf = (life: number) => `+1555200${1_000 + life}`

/** Picks up; where the second attempt matters, is busy the first time. */
function phoneOf(step: (typeof deaths)[number]): PhoneBehind {
  const picksUp = { kind: 'human', answersAfterMs: 0 } as const
  return step === 'intent' ? { kind: 'busy' } : picksUp
}

it('dials once for each attempt, writes one outcome and sends one letter after kill -9 at every step of a call', async () => {
  const carrier = { baseUrl: sim.baseUrl, account: sim.account, authToken: sim.authToken }
  const common = { dataDir, hook, carrier }
  // The first request of the first life: nothing else is to be asked of the carrier.
  sim.behave({ rest: { kind: 'unanswered', times: 1 } })
  sim.behave({ callbacks: { order: 'shuffled', delayMs: 30, times: 2 } })
  let next = load()
  for (const [number, step] of deaths.entries()) {
    const node = next
    next = load()
    const to = numberOf(number)
    sim.phone(to, phoneOf(step))
    const { signal } = await live(node, { ...common, number, step, numbers: { from, to } })
    expect([step, signal, warnings]).toEqual([step, 'SIGKILL', []])
    sim.phone(to, { kind: 'human', answersAfterMs: 0 })
  }
  const { end } = await live(next, { ...common, number: deaths.length, numbers: { from, to: from } })
  const ids = deaths.map((_, life) => `call_${life}`)
  expect([...(end?.calls ?? [])].sort()).toEqual(ids.map(id => `${id} completed`).sort())
  // Every call that the carrier has is one attempt's, and no attempt has two.
  const placed = (end?.legs ?? []).filter(leg => leg !== null)
  expect([...placed].sort()).toEqual(sim.calls.map(({ sid }) => sid).sort())
  for (const id of ids)
    expect([id, end?.summaries.filter(text => text.includes(`“words of ${id}”`)).length]).toEqual([id, 1])
  // Made once, changed once.
  expect(end?.leads).toHaveLength(ids.length)
  expect(new Set(end?.leads).size).toBe(1)
  expect(end?.leads[0]).toMatch(/^contacted /)
  expect([...letters.keys()].sort()).toEqual(ids.map(id => `${id}.0.call.completed`).sort())
  // Killed between the receiver's answer and the word of it in the store, a letter comes again with the same id: only then.
  for (const [life, step] of deaths.entries())
    expect([step, letters.get(`call_${life}.0.call.completed`)]).toEqual([
      step,
      step === 'letter-sent' ? 2 : 1,
    ])
  expect([end?.dead, unsigned, warnings]).toEqual([0, 0, []])
}, 120_000)
