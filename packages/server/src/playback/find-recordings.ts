/** Recordings as the player asks for them: of the conversation itself, or of the phone call in which it was held. */

import type { CallDetail, CallStore } from '@parley/calls'
import { ParleyError, type SessionId } from '@parley/core'
import type { RecordingKey, RecordingReader, SessionKey, Store } from '@parley/platform'
import { RECORDING_STEM, type SessionRecordings } from '../recording/session-recordings.js'
import { zeroEpochMs } from './build-playback.js'
import type { PlaybackRecordings, RecordedSound, RecordingFacts } from './playback-recordings.js'

export interface FindRecordingsOptions {
  readonly recordings: Pick<SessionRecordings, 'read' | 'shelf'>
  readonly calls: Pick<CallStore, 'callOfSession'>
  readonly store: Pick<Store, 'readEvents'>
}

const HEADER_BYTES = 44
const PAIR_BYTES = 4
/** Hz of calls. */
const CALL_RATE = 8_000
const CALL_STEM = 'call'
/** Entries of a log in which its clock was read. */
const BEGINNING = 8

export function findRecordings({ recordings, calls, store }: FindRecordingsOptions): PlaybackRecordings {
  const { shelf } = recordings

  async function callOf({ tenant, id }: SessionKey): Promise<CallDetail | undefined> {
    const call = await calls.callOfSession({ tenant, session: id })
    return call?.record ? call : undefined
  }

  /** Finished where the waveform is, which is made last. */
  async function factsOf(call: CallDetail): Promise<RecordingFacts> {
    const files = await shelf.list(call)
    const sound = files.find(({ name }) => name === `${CALL_STEM}.wav`)
    const base = { consent: 'announced', call: call.id } as const
    if (!files.some(({ name }) => name === `${CALL_STEM}.json`) || sound === undefined)
      return { ...base, status: call.endedAtMs === undefined || files.length > 0 ? 'finishing' : 'deleted' }
    const pairs = (sound.sizeBytes - HEADER_BYTES) / PAIR_BYTES
    const [first] = call.legs.flatMap(({ sessions }) => sessions)
    const startedAtMs = first === undefined ? undefined : await zeroOf(call.tenant, first)
    return {
      ...base,
      status: 'ready',
      durationMs: (pairs * 1000) / CALL_RATE,
      ...(startedAtMs === undefined ? {} : { startedAtMs }),
    }
  }

  /** The recording of a call begins with the first session in it. */
  async function zeroOf(tenant: string, id: SessionId): Promise<number | undefined> {
    const page = await store.readEvents({ tenant, id, limit: BEGINNING })
    return zeroEpochMs(page.map(({ event }) => event))
  }

  return {
    async find(key) {
      const row = await recordings.read(key)
      if (row !== undefined) return row
      const call = await callOf(key)
      return call && factsOf(call)
    },
    async open(key) {
      const row = await recordings.read(key)
      if (row !== undefined) {
        if (row.formats.includes('wav'))
          return soundOf(await openFile(row, `${RECORDING_STEM}.wav`), row.sampleRate)
        throw new ParleyError('not_found', 'The melody is taken from a WAV; see PARLEY_RECORDINGS_FORMATS.')
      }
      const call = await callOf(key)
      if (call === undefined) throw new ParleyError('not_found')
      return soundOf(await openFile(call, `${CALL_STEM}.wav`), CALL_RATE)
    },
  }

  function openFile({ tenant, id }: RecordingKey, name: string): Promise<RecordingReader> {
    return shelf.open({ tenant, id }, name)
  }
}

function soundOf(reader: RecordingReader, rate: number): RecordedSound {
  return {
    rate,
    pairs: Math.floor((reader.sizeBytes - HEADER_BYTES) / PAIR_BYTES),
    async read(at, count) {
      const from = HEADER_BYTES + at * PAIR_BYTES
      const bytes = await reader.read(from, from + count * PAIR_BYTES)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return Int16Array.from({ length: bytes.byteLength >> 1 }, (_, i) => view.getInt16(2 * i, true))
    },
    close: () => reader.close(),
  }
}
