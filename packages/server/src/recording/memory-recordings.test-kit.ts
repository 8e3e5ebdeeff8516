/** The recordings of a node, whole but for their store: rows and files stand in memory, and the store can be away. */
import type { Opus, Resampling } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import {
  openRecordings,
  type RecordingMode,
  type RecordingRow,
  type RecordingRows,
  type RecordingShares,
} from '@parley/platform'
import { Registry } from 'prom-client'
import { type MemoryShelf, memoryShelf } from '../../../platform/dist/recording/memory-shelf.test-kit.js'
import { createLog } from '../log/log.js'
import { createRecordingMetrics } from '../metrics/recording-metrics.js'
import { openSessionRecordings } from './open-session-recordings.js'
import type { OpenSessionRecordings } from './session-recordings-options.js'

export interface MemoryRecordings {
  readonly recordings: OpenSessionRecordings
  readonly shelf: MemoryShelf
  readonly rows: ReadonlyMap<string, RecordingRow>
  /** Whether the store takes nothing. */
  readonly store: { isAway: boolean }
}

export interface MemoryRecordingsOptions {
  readonly mode: RecordingMode
  readonly clock: Clock
  readonly opus: Opus
  readonly resampling: Resampling
}

export function memoryRecordings({
  mode,
  clock,
  opus,
  resampling,
}: MemoryRecordingsOptions): MemoryRecordings {
  const shelf = memoryShelf()
  const { rows, known, store } = memoryRows()
  const nowhere = { write: () => {} }
  const now = () => clock.now()
  const recordings = openSessionRecordings({
    ...{ shelf, rows, clock, epochMs: now, usual: mode, retainMs: undefined, rate: 16_000, node: 'here' },
    formats: ['wav'],
    shares: {} as RecordingShares,
    policies: { of: async () => ({}) },
    log: createLog({
      config: { logLevel: 'error', debug: false, logFormat: 'json' },
      out: nowhere,
      err: nowhere,
    }),
    metrics: createRecordingMetrics(new Registry(), () => recordings.active),
    recordings: openRecordings({
      ...{ shelf, clock, opus, resampling, now, stem: 'session', rate: 16_000, formats: ['wav'] },
      serial: () => 1,
      rest: async () => {},
    }),
  })
  return { recordings, shelf, rows: known, store }
}

function memoryRows() {
  const known = new Map<string, RecordingRow>()
  const store = { isAway: false }
  const ask = async <Found>(look: () => Found): Promise<Found> => {
    if (store.isAway) throw new ParleyError('store_unavailable')
    return look()
  }
  const rows: RecordingRows = {
    begin: row =>
      ask(() => {
        const there = known.get(row.id) ?? { ...row, formats: [] }
        known.set(row.id, there)
        return there
      }),
    read: ({ tenant, id }) => ask(() => [known.get(id)].find(row => row?.tenant === tenant)),
    change: ({ tenant, id }, from, { problem, ...change }) =>
      ask(() => {
        const row = known.get(id)
        if (row?.tenant !== tenant || !from.includes(row.status)) return undefined
        const { problem: before, ...rest } = { ...row, ...change } as RecordingRow
        const said = problem === undefined ? before : (problem ?? undefined)
        const made = said === undefined ? rest : { ...rest, problem: said }
        known.set(id, made)
        return made
      }),
    renew: (_node, ids) => ask(() => ids.flatMap(id => known.get(id) ?? [])),
    stale: () => ask(() => []),
    take: () => ask(() => undefined),
    expired: () => ask(() => []),
  }
  return { rows, known, store }
}
