/**
 * What the store costs: writes per second and their latency, how long opening takes, memory, and what of it the main
 * loop feels, for the embedded database and for a PostgreSQL started on this machine (fsync on).
 *
 *   npx tsc -b bench && node bench/dist/store.js [--json]
 *
 * One write is one durable event (a final text or the end of a reply, in turns). `paced`: 200 writes/s on a fixed
 * schedule, latency from the scheduled moment; `burst`: 1,000 writes at once, five times; `one by one`: each waits
 * for the one before. The delay of the main loop is what a timer of 1 ms is late by; `idle` is the same without load.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DurableEvent, type ReplyId, type SessionId, systemClock, type TurnId } from '@parley/core'
import { openStore, type Store } from '@parley/platform'
import { startTestPostgres } from '../../packages/platform/dist/store/test-postgres.js'

interface Figures {
  readonly database: string
  readonly openFreshMs: number
  readonly reopenMs: number
  readonly idleLoopP99Ms: number
  readonly pacedP50Ms: number
  readonly pacedP99Ms: number
  readonly pacedLoopP99Ms: number
  readonly oneByOneP50Ms: number
  readonly oneByOneP99Ms: number
  readonly burstPerSecond: number
  readonly burstLoopP99Ms: number
  readonly burstLoopMaxMs: number
  /** Growth of the process by having the store open and used; PostgreSQL's own processes are not in it. */
  readonly memoryMb: number
}

const session = 'ses_bench' as SessionId
const silent = { info() {}, warn() {}, error() {} }
const rssAtStartMb = rssMb()

const embeddedFolder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
const figures: Figures[] = []
try {
  // The server first: the memory of the embedded database stays with the process.
  const postgres = await startTestPostgres({ fsync: true })
  try {
    figures.push(
      await measure('postgres', { databaseUrl: await postgres.freshDatabase(), dataDir: 'unused' }),
    )
  } finally {
    await postgres.remove()
  }
  figures.push(await measure('pglite', { dataDir: embeddedFolder }))
} finally {
  rmSync(embeddedFolder, { recursive: true, force: true })
}
report(figures)

async function measure(
  database: string,
  where: { readonly dataDir: string; readonly databaseUrl?: string },
): Promise<Figures> {
  const open = () => timed(() => openStore({ ...where, clock: systemClock, log: silent, migrate: true }))
  const fresh = await open()
  await fresh.result.close()
  const again = await open()
  const store = again.result
  await store.beginSession({
    id: session,
    tenant: 'bench',
    agent: 'bench',
    language: 'en',
    edge: 'bench',
    startedAtMs: Date.now(),
  })
  await burst(store, 'warm-up', 2000)
  const idle = await withLoopDelay(() => sleep(3000))
  const paced = await withLoopDelay(() => pace(store, 200, 5))
  const single = await oneByOne(store, 500)
  let burstMs = 0
  const bursts = await withLoopDelay(async () => {
    for (let round = 0; round < 5; round++) burstMs += await burst(store, `burst${round}`, 1000)
  })
  const memoryMb = rssMb() - rssAtStartMb
  await store.close()
  return {
    database,
    openFreshMs: fresh.tookMs,
    reopenMs: again.tookMs,
    idleLoopP99Ms: idle.p99Ms,
    pacedP50Ms: percentile(paced.result, 50),
    pacedP99Ms: percentile(paced.result, 99),
    pacedLoopP99Ms: paced.p99Ms,
    oneByOneP50Ms: percentile(single, 50),
    oneByOneP99Ms: percentile(single, 99),
    burstPerSecond: 5_000_000 / burstMs,
    burstLoopP99Ms: bursts.p99Ms,
    burstLoopMaxMs: bursts.maxMs,
    memoryMb,
  }
}

async function burst(store: Store, name: string, count: number): Promise<number> {
  const { tookMs } = await timed(() =>
    Promise.all(Array.from({ length: count }, (_, index) => store.write(session, event(name, index)))),
  )
  return tookMs
}

async function pace(store: Store, perSecond: number, seconds: number): Promise<readonly number[]> {
  const beganMs = performance.now()
  const latencies: number[] = []
  const writes: Promise<void>[] = []
  for (let index = 0; index < perSecond * seconds; index++) {
    const dueMs = beganMs + (index * 1000) / perSecond
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    writes.push(
      store.write(session, event('paced', index)).then(() => {
        latencies.push(performance.now() - dueMs)
      }),
    )
  }
  await Promise.all(writes)
  return latencies
}

async function oneByOne(store: Store, count: number): Promise<readonly number[]> {
  const latencies: number[] = []
  for (let index = 0; index < count; index++) {
    latencies.push((await timed(() => store.write(session, event('single', index)))).tookMs)
  }
  return latencies
}

function event(name: string, index: number): DurableEvent {
  const turn = `trn_${name}_${index >> 1}` as TurnId
  const reply = `rpl_${name}_${index >> 1}` as ReplyId
  const text = 'I would like to move my appointment from Tuesday afternoon to Thursday morning, please.'
  if (index % 2 === 0) {
    return { kind: 'transcript-final', turn, text, origin: 'speech', startMs: 0, endMs: 3000, atMs: 3400 }
  }
  const heard = { reply, ms: 2400, text, complete: true, source: 'reported', errorMs: 20 } as const
  return { kind: 'reply-ended', turn, reply, said: text, heard, interrupted: false, atMs: 6400 }
}

async function withLoopDelay<Result>(load: () => Promise<Result>) {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  const result = await load()
  histogram.disable()
  return { result, p99Ms: histogram.percentile(99) / 1e6, maxMs: histogram.max / 1e6 }
}

async function timed<Result>(run: () => Promise<Result>) {
  const beganMs = performance.now()
  const result = await run()
  return { result, tookMs: performance.now() - beganMs }
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}

function rssMb(): number {
  return process.memoryUsage().rss / 2 ** 20
}

function report(results: readonly Figures[]): void {
  const machine = { node: process.version, cpus: cpus().length, load: loadavg()[0] }
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ machine, results }, undefined, 2))
    return
  }
  console.log(`Node ${machine.node}, ${machine.cpus} cores, load ${machine.load?.toFixed(1)}`)
  for (const { database, ...values } of results) {
    console.log(`\n${database}`)
    for (const [name, value] of Object.entries(values))
      console.log(`  ${name.padEnd(18)} ${value.toFixed(1)}`)
  }
}
