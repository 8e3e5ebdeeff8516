/**
 * Nodes that finish one recording, each of whose steps (a call to the shelf or to the table) waits until the test lets it go on:
 * so that any order of their steps, and a death in front of any, can be tried.
 */

import { loadOpus, loadResampling, wavHeader } from '@parley/audio'
import {
  openRecordings,
  type RecordingKey,
  type RecordingRow,
  type RecordingRows,
  type RecordingShelf,
} from '@parley/platform'
import { VirtualClock } from '@parley/sim'
import { Registry } from 'prom-client'
import { createLog } from '../log/log.js'
import { createRecordingMetrics } from '../metrics/recording-metrics.js'
import { createFinishRecordings } from './finish-recordings.js'

export const key: RecordingKey = { tenant: 'acme', id: 'ses_1' }
/** The last comes where the conversation goes on. */
export const SEGMENTS = ['segment-1000-a.wav', 'segment-1040-b.wav', 'segment-1200-c.wav'] as const
const rate = 16_000
const opus = await loadOpus()
const resampling = await loadResampling()
const nowhere = { write() {} }
const log = createLog({
  config: { logLevel: 'error', debug: false, logFormat: 'json' },
  out: nowhere,
  err: nowhere,
})

/** 20 ms of sound, unlike any other segment's; there are 20 ms of silence behind the first. */
export function segmentBytes(level: number): Uint8Array {
  const pairs = rate / 50
  const header = wavHeader({ sampleRate: rate, channels: 2, dataBytes: 4 * pairs })
  const sound = new Int16Array(2 * pairs).fill(level)
  return Uint8Array.from([...header, ...new Uint8Array(sound.buffer)])
}

/** The row as the table would keep it. */
export function rowTable(): { row: RecordingRow; readonly rows: RecordingRows } {
  const table = {
    row: {
      ...key,
      ...{
        subject: 'ada',
        status: 'finishing',
        consent: 'announced',
        node: 'a',
        sampleRate: rate,
        formats: [],
      },
    } as RecordingRow,
  }
  const never = () => Promise.reject(new Error('unused'))
  const rows: RecordingRows = {
    ...{ begin: never, renew: never, expired: never, stale: never },
    read: async () => table.row,
    async change(_, from, { problem, ...change }, node) {
      const { row } = table
      if (!from.includes(row.status) || (node !== undefined && node !== row.node)) return undefined
      table.row = { ...row, ...change, ...(problem == null ? {} : { problem }) }
      return table.row
    },
    async take(_, { node }) {
      table.row = { ...table.row, node }
      return table.row
    },
  }
  return Object.assign(table, { rows })
}

export interface Finisher {
  /** Lets one step go; false where there is none any more. */
  step(): Promise<boolean>
  /** Lets all go. */
  finish(): Promise<void>
  readonly steps: number
}

const settled = () => new Promise<void>(resolve => setImmediate(resolve))

/** A node begins to finish it. */
export function finisher(
  node: string,
  table: Pick<ReturnType<typeof rowTable>, 'rows'>,
  shelf: RecordingShelf,
  options: { readonly formats: readonly ('wav' | 'ogg')[]; readonly serial: number },
): Finisher {
  let waiting: (() => void) | undefined
  let running = 0
  let isOver = false
  let steps = 0

  /** Everything that it asks of others waits to be let go, one at a time. */
  function gated<Face extends object>(face: Face): Face {
    return new Proxy(face, {
      get(target, name, receiver) {
        const found: unknown = Reflect.get(target, name, receiver)
        if (typeof found !== 'function') return found
        return async (...given: unknown[]) => {
          await new Promise<void>(resolve => {
            waiting = resolve
          })
          running += 1
          try {
            const answer: unknown = await found.apply(target, given)
            return typeof answer === 'object' && answer !== null && 'close' in answer ? gated(answer) : answer
          } finally {
            running -= 1
          }
        }
      },
    })
  }

  const clock = new VirtualClock()
  const gatedShelf = gated(shelf)
  const finishing = createFinishRecordings({
    ...{ rows: gated(table.rows), shelf: gatedShelf, clock, epochMs: () => 0, log, node },
    formats: options.formats,
    metrics: createRecordingMetrics(new Registry(), () => 0),
    erase: () => Promise.reject(new Error('unused')),
    recordings: openRecordings({
      ...{ shelf: gatedShelf, clock, resampling, opus, rate, stem: 'session', now: () => 0 },
      formats: options.formats,
      serial: () => options.serial,
      rest: async () => {},
    }),
  })
  void finishing.finish(key).then(() => {
    isOver = true
  })

  async function step(): Promise<boolean> {
    while (waiting === undefined && !isOver) await settled()
    const go = waiting
    if (go === undefined) return false
    waiting = undefined
    steps += 1
    go()
    await settled()
    while (running > 0) await settled()
    return true
  }

  return {
    step,
    async finish() {
      while (await step());
    },
    get steps() {
      return steps
    },
  }
}
