/**
 * What the call queue costs on Redis, PostgreSQL (fsync off) and the embedded database in memory, with one worker of
 * concurrency 16 in the same process.
 *
 *   npx tsc -b bench && node bench/dist/call-queue.js
 *
 * Latency: 200 jobs added one every 20 ms, from before `add` to the start of its handler. Rate: 500 jobs added 16 at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { subjects } from '../../packages/calls/dist/queue/queue-subjects.test-kit.js'

for (const kind of ['redis', 'postgres', 'pglite'] as const) {
  const subject = await subjects[kind]()
  const queue = await subject.open(error => process.stderr.write(`${error.message}\n`))
  const began = new Map<string, number>()
  let left = 0
  let wake = () => {}
  const latencies: number[] = []
  const run = async (id: string) => {
    latencies.push(performance.now() - (began.get(id) ?? Number.NaN))
    if (--left === 0) wake()
  }
  queue.work('dial', job => run(job.id), { concurrency: 16 })
  const expectJobs = (count: number) => {
    left = count
    latencies.length = 0
    return new Promise<void>(resolve => {
      wake = resolve
    })
  }
  const add = (id: string) => {
    began.set(id, performance.now())
    return queue.add({ kind: 'dial', id, tenant: 'bench' })
  }
  await Promise.all([expectJobs(1), add('warm')])

  const paced = expectJobs(200)
  for (let index = 0; index < 200; index++) {
    void add(`paced_${index}`)
    await sleep(20)
  }
  await paced
  const sorted = [...latencies].sort((one, other) => one - other)
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1)

  const burst = expectJobs(500)
  const startedAt = performance.now()
  let next = 0
  const adder = async () => {
    while (next < 500) await add(`burst_${next++}`)
  }
  await Promise.all([burst, ...Array.from({ length: 16 }, adder)])
  const perSecond = (500_000 / (performance.now() - startedAt)).toFixed(0)
  process.stdout.write(`${kind}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${perSecond} jobs/s\n`)
  await queue.close()
  await subject.remove()
}
