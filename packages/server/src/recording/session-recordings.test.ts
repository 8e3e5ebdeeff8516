import { randomBytes } from 'node:crypto'
import { loadOpus, loadResampling, readWav, sine } from '@parley/audio'
import type { ReplyId, SessionEvent, SessionId, TurnId } from '@parley/core'
import type { Agent } from '@parley/engines'
import {
  createRecordingKeyring,
  createRecordingRows,
  createRecordingShares,
  createSqlKeyBook,
  createTenantPolicies,
  openRecordings,
  type RecordingMode,
  readRecordingFile,
  type Scope,
  sealedShelf,
  signToken,
} from '@parley/platform'
import { VirtualClock } from '@parley/sim'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CallDatabase, embeddedDatabase } from '../../../calls/dist/store/call-database.test-kit.js'
import { memoryShelf } from '../../../platform/dist/recording/memory-shelf.test-kit.js'
import { createGuard, createKnock } from '../http/guard.js'
import { createLog } from '../log/log.js'
import { createRecordingMetrics } from '../metrics/recording-metrics.js'
import { rigSecret, startRig } from '../testing/gateway-rig.js'
import { createFinishRecordings, LEASE_MS } from './finish-recordings.js'
import { LOOK_MS, openSessionRecordings } from './open-session-recordings.js'
import { recordingRoutes } from './recording-routes.js'
import { shareRoutes } from './share-routes.js'

const rate = 16_000
const epochMs = () => 1_750_000_000_000
const opus = await loadOpus()
const resampling = await loadResampling()
const random = (count: number) => new Uint8Array(randomBytes(count))
const gatewayKey = random(32)
const reply = 'rpl_1' as ReplyId
const turn = 'trn_1' as TurnId
const agent = { agent: 'clinic', language: 'en', turns: { bargeIn: 'any' } } as unknown as Agent
let database: CallDatabase
beforeAll(async () => {
  database = await embeddedDatabase()
})
afterAll(() => database.done())

const nowhere = { write: () => {} }
const quiet = createLog({
  config: { logLevel: 'error', debug: false, logFormat: 'json' },
  out: nowhere,
  err: nowhere,
})

/** A busy machine takes its time. */
const eventually = <Found>(look: () => Found) => expect.poll(look, { timeout: 20_000 })

let sessions = 0
async function newSession(): Promise<SessionId> {
  const id = `ses_${++sessions}` as SessionId
  await database.store.beginSession({
    ...{ id, tenant: 'acme' },
    ...{ agent: 'clinic', language: 'en', edge: 'voice-ws', startedAtMs: 1 },
  })
  return id
}

/** A node with its own clock; its shelf may be shared. */
function node(mode: RecordingMode, inner = memoryShelf()) {
  const { database: sql } = database.store
  const clock = new VirtualClock()
  const warnings: string[] = []
  const sink = { write: (line: string) => void warnings.push(line) }
  const log = createLog({
    config: { logLevel: 'warn', debug: false, logFormat: 'json' },
    out: sink,
    err: sink,
  })
  const ring = createRecordingKeyring([gatewayKey], random)
  const sealed = sealedShelf({ inner, ring, book: createSqlKeyBook(sql), randomBytes: random, seals: true })
  let opening = 0
  const shelf: typeof sealed = {
    ...sealed,
    async create(key, name) {
      opening++
      try {
        return await sealed.create(key, name)
      } finally {
        opening--
      }
    },
  }
  const registry = new Registry()
  const now = () => epochMs() + clock.now()
  const recordings = openSessionRecordings({
    ...{ shelf, clock, log, rate, usual: mode, retainMs: undefined, epochMs: now },
    formats: ['wav', 'ogg'],
    node: `node-${random(4).join('')}`,
    rows: createRecordingRows(sql),
    shares: createRecordingShares({ database: sql, epochMs: now, randomBytes: random }),
    policies: createTenantPolicies({ database: sql, clock }),
    metrics: createRecordingMetrics(registry, () => recordings.active),
    recordings: openRecordings({
      ...{ shelf, clock, resampling, opus, now, stem: 'session', rate: 16_000 },
      serial: () => Math.floor(Math.random() * 2 ** 32),
      rest: async () => {},
    }),
  })
  return {
    ...{ clock, inner, shelf, recordings, warnings, registry },
    /** Virtual seconds pass faster than a file is opened, and what comes meanwhile would find no room. */
    async filesAreOpen() {
      while (opening > 0) await new Promise(resolve => setImmediate(resolve))
    },
  }
}

