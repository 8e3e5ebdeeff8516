/** One measurement: so many conversations at once, sound both ways at real-time pace. */

import { type Client, type OpenClient, RATE } from './clients.js'
import type { FarProcess } from './far-process.js'
import { ageMs, stamp } from './stamps.js'

export interface Figures {
  /** Age of the caller's sound at the far end, and of the answer's at the client, ms. */
  readonly upMs: Percentiles
  readonly downMs: Percentiles
  /** What of the answer came behind its own moment on the far end's line, every 20 ms of it, ms; on time is 0. */
  readonly lateMs: Percentiles
  /** CPU time of this process for 20 ms of one conversation, both ways, without the measurement's own, µs. */
  readonly cpuUs: number
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
}

const FRAME = (RATE * 20) / 1000
/** Conversations that send in the same millisecond. */
const SLOTS = 20

export interface MeasureOptions {
  readonly sessions: number
  readonly seconds: number
  readonly far: FarProcess
  /** Undefined measures the measurement. */
  readonly open: OpenClient | undefined
}

export async function measure({ sessions, seconds, far, open }: MeasureOptions): Promise<Figures> {
  const down: number[] = []
  let counting = false
  const late: number[] = []
  /** The stamp stands at the beginning of a delta; a session hands it on in frames. */
  function listener(): (samples: Int16Array) => void {
    let stampedMs: number | undefined
    let frames = 0
    return samples => {
      const age = ageMs(samples)
      const nowMs = performance.now()
      if (age !== undefined) {
        stampedMs = nowMs - age
        frames = 0
      }
      if (!counting || stampedMs === undefined) return
      if (age !== undefined) down.push(age)
      for (let at = 0; at < samples.length; at += FRAME)
        late.push(Math.max(0, nowMs - stampedMs - 20 * frames++))
    }
  }
  const clients: Client[] = []
  for (let count = 0; count < sessions; count++)
    clients.push(open === undefined ? idle : await open(far.url, listener()))
  const samples = new Int16Array(FRAME)
  for (let at = 0; at < FRAME; at++) samples[at] = Math.round(2_000 * Math.sin(at / 11))

  const startMs = performance.now()
  let slots = 0
  const timer = setInterval(() => {
    for (const dueSlots = Math.floor(performance.now() - startMs); slots < dueSlots; slots++)
      for (let at = slots % SLOTS; at < clients.length; at += SLOTS) {
        stamp(samples)
        clients[at]?.send(samples)
      }
  }, 1)
  await sleep(3_000)
  counting = true
  far.count()
  const cpuFrom = process.cpuUsage()
  const slotsFrom = slots
  await sleep(seconds * 1_000)
  const { user, system } = process.cpuUsage(cpuFrom)
  const frames = ((slots - slotsFrom) / SLOTS) * sessions
  counting = false
  const up = await far.report()
  clearInterval(timer)
  for (const client of clients) await client.close()
  await sleep(300)
  return {
    upMs: percentiles(up),
    downMs: percentiles(down),
    lateMs: percentiles(late),
    cpuUs: (user + system) / frames,
  }
}

const idle = { send() {}, async close() {} }

function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
