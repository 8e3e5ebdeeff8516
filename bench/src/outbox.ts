/**
 * How many letters a second leave the outbox: taken from the store, signed, posted to a receiver on loopback in a process of
 * its own, and written down as sent, by one sender with its usual limits. For the embedded database and for a PostgreSQL
 * started on this machine (fsync on).
 *
 *   npx tsc -b bench && node bench/dist/outbox.js [letters] [--json]
 *
 * `finish`: calls whose outcome, lead and letter are written, 16 at a time. `sent`: all their letters to one host, which takes
 * eight at a time, and spread over eight. CPU is that of the process of the sender, for each letter.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CallId, createCallStore, createLetterSender } from '@parley/calls'
import { systemClock } from '@parley/core'
import { openStore } from '@parley/platform'
import { startTestPostgres } from '../../packages/platform/dist/store/test-postgres.js'

interface Figures {
  readonly database: string
  readonly finishPerSecond: number
  readonly oneHostPerSecond: number
  readonly eightHostsPerSecond: number
  readonly oneHostCpuMs: number
}

const HOSTS = 8
const tenant = 'bench'
const silent = { info() {}, warn() {}, error() {} }
const epochMs = () => Date.now()

if (process.send !== undefined) await receive()
else await measureAll()

/** The receiver: as many ports as hosts, each says yes to everything. */
async function receive(): Promise<void> {
  const ports: number[] = []
  for (let host = 0; host < HOSTS; host++) {
    const server = createServer((request, response) => {
      request.resume().once('end', () => response.writeHead(204).end())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  process.send?.(ports)
}

async function measureAll(): Promise<void> {
  const letters = Number(process.argv.find(word => /^\d+$/.test(word)) ?? 2_000)
  const receiver = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [ports] = (await once(receiver, 'message')) as [readonly number[]]
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  const figures: Figures[] = []
  try {
    figures.push(await measure('pglite', { dataDir: folder }, ports, letters))
    const postgres = await startTestPostgres({ fsync: true })
    try {
      const databaseUrl = await postgres.freshDatabase()
      figures.push(await measure('postgres', { databaseUrl, dataDir: 'unused' }, ports, letters))
    } finally {
      await postgres.remove()
    }
  } finally {
    receiver.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  report(figures, letters)
}

async function measure(
  database: string,
  where: { readonly dataDir: string; readonly databaseUrl?: string },
  ports: readonly number[],
  letters: number,
): Promise<Figures> {
  const store = await openStore({ ...where, clock: systemClock, log: silent, migrate: true })
  try {
    const callStore = createCallStore({ database: store.database, clock: systemClock, epochMs })
    const sender = createLetterSender({
      callStore,
      fetch,
      signerOf: ({ target }) => ({ url: target, secret: 'whsec_bench' }),
      clock: systemClock,
      epochMs,
      random: Math.random,
      address: { allowPrivate: true },
    })
    const fill = (name: string, hosts: readonly number[]) => finishCalls(callStore, { name, hosts, letters })
    const empty = async () => {
      const cpu = process.cpuUsage()
      const beganMs = performance.now()
      const sent = await sender.run(new AbortController().signal)
      const tookMs = performance.now() - beganMs
      if (sent !== letters) throw new Error(`${sent} of ${letters} letters were sent`)
      const { user, system } = process.cpuUsage(cpu)
      return { perSecond: (letters * 1000) / tookMs, cpuMs: (user + system) / 1000 / letters }
    }
    const finishPerSecond = await fill('one', ports.slice(0, 1))
    const one = await empty()
    await fill('eight', ports)
    const eight = await empty()
    return {
      database,
      finishPerSecond,
      oneHostPerSecond: one.perSecond,
      eightHostsPerSecond: eight.perSecond,
      oneHostCpuMs: one.cpuMs,
    }
  } finally {
    await store.close()
  }
}

interface Filling {
  readonly name: string
  readonly hosts: readonly number[]
  readonly letters: number
}

/** Gives how many a second. */
async function finishCalls(
  callStore: ReturnType<typeof createCallStore>,
  { name, hosts, letters }: Filling,
): Promise<number> {
  const atMs = epochMs()
  const ids = Array.from({ length: letters }, (_, index) => `call_${name}_${index}` as CallId)
  for (let from = 0; from < ids.length; from += 500)
    await callStore.createCalls(
      ids.slice(from, from + 500).map((id, index) => ({
        ...{
          id,
          tenant,
          from: '+15550001111',
          to: `+1555${String(2_000_000 + from + index)}`,
          agent: 'sales',
        },
        ...{ priority: 100, notBeforeMs: atMs, maxAttempts: 1, facts: {}, record: false, atMs },
      })),
    )
  for (const id of ids) await callStore.cancel({ tenant, id }, 'bench', atMs)
  const beganMs = performance.now()
  let next = 0
  const work = async () => {
    for (let index = next++; index < ids.length; index = next++) {
      const id = ids[index] as CallId
      const target = `http://127.0.0.1:${hosts[index % hosts.length]}/hook`
      await callStore.finish({ outcome: outcomeOf(id), letters: [letterOf(id, target, atMs)] })
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return (letters * 1000) / (performance.now() - beganMs)
}

function outcomeOf(call: CallId) {
  return {
    ...{
      call,
      tenant,
      summary: 'Ana wants a visit on Monday at half past ten.',
      result: { interest: 'yes' },
    },
    ...{ problems: [], sentiment: { caller: 0.4, reasons: [] }, statistics: { talkMs: 61_000 } },
    ...{ followUps: [], by: 'extract', madeAtMs: epochMs() },
  }
}

/** About as long as one without a transcript. */
function letterOf(id: CallId, target: string, atMs: number) {
  const text = 'Talked for 1 min 1 s; the caller spoke 4 times, the agent 5 times. '.repeat(8)
  const body = {
    event: 'call.completed',
    id,
    call: id,
    outcome: { summary: text, result: { interest: 'yes' } },
  }
  return { id: `${id}.0.call.completed`, tenant, kind: 'webhook' as const, target, body, atMs }
}

function report(results: readonly Figures[], letters: number): void {
  const machine = { node: process.version, cpus: cpus().length, load: loadavg()[0], letters }
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ machine, results }, undefined, 2))
    return
  }
  console.log(
    `Node ${machine.node}, ${machine.cpus} cores, load ${machine.load?.toFixed(1)}, ${letters} letters`,
  )
  for (const { database, ...values } of results) {
    console.log(`\n${database}`)
    for (const [name, value] of Object.entries(values))
      console.log(`  ${name.padEnd(20)} ${value.toFixed(value < 10 ? 2 : 0)}`)
  }
}
