import type { CallDetail } from '@parley/calls'
import { ParleyError, type SessionId } from '@parley/core'
import type { LogEntry, RecordingRow } from '@parley/platform'
import { describe, expect, it } from 'vitest'
import { findRecordings } from './find-recordings.js'
import { recordingOf } from './playback-recordings.js'

const key = { tenant: 'acme', id: 'ses_2' as SessionId }

interface Kept {
  readonly row?: Partial<RecordingRow>
  readonly call?: Partial<CallDetail>
  readonly files?: Readonly<Record<string, Uint8Array>>
}

/** The first session of the call began at 50,000 by the clock of the world, the second at 61,000. */
function found({ row, call, files = {} }: Kept) {
  const zeros: Readonly<Record<string, number>> = { ses_1: 50_000, ses_2: 61_000 }
  return findRecordings({
    recordings: {
      read: async () => (row === undefined ? undefined : ({ ...key, ...row } as RecordingRow)),
      shelf: {
        create: () => Promise.reject(new ParleyError('internal')),
        draft: () => Promise.reject(new ParleyError('internal')),
        removeDrafts: async () => {},
        remove: async () => {},
        list: async () => Object.entries(files).map(([name, bytes]) => ({ name, sizeBytes: bytes.length })),
        async open(_, name) {
          const bytes = files[name]
          if (bytes === undefined) throw new ParleyError('not_found')
          return {
            sizeBytes: bytes.length,
            read: async (from, to) => bytes.subarray(from, to),
            close: async () => {},
          }
        },
      },
    },
    calls: {
      callOfSession: async () =>
        call === undefined
          ? undefined
          : ({
              ...{ id: 'cal_1', tenant: 'acme', record: true, endedAtMs: 70_000 },
              legs: [{ sessions: ['ses_1', 'ses_2'] }],
              ...call,
            } as unknown as CallDetail),
    },
    store: {
      readEvents: async ({ id }) => [
        { seq: 0, event: { kind: 'clock-read', atMs: 5, epochMs: (zeros[id] ?? 0) + 5 } } as LogEntry,
      ],
    },
  })
}

/** Two pairs: 1 and −1, 2 and −2. */
const wav = Uint8Array.from([...new Array(44).fill(0), 1, 0, 255, 255, 2, 0, 254, 255])
const callFiles = { 'call.wav': wav, 'call.json': new Uint8Array(2) }

describe('the recording of a session', () => {
  it('is its own where there is one', async () => {
    const row = { status: 'ready', consent: 'announced', offsetMs: 12, durationMs: 900 } as const
    expect(await found({ row, call: {}, files: callFiles }).find(key)).toMatchObject({ offsetMs: 12 })
  })

  it('is else that of its phone call, which began with the first session in it', async () => {
    const facts = await found({ call: {}, files: callFiles }).find(key)
    expect(facts).toMatchObject({ status: 'ready', call: 'cal_1', startedAtMs: 50_000, durationMs: 0.25 })
    const places = { zeroEpochMs: 61_000, startedAtMs: 60_990 }
    expect(recordingOf(facts, places)).toMatchObject({ state: 'ready', startMs: -11_000, call: 'cal_1' })
  })

  it.each<[string, Kept, string | undefined]>([
    ['the call is on', { call: { endedAtMs: undefined } as never }, 'finishing'],
    ['it is being made', { call: {}, files: { 'segment-1-a.wav': wav } }, 'finishing'],
    ['it was deleted', { call: {} }, 'deleted'],
    ['the call was not recorded', { call: { record: false } }, undefined],
    ['there was no call', {}, undefined],
  ])('is told as it is where %s', async (_, kept, status) => {
    expect((await found(kept).find(key))?.status).toBe(status)
  })

  it('is read sample by sample', async () => {
    const sound = await found({ call: {}, files: callFiles }).open(key)
    expect(sound).toMatchObject({ rate: 8_000, pairs: 2 })
    expect([...(await sound.read(0, 2))]).toEqual([1, -1, 2, -2])
    expect([...(await sound.read(1, 1))]).toEqual([2, -2])
    const row = { status: 'ready', consent: 'announced', formats: ['ogg'], sampleRate: 16_000 } as const
    await expect(found({ row }).open(key)).rejects.toMatchObject({ code: 'not_found' })
  })
})
