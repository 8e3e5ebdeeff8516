/** Gathers what the store keeps of one conversation, within bounds. */

import type { LoggedEvent, SessionKey, Store } from '@parley/platform'
import { buildPlayback, zeroEpochMs } from './build-playback.js'
import { type PlaybackRecordings, recordingOf } from './playback-recordings.js'
import type { Playback } from './playback-schema.js'

export interface PlaybackSources {
  readonly store: Pick<Store, 'readSession' | 'readEvents'>
  /** Undefined where this gateway records nothing. */
  readonly recordings: PlaybackRecordings | undefined
  isRunning(session: string): boolean
}

const PAGE = 1_000
/** Entries of a log that are read: some hours of a lively conversation. */
const MOST_ENTRIES = 40_000

/** Undefined where there is none, or it is another tenant's. @throws ParleyError `store_…` */
export async function readPlayback(
  { store, recordings, isRunning }: PlaybackSources,
  key: SessionKey,
): Promise<Playback | undefined> {
  const stored = await store.readSession(key)
  if (stored === undefined) return undefined
  const [{ log, logCut }, facts] = await Promise.all([readLog(store, key), recordings?.find(key)])
  const places = { zeroEpochMs: zeroEpochMs(log), startedAtMs: stored.startedAtMs }
  const recording = recordingOf(facts, places)
  return buildPlayback({ stored, log, logCut, isRunning: isRunning(key.id), recording })
}

async function readLog(store: Pick<Store, 'readEvents'>, key: SessionKey) {
  const log: LoggedEvent[] = []
  for (let fromSeq = 0; log.length < MOST_ENTRIES; ) {
    const page = await store.readEvents({ ...key, fromSeq, limit: PAGE })
    for (const { event } of page) log.push(event)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return { log, logCut: false }
    fromSeq = last.seq + 1
  }
  return { log, logCut: true }
}