type Node = ReturnType<typeof node>

async function begin({ recordings, clock, filesAreOpen }: Node, id: SessionId) {
  const around = await recordings.begin({
    ...{ tenant: 'acme', id, subject: 'ada', agent, language: 'en', goesOn: false },
    roundTripMs: () => 0,
  })
  if (around === undefined) return undefined
  const { tap } = around
  const beganMs = clock.now()
  const link = await around
    .wrap({
      connect: () => ({
        hear: () => {},
        async *reply() {},
        async *say() {
          yield { kind: 'audio', samples: new Int16Array(160), rate } as const
        },
        close: async () => {},
      }),
    })
    .connect({ clock } as never)
  const tell = (event: object) =>
    tap?.event({ atMs: clock.now() - beganMs, ...event } as unknown as SessionEvent)
  tell({ kind: 'session-started' })
  return {
    tell,
    /** The agent's first reply goes out. */
    open() {
      link.reply(
        { id: turn, origin: 'opening', text: '', history: [], startMs: 0, endMs: 0 },
        new AbortController().signal,
      )
      tell({ kind: 'reply-started', turn, reply })
    },
    /** The reply with the announcement ends, and so much of it was heard. */
    hear: (ms: number, complete: boolean) =>
      tell({
        ...{ kind: 'reply-ended', turn, reply, said: '', interrupted: !complete },
        heard: { text: '', ms, complete },
      }),
    async speak(ms: number) {
      const sound = sine({ rate, durationMs: ms, hz: 440, amplitude: 0.4 })
      for (let at = 0; at + 320 <= sound.length; at += 320) {
        await clock.advance(20)
        await filesAreOpen()
        tap?.userAudio?.({ samples: sound.subarray(at, at + 320), rate, atMs: clock.now() - beganMs - 20 })
      }
    },
    end: (reason = 'client') => tell({ kind: 'session-ended', reason }),
  }
}

const statusOf = async ({ recordings }: Node, id: string) =>
  (await recordings.read({ tenant: 'acme', id }))?.status

/** As if nobody had worked on it for so long. */
async function abandon(id: string, ms: number): Promise<void> {
  await database.store.database.sql
    .updateTable('parley.recordings' as never)
    .set({ updated_at: new Date(Date.now() - ms) } as never)
    .where('session_id' as never, '=', id as never)
    .execute()
}

