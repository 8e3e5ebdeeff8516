/** The recordings of a gateway from its settings: where they are kept, under which keys, and who looks after them. */

import type { Opus, Resampling } from '@parley/audio'
import type { Ids } from '@parley/core'
import {
  createRecordingRows,
  createRecordingShares,
  openRecordings,
  type RecordingFormat,
  type RecordingKey,
  type RecordingMode,
} from '@parley/platform'
import { createRecordingMetrics } from '../metrics/recording-metrics.js'
import type { ServerParts } from '../serve.js'
import { openSessionRecordings } from './open-session-recordings.js'
import { openRecordingPlaces } from './recording-places.js'
import { RECORDING_STEM } from './session-recordings.js'
import type { OpenSessionRecordings } from './session-recordings-options.js'

export interface GatewayRecordingsOptions
  extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'metrics' | 'store' | 'policies' | 'lifecycle'> {
  readonly resampling: Resampling
  readonly opus: Opus
  readonly ids: Ids
  readonly epochMs: () => number
  readonly random: () => number
  readonly randomBytes: (count: number) => Uint8Array
  readonly fetch: typeof fetch
}

/** @throws ParleyError `bad_config` */
export async function openGatewayRecordings(
  options: GatewayRecordingsOptions,
): Promise<OpenSessionRecordings> {
  const { config, clock, epochMs, log, lifecycle } = options
  const { database } = options.store
  const { randomBytes, fetch } = options
  const rows = createRecordingRows(database)
  const isDeleted = async (key: RecordingKey) => (await rows.read(key))?.status === 'deleted'
  const places = await openRecordingPlaces({
    config,
    database,
    clock,
    epochMs,
    randomBytes,
    fetch,
    isDeleted,
  })
  const { shelf, spool } = places
  const metrics = createRecordingMetrics(options.metrics.registry, () => opened.active)
  const formats = config.recordingsFormats as readonly RecordingFormat[]
  const opened = openSessionRecordings({
    ...{ shelf, clock, epochMs, log, formats },
    rows,
    shares: createRecordingShares({ database, epochMs, randomBytes }),
    policies: options.policies,
    usual: config.recordMode as RecordingMode,
    retainMs: config.recordingRetentionMs,
    rate: config.recordingsRate,
    alone: database.kind === 'pglite',
    node: options.ids.next('tok'),
    metrics,
    tidy,
    made: takeAway,
    recordings: openRecordings({
      ...{ shelf, clock, formats, resampling: options.resampling, opus: options.opus },
      now: epochMs,
      rate: config.recordingsRate as 8_000 | 16_000,
      stem: RECORDING_STEM,
      serial: () => Math.floor(options.random() * 2 ** 32),
      rest: () => new Promise<void>(resolve => setImmediate(resolve)),
    }),
  })

  async function takeAway(): Promise<void> {
    if (spool === undefined) return
    const { files, problem } = await spool.takeAway()
    for (let i = 0; i < files; i++) metrics.uploaded('done')
    if (problem === undefined) return
    metrics.uploaded('failed')
    log.warn({ err: problem }, 'recordings wait for the object storage')
  }

  async function tidy(): Promise<void> {
    await takeAway()
    const wrapped = await places.rewrap()
    if (wrapped > 0) log.info({ wrapped }, 'keys of recordings were wrapped by the newest key')
  }

  opened.start()
  lifecycle.onStop('recordings', signal => opened.close(signal))
  for (const notice of places.notices) log.warn(notice)
  return opened
}
