import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createFixedEndpointing, defaultTurnPolicy, type SessionId, turnTaking } from '@parley/core'
import { createThresholdEar } from '@parley/sim'
import { afterAll, describe, expect, it } from 'vitest'
import { recordWorld, useRecordings } from './record-world.test.helper.js'
import { replayFile } from './replay-file.js'
import { comparePolicies } from './replay-policy.js'
import { createSessionLogFile } from './session-log-file.js'

useRecordings()

const folder = mkdtempSync(join(tmpdir(), 'parley-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))
const options = { ear: () => createThresholdEar() }
/** Caller and agent both speak in it. */
const SEED = 14
const lively = () => recordWorld(SEED, { sound: true, redacted: false })

describe('a replay', () => {
  it('finds one sample of the caller that was changed, and the line', async () => {
    const lines = readFileSync(await lively(), 'utf8').split('\n')
    const at = lines.findIndex(line => line.startsWith('{"kind":"audio"'))
    const line = JSON.parse(lines[at] ?? '')
    const pcm = Buffer.from(line.pcm, 'base64')
    pcm.writeInt16LE(pcm.readInt16LE(100) + 1, 100)
    lines[at] = JSON.stringify({ ...line, pcm: pcm.toString('base64') })
    const path = join(folder, 'sample.ndjson')
    writeFileSync(path, lines.join('\n'))
    const { same, difference } = await replayFile(path, options)
    expect(same).toBe(false)
    expect(difference).toMatchObject({ what: 'entry', at: { line: at + 1, kind: 'audio' } })
  })

  it('finds one sample of the agent that is not the same, and the frame', async () => {
    const lines = readFileSync(await lively(), 'utf8').split('\n')
    const at = lines.findIndex(line => line.includes('"part":{"kind":"audio"'))
    const line = JSON.parse(lines[at] ?? '')
    const pcm = Buffer.from(line.part.pcm, 'base64')
    pcm.writeInt16LE(pcm.readInt16LE(100) + 900, 100)
    lines[at] = JSON.stringify({ ...line, part: { ...line.part, pcm: pcm.toString('base64') } })
    const path = join(folder, 'agent.ndjson')
    writeFileSync(path, lines.join('\n'))
    const { same, difference, replayed, recorded } = await replayFile(path, options)
    expect(same).toBe(false)
    expect(replayed).not.toBe(recorded)
    expect(difference).toMatchObject({ what: 'entry', at: { line: at + 1, kind: 'part' } })
  })

  it('finds the first decision that code which changed makes otherwise', async () => {
    const { same, difference } = await replayFile(await lively(), {
      ...options,
      turnTaking: (policy, language) => ({
        ...turnTaking(policy, language),
        endpointing: createFixedEndpointing(900),
      }),
    })
    expect(same).toBe(false)
    expect(difference).toMatchObject({ what: 'output', told: expect.stringMatching(/timer|replayed/) })
    expect(difference?.at.line).toBeGreaterThan(1)
  })

  it('reads a log that was packed', async () => {
    const path = join(folder, 'packed.ndjson.gz')
    writeFileSync(path, gzipSync(readFileSync(await lively())))
    expect(await replayFile(path, options)).toMatchObject({ same: true })
  })

  it('refuses a log with an entry that no session can do with, naming the line', async () => {
    const text = readFileSync(await lively(), 'utf8')
    const path = join(folder, 'bent.ndjson')
    writeFileSync(path, text.replace('{"kind":"tick"', '{"kind":"tock"'))
    await expect(replayFile(path, options)).rejects.toMatchObject({
      code: 'bad_session_log',
      message: expect.stringMatching(/bent\.ndjson:\d+ .*tock/),
    })
    writeFileSync(path, text.replace(/"pcm":"/, '"pcm":7,"was":"'))
    await expect(replayFile(path, options)).resolves.toMatchObject({ same: false })
  })
})

describe('another policy', () => {
  // A session each, so that a slow machine tells which; those of odd seeds have a far end that steers.
  it.each([
    { seed: 2, sound: true, redacted: false },
    { seed: 1, sound: false, redacted: true },
    { seed: 3, sound: false, redacted: false },
    { seed: 6, sound: false, redacted: false },
    { seed: 7, sound: false, redacted: false },
    { seed: 10, sound: true, redacted: false },
  ])('that is the same decides nothing otherwise: session $seed', async ({ seed, ...kept }) => {
    const path = await recordWorld(seed, kept)
    const { changes } = await comparePolicies(path, policy => ({ ...policy }), options)
    expect(changes).toEqual([])
  })

  it('that lets nobody interrupt shows every barge-in as gone', async () => {
    const path = await lively()
    const { changes, verdict } = await comparePolicies(
      path,
      policy => ({ ...policy, bargeIn: 'none' }),
      options,
    )
    expect(verdict.same).toBe(true)
    expect(
      changes.filter(({ old, now }) => old?.what === 'duck' && now === undefined).length,
    ).toBeGreaterThan(0)
    expect(changes.filter(({ now }) => now?.what === 'duck')).toEqual([])
  })
})

describe('the file of a session log', () => {
  const header = {
    format: 1,
    session: 'ses_1' as SessionId,
    language: 'en',
    listenRate: 16_000,
    outputRate: 16_000,
    policy: defaultTurnPolicy,
    limits: { idleMs: 1, maxMs: 1, resumeMs: 1 },
    opens: false,
    hears: false,
    keeps: { sound: false, words: true },
    atMs: 0,
  } as const

  it('that cannot keep up counts what it lost and is refused', async () => {
    const path = join(folder, 'slow.ndjson')
    let dropped = 0
    const log = createSessionLogFile({
      path,
      version: '0.0.0-test',
      keepsSound: false,
      capacity: 10,
      dropped: () => {
        dropped += 1
      },
    })
    log.begin(header)
    for (let at = 0; at < 30; at++) log.input({ kind: 'tick', atMs: at })
    log.end()
    await log.closed
    expect(dropped).toBe(21)
    await expect(replayFile(path)).rejects.toMatchObject({
      code: 'bad_session_log',
      message: expect.stringContaining('lacks 21 entries'),
    })
  })

  it('that cannot be written costs the log and nothing else', async () => {
    const errors: unknown[] = []
    const log = createSessionLogFile({
      path: join(folder, 'missing', 'file.ndjson'),
      version: '0.0.0-test',
      keepsSound: false,
      dropped: error => errors.push(error),
    })
    log.begin(header)
    await log.closed
    log.input({ kind: 'tick', atMs: 1 })
    log.end()
    expect(errors).toMatchObject([{ code: 'ENOENT' }, undefined])
  })
})