describe('the recording of a conversation', () => {
  it('begins with its announcement, is sealed, and is there when the conversation is over', async () => {
    const here = node('announced')
    const id = await newSession()
    const talk = await begin(here, id)
    await talk?.speak(1_000)
    talk?.open()
    await talk?.speak(3_000)
    talk?.end()
    await eventually(() => statusOf(here, id)).toBe('ready')
    const row = await here.recordings.read({ tenant: 'acme', id })
    expect(row).toMatchObject({
      consent: 'announced',
      offsetMs: 1_000,
      formats: ['wav', 'ogg'],
      startedAtMs: epochMs() + 1_000,
    })
    const wav = readWav(await readRecordingFile(here.shelf, { tenant: 'acme', id }, 'session.wav'))
    expect([Math.round(wav.durationMs / 100), wav.sampleRate]).toEqual([30, rate])
    expect([...here.inner.files.keys()].every(name => name.endsWith('.sealed'))).toBe(true)
    expect(here.recordings.active).toBe(0)
  })

  it('is none where it is not asked for, and none that could not be announced', async () => {
    const here = node('never')
    expect(await begin(here, await newSession())).toBeUndefined()
    const silent = node('announced')
    const id = await newSession()
    const talk = await begin(silent, id)
    await talk?.speak(500)
    talk?.end()
    await eventually(() => statusOf(silent, id)).toBe('deleted')
    expect(silent.inner.files.size).toBe(0)
  })

  it('rests where its announcement was cut, and is none where it was never heard to the end', async () => {
    const here = node('announced')
    const id = await newSession()
    const key = { tenant: 'acme', id }
    const talk = await begin(here, id)
    talk?.open()
    await talk?.speak(2_000)
    talk?.hear(0, false)
    await talk?.speak(4_000)
    talk?.open()
    await talk?.speak(2_000)
    talk?.hear(3_000, true)
    await talk?.speak(1_000)
    talk?.end()
    await eventually(() => statusOf(here, id)).toBe('ready')
    const { samples } = readWav(await readRecordingFile(here.shelf, key, 'session.wav'))
    const loudest = (fromMs: number, toMs: number) => {
      let most = 0
      for (let at = fromMs * 16; at < toMs * 16; at++) most = Math.max(most, Math.abs(samples[at] ?? 0))
      return most
    }
    expect(loudest(500, 1_900)).toBeGreaterThan(5_000)
    expect(loudest(2_100, 5_900)).toBe(0)
    expect(loudest(6_100, 8_900)).toBeGreaterThan(5_000)

    const cut = await newSession()
    const shortTalk = await begin(here, cut)
    shortTalk?.open()
    await shortTalk?.speak(2_000)
    shortTalk?.hear(0, false)
    shortTalk?.end()
    await eventually(() => here.recordings.active).toBe(0)
    await eventually(() => statusOf(here, cut)).toBe('deleted')
    await expect(readRecordingFile(here.shelf, { tenant: 'acme', id: cut }, 'session.wav')).rejects.toThrow()
  })

  it('keeps nothing before consent, and nothing after it is taken back', async () => {
    const here = node('consent')
    const id = await newSession()
    const key = { tenant: 'acme', id }
    const talk = await begin(here, id)
    await talk?.speak(2_000)
    expect([await statusOf(here, id), here.inner.files.size]).toEqual(['waiting', 0])
    expect(await here.recordings.consent(key, true)).toMatchObject({ consent: 'granted' })
    await talk?.speak(4_000)
    await eventually(async () => (await here.recordings.read(key))?.offsetMs).toBe(2_000)
    await eventually(() => here.inner.files.size).toBe(1)
    expect(await here.recordings.consent(key, false)).toMatchObject({ status: 'deleted', consent: 'refused' })
    await talk?.speak(1_000)
    talk?.end()
    await eventually(() => here.recordings.active).toBe(0)
    expect(here.inner.files.size).toBe(0)
    await expect(here.recordings.consent(key, true)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('follows consent and refusal that were given at another node', async () => {
    const [here, there] = [node('consent'), node('consent')]
    here.recordings.start()
    const id = await newSession()
    const key = { tenant: 'acme', id }
    const talk = await begin(here, id)
    await there.recordings.consent(key, true)
    await here.clock.advance(LOOK_MS)
    await eventually(() => statusOf(here, id)).toBe('recording')
    await talk?.speak(4_000)
    await eventually(() => here.inner.files.size).toBe(1)
    await there.recordings.consent(key, false)
    await here.clock.advance(LOOK_MS)
    await eventually(() => here.inner.files.size).toBe(0)
    talk?.end()
    await here.recordings.close(new AbortController().signal)
  })

  it('of a node that died is finished by one that sees its files, and by none that does not', async () => {
    const here = node('announced')
    const id = await newSession()
    const talk = await begin(here, id)
    talk?.open()
    await talk?.speak(5_000)
    await eventually(() => statusOf(here, id)).toBe('recording')
    // It dies: nobody renews, nothing is closed.
    await abandon(id, LEASE_MS + 1_000)
    const stranger = node('announced')
    stranger.recordings.start()
    await stranger.clock.advance(60_000)
    await eventually(async () => stranger.clock.pending).toBeGreaterThan(0)
    expect(await statusOf(here, id)).toBe('recording')
    const friend = node('announced', here.inner)
    friend.recordings.start()
    await friend.clock.advance(60_000)
    await eventually(() => statusOf(here, id)).toBe('ready')
    const row = await here.recordings.read({ tenant: 'acme', id })
    expect([row?.problem, (row?.durationMs ?? 0) >= 1_500]).toEqual([
      expect.stringContaining('went away'),
      true,
    ])
    for (const each of [stranger, friend]) await each.recordings.close(AbortSignal.abort())
  })

  it('that another node has made meanwhile stays', async () => {
    const here = node('announced')
    const id = await newSession()
    const key = { tenant: 'acme', id }
    const rows = createRecordingRows(database.store.database)
    const shelf = here.shelf
    const slow = createFinishRecordings({
      ...{ shelf, rows, clock: here.clock, epochMs, log: quiet, formats: ['wav'], node: 'slow' },
      metrics: createRecordingMetrics(new Registry(), () => 0),
      erase: () => Promise.reject(new Error('erased')),
      recordings: {
        record: () => {
          throw new Error('unused')
        },
        async finish() {
          await rows.change(key, ['finishing'], { status: 'ready', durationMs: 1_000, formats: ['wav'] })
          return { durationMs: 1_000, segments: 1 }
        },
        tidy: () => Promise.reject(new Error('unused')),
      },
    })
    await rows.begin({
      ...{ ...key, subject: 'ada', status: 'recording', consent: 'announced', node: 'slow' },
      sampleRate: rate,
    })
    await rows.change(key, ['recording'], { status: 'finishing' })
    await slow.finish(key)
    expect(await rows.read(key)).toMatchObject({ status: 'ready', durationMs: 1_000 })
    expect((await rows.read(key))?.problem).toBeUndefined()
  })

  it('is changed by the node that holds it alone, and gone on with by nobody once its files are made', async () => {
    const id = await newSession()
    const key = { tenant: 'acme', id }
    const rows = createRecordingRows(database.store.database)
    const begin = (node: string) =>
      rows.begin({
        ...{ ...key, subject: 'ada', status: 'recording', consent: 'announced', sampleRate: rate, node },
      })
    await begin('one')
    await rows.change(key, ['recording'], { status: 'finishing' }, 'one')
    expect(await rows.change(key, ['finishing'], { status: 'ready' }, 'two')).toBeUndefined()
    expect(await begin('two')).toMatchObject({ status: 'recording', node: 'two' })
    await rows.change(key, ['recording'], { status: 'finishing' }, 'two')
    const made = { durationMs: 1_000, formats: ['wav'] }
    expect(await rows.change(key, ['finishing'], made, 'one')).toBeUndefined()
    expect(await rows.change(key, ['finishing'], made, 'two')).toMatchObject(made)
    expect(await begin('three')).toMatchObject({ status: 'finishing', node: 'two' })
  })

  it('whose files nobody sees for an hour has failed, in words', async () => {
    const here = node('announced')
    const id = await newSession()
    const talk = await begin(here, id)
    talk?.open()
    await talk?.speak(3_000)
    await eventually(() => statusOf(here, id)).toBe('recording')
    await abandon(id, 3_700_000)
    const stranger = node('announced')
    stranger.recordings.start()
    await stranger.clock.advance(60_000)
    await eventually(() => statusOf(here, id)).toBe('failed')
    expect((await here.recordings.read({ tenant: 'acme', id }))?.problem).toContain('PARLEY_RECORDINGS_DIR')
    await stranger.recordings.close(AbortSignal.abort())
  })

  it('goes when its time is over, key first', async () => {
    const here = node('announced')
    const id = await newSession()
    const talk = await begin(here, id)
    talk?.open()
    await talk?.speak(3_000)
    talk?.end()
    await eventually(() => statusOf(here, id)).toBe('ready')
    await database.store.database.sql
      .updateTable('parley.recordings' as never)
      .set({ retain_until_ms: epochMs() } as never)
      .where('session_id' as never, '=', id as never)
      .execute()
    here.inner.failures = 0
    here.recordings.start()
    await here.clock.advance(60_000)
    await eventually(() => here.inner.files.size).toBe(0)
    await eventually(() => statusOf(here, id)).toBe('deleted')
    await here.recordings.close(AbortSignal.abort())
  })

  it('harms no conversation where the disk is full, and says what was lost', async () => {
    const here = node('announced')
    const id = await newSession()
    const talk = await begin(here, id)
    here.inner.failures = 1_000
    talk?.open()
    await talk?.speak(3_000)
    talk?.end()
    await eventually(() => statusOf(here, id)).toBe('failed')
    expect(await here.registry.getSingleMetricAsString('parley_recording_dropped_seconds_total')).not.toMatch(
      / 0$/,
    )
  })

  it('is left to the next start by a node that leaves, and written to its last sample', async () => {
    const here = node('announced')
    const id = await newSession()
    const talk = await begin(here, id)
    talk?.open()
    await talk?.speak(3_000)
    talk?.end('draining')
    await here.recordings.close(new AbortController().signal)
    expect(['finishing', 'ready']).toContain(await statusOf(here, id))
    await abandon(id, LEASE_MS + 1_000)
    const next = node('announced', here.inner)
    next.recordings.start()
    await next.clock.advance(60_000)
    await eventually(() => statusOf(here, id)).toBe('ready')
    expect((await here.recordings.read({ tenant: 'acme', id }))?.durationMs).toBeCloseTo(3_000, -2)
    await next.recordings.close(AbortSignal.abort())
  })
})

describe('recordings over HTTP', () => {
  it('are for those who may hear them, by range, by links that end, and gone when deleted', async () => {
    const here = node('announced')
    const id = await newSession()
    const talk = await begin(here, id)
    talk?.open()
    await talk?.speak(3_000)
    const gateway = await startRig({
      edge(parts) {
        const recordings = here.recordings
        const guard = createGuard(parts)
        return async app => {
          await app.register(recordingRoutes({ guard, recordings }))
          await app.register(
            shareRoutes({
              guard,
              knock: createKnock(parts),
              recordings,
              publicUrl: 'https://voice.example/',
            }),
          )
        }
      },
    })
    const ask = async (
      path: string,
      {
        tenant = 'acme',
        subject = 'boss',
        scopes = ['recordings:read'],
        ...init
      }: RequestInit & { tenant?: string; subject?: string; scopes?: readonly Scope[] } = {},
    ) => {
      const token = await signToken({ secret: rigSecret, tenant, subject, scopes, ttlSeconds: 60 })
      return fetch(gateway.url + path, {
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          ...(init.body ? { 'content-type': 'application/json' } : {}),
          ...init.headers,
        },
      })
    }
    const path = `/api/sessions/${id}`
    expect((await ask(`${path}/recording.wav`)).status).toBe(404)
    talk?.end()
    await eventually(() => statusOf(here, id)).toBe('ready')
    expect(await (await ask(`${path}/recording`)).json()).toMatchObject({
      session: id,
      status: 'ready',
      formats: ['wav', 'ogg'],
    })
    // Who talks in it sees that it is recorded, and another does not.
    const talks: readonly Scope[] = ['talk']
    expect((await ask(`${path}/recording`, { subject: 'ada', scopes: talks })).status).toBe(200)
    expect((await ask(`${path}/recording`, { subject: 'eve', scopes: talks })).status).toBe(404)
    expect((await ask(`${path}/recording.wav`, { subject: 'ada', scopes: talks })).status).toBe(403)
    // To name nobody, as whoever talked, is no proof.
    const talkedBy = (subject: string) =>
      database.store.database.sql
        .updateTable('parley.recordings' as never)
        .set({ subject } as never)
        .where('session_id' as never, '=', id as never)
        .execute()
    await talkedBy('unnamed')
    const no = { method: 'POST', body: JSON.stringify({ granted: false }) }
    expect((await ask(`${path}/consent`, { subject: 'unnamed', scopes: talks, ...no })).status).toBe(404)
    await talkedBy('ada')
    expect((await ask(`${path}/recording.wav`, { tenant: 'rival' })).status).toBe(404)
    expect((await ask(`${path}/recording`, { tenant: 'rival' })).status).toBe(404)
    const part = await ask(`${path}/recording.wav`, { headers: { range: 'bytes=0-3' } })
    expect([
      part.status,
      await part.text(),
      part.headers.get('content-range')?.startsWith('bytes 0-3/'),
    ]).toEqual([206, 'RIFF', true])
    expect((await ask(`${path}/recording.ogg`)).headers.get('content-type')).toContain('audio/ogg')
    expect(await (await ask(`${path}/recording/waveform`)).json()).toMatchObject({
      version: 2,
      sample_rate: rate,
    })

    const shared = await ask(`${path}/shares`, { method: 'POST', body: JSON.stringify({ expiresInS: 60 }) })
    const share = (await shared.json()) as {
      readonly id: string
      readonly secret: string
      readonly url: string
    }
    expect([shared.status, share.url]).toEqual([201, `https://voice.example/#/shared/${share.secret}`])
    expect(
      (await ask(`${path}/shares`, { method: 'POST', body: JSON.stringify({ expiresInS: 31 * 86_400 }) }))
        .status,
    ).toBe(400)
    const list = await (await ask(`${path}/shares`)).text()
    expect([list.includes(share.id), list.includes(share.secret)]).toEqual([true, false])
    const open = (secret: string, what = 'recording.ogg') =>
      fetch(`${gateway.url}/api/shared/${secret}/${what}`)
    const given = await open(share.secret)
    expect([given.status, given.headers.get('cache-control'), given.headers.get('referrer-policy')]).toEqual([
      200,
      'no-store',
      'no-referrer',
    ])
    expect(await (await open(share.secret, 'recording')).text()).not.toContain('acme')
    expect(JSON.stringify([...given.headers])).not.toContain(id)
    const mark = given.headers.get('etag') ?? ''
    const rest = { headers: { range: 'bytes=0-3', 'if-range': mark } }
    expect((await fetch(`${gateway.url}/api/shared/${share.secret}/recording.ogg`, rest)).status).toBe(206)
    const unknown = await open('x'.repeat(43))
    const answer = [unknown.status, await unknown.text()]
    expect((await ask(`${path}/shares/${share.id}`, { tenant: 'rival', method: 'DELETE' })).status).toBe(404)
    expect((await ask(`${path}/shares/${share.id}`, { method: 'DELETE' })).status).toBe(204)
    const revoked = await open(share.secret)
    expect([revoked.status, await revoked.text()]).toEqual(answer)
    const short = (await (
      await ask(`${path}/shares`, { method: 'POST', body: JSON.stringify({ expiresInS: 60 }) })
    ).json()) as { secret: string }
    expect((await open(short.secret)).status).toBe(200)
    await here.clock.advance(60_001)
    expect((await open(short.secret)).status).toBe(404)
    expect(gateway.lines.join('\n')).not.toContain(share.secret)

    expect((await ask(`${path}/recording`, { method: 'DELETE', scopes: talks, subject: 'ada' })).status).toBe(
      403,
    )
    expect((await ask(`${path}/recording`, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(`${path}/recording.wav`)).status).toBe(404)
    expect(here.inner.files.size).toBe(0)
    // Its caller may say no at any time, and others only with the right to.
    const refuse = { method: 'POST', body: JSON.stringify({ granted: false }), scopes: talks }
    expect((await ask(`${path}/consent`, { ...refuse, subject: 'eve' })).status).toBe(404)
    expect((await ask(`${path}/consent`, { ...refuse, subject: 'ada' })).status).toBe(409)
    await gateway.stop()
  })
})
