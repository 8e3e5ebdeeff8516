import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../packages/platform/dist/store/test-postgres.js'
import { writeAgent } from './support/agent-file.js'
import { makeDataFolders } from './support/data-folder.js'
import { type ParleyProcess, parley, spawnParley, startParley } from './support/parley-process.js'
import { VoiceCaller } from './support/voice-caller.js'

interface Stored {
  readonly endReason?: string
  readonly turns: readonly {
    readonly user?: { readonly text: string }
    readonly replies: readonly { readonly id: string; readonly ended?: { readonly heardText: string } }[]
  }[]
}

async function stored(gateway: ParleyProcess, session: string): Promise<Stored> {
  return (await (await fetch(`${gateway.url}/api/sessions/${session}`)).json()) as Stored
}

/** Everything the caller was told is in the store. */
async function expectStored(gateway: ParleyProcess, caller: VoiceCaller): Promise<void> {
  const { turns } = await stored(gateway, caller.of('ready')[0]?.session ?? '')
  const texts = turns.map(({ user }) => user?.text)
  expect(texts).toEqual(expect.arrayContaining(caller.of('transcript-final').map(({ text }) => text)))
  const heard = new Map(turns.flatMap(turn => turn.replies.map(({ id, ended }) => [id, ended?.heardText])))
  const ended = caller.of('reply-ended').filter(({ said }) => said !== '')
  expect(ended.map(({ reply }) => heard.get(reply))).toEqual(ended.map(each => each.heard.text))
}

const agent = { PARLEY_AGENT: writeAgent() }
let newFolder: () => string
beforeAll(async () => {
  newFolder = await makeDataFolders()
})

/** A caller in the middle of the long answer. */
async function inAnAnswer(gateway: ParleyProcess): Promise<{ caller: VoiceCaller; reply: string }> {
  const caller = await VoiceCaller.call(gateway.url)
  caller.send({ type: 'text', text: 'tell me a story' })
  const { turn } = await caller.next('transcript-final')
  const { reply } = await caller.next('reply-started', message => message.turn === turn)
  await caller.next('audio-begin', message => message.reply === reply)
  return { caller, reply }
}

async function again(dataDir: string, use: (gateway: ParleyProcess) => Promise<void>): Promise<void> {
  const gateway = await startParley({ dataDir, env: agent, brief: true })
  await use(gateway)
  expect(await gateway.stop()).toBe(0)
}

describe.concurrent('a SIGTERM', { timeout: 60_000 }, () => {
  it('lets the answer finish, takes nobody new, tells everyone where to go on, and ends with 0', async () => {
    const gateway = await startParley({ dataDir: newFolder(), env: agent })
    const { caller, reply } = await inAnAnswer(gateway)
    gateway.child.kill('SIGTERM')
    const { resumeToken, deadlineMs } = await caller.next('draining')
    expect([resumeToken, deadlineMs]).toEqual([caller.of('ready')[0]?.resumeToken, 10_000])
    await expect(VoiceCaller.call(gateway.url)).rejects.toMatchObject({ status: 503, code: 'draining' })
    const ready = await fetch(`${gateway.url}/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, reasons: ['draining'] }])
    expect(await caller.next('reply-ended', message => message.reply === reply)).toMatchObject({
      interrupted: false,
      heard: { complete: true },
    })
    expect(await caller.closed()).toBe(1012)
    expect(caller.of('error').at(-1)).toMatchObject({ code: 'draining' })
    expect(await gateway.exited).toBe(0)
    await again(gateway.dataDir, async next => {
      await expectStored(next, caller)
      expect((await stored(next, caller.of('ready')[0]?.session ?? '')).endReason).toBe('draining')
    })
  })

  it('cuts an answer that is longer than the deadline, keeps what was heard of it, and says the rest once it is started again', async () => {
    const env = { ...agent, PARLEY_DRAIN_MS: '300' }
    const gateway = await startParley({ dataDir: newFolder(), env })
    const { caller, reply } = await inAnAnswer(gateway)
    gateway.child.kill('SIGTERM')
    const ended = await caller.next('reply-ended', message => message.reply === reply)
    expect(ended).toMatchObject({ heard: { complete: false } })
    expect(await caller.closed()).toBe(1012)
    expect(await gateway.exited).toBe(0)
    await again(gateway.dataDir, async next => {
      await expectStored(next, caller)
      const { session, resumeToken } = caller.of('ready')[0] ?? {}
      const back = await VoiceCaller.call(next.url, { resume: resumeToken })
      expect(back.of('ready')).toMatchObject([{ session, resumed: true }])
      // The rest, in the same turn.
      expect(await back.next('reply-started')).toMatchObject({ turn: ended.turn })
    })
  })

  it('that comes twice ends the process at once with 1, and nothing announced is missing', async () => {
    const gateway = await startParley({ dataDir: newFolder(), env: agent })
    const { caller } = await inAnAnswer(gateway)
    gateway.child.kill('SIGTERM')
    await caller.next('draining')
    gateway.child.kill('SIGTERM')
    expect(await gateway.exited).toBe(1)
    expect(await caller.closed()).toBe(1006)
    await again(gateway.dataDir, next => expectStored(next, caller))
  })

  it('while a fresh database is made ends it with 0, and the next start makes it anew', async () => {
    const starting = spawnParley({ env: agent, makesDatabase: true, brief: true })
    await starting.printed(/Making a fresh embedded database/)
    starting.child.kill('SIGTERM')
    expect(await starting.exited).toBe(0)
    expect(starting.output()).not.toMatch(/listens on|"level":[56]0/)
    await again(starting.dataDir, async next => {
      expect((await fetch(`${next.url}/ready`)).status).toBe(200)
    })
  })
})

describe('a gateway on PostgreSQL', { timeout: 60_000 }, () => {
  let postgres: TestPostgres
  let env: Record<string, string>
  beforeAll(async () => {
    postgres = await startTestPostgres()
    env = { ...agent, DATABASE_URL: await postgres.freshDatabase() }
  })
  afterAll(() => postgres.remove())

  it('does not start on a database without its schema, and names the command', async () => {
    const status = await parley(['db', 'status'], env)
    expect(status.out).toMatch(/^The postgres database is at version 0 of \d+; run `parley db migrate` \(/)
    expect(status.code).toBe(1)
    const { code, err } = await parley(['start'], { ...env, PORT: '0' })
    expect(err).toMatch(
      /^parley: The database of DATABASE_URL lacks \d+ migrations?; run `parley db migrate`\.\n$/,
    )
    expect(code).toBe(1)
  })

  it('is migrated by one command, as often as one likes', async () => {
    const first = await parley(['db', 'migrate'], env)
    expect(first).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^Applied .+ is at version \d+\.\n$/),
    })
    expect(await parley(['db', 'migrate'], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Nothing to do; the postgres database is at version \d+\.\n$/),
    })
    const status = await parley(['db', 'status', '--json'], env)
    expect(JSON.parse(status.out)).toMatchObject({ kind: 'postgres', pending: [] })
    expect(status.code).toBe(0)
  })

  it('talks on while the database is away; what waits is told and stored when it is back', async () => {
    const gateway = await startParley({ env })
    const caller = await VoiceCaller.call(gateway.url)
    caller.send({ type: 'text', text: 'before' })
    await caller.next('transcript-final')
    await postgres.crash()

    const from = caller.messages.length
    caller.send({ type: 'text', text: 'what are your hours' })
    await caller.next('reply-sent', () => true, from)
    expect(await caller.next('warning')).toMatchObject({ code: 'store_unavailable' })
    const ready = await fetch(`${gateway.url}/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, reasons: ['database'] }])
    const voice = await fetch(`${gateway.url}/api/voice/health`)
    expect([voice.status, await voice.json()]).toMatchObject([503, { checks: { database: 'unhealthy' } }])
    expect(caller.of('transcript-final').map(({ text }) => text)).toEqual(['before'])

    await postgres.start()
    await caller.next('transcript-final', ({ text }) => text === 'what are your hours')
    await caller.next('reply-ended', ({ said }) => said.startsWith('We are open'))
    await caller.hangUp()
    await expectStored(gateway, caller)
    expect(await gateway.stop()).toBe(0)
    expect(gateway.output()).not.toContain(new URL(env.DATABASE_URL ?? '').password)
  })

  it('that cannot be reached is one sentence and 69', async () => {
    await postgres.crash()
    for (const command of [['start'], ['db', 'migrate'], ['db', 'status']]) {
      const { code, err } = await parley(command, { ...env, PORT: '0' })
      expect(err).toMatch(/^parley: The database does not answer; .*\(.*ECONNREFUSED.*\)\n$/)
      expect(err).not.toContain(new URL(env.DATABASE_URL ?? '').password)
      expect(code).toBe(69)
    }
    await postgres.start()
  })
})

describe('the doctor', () => {
  it('finds on this machine what speech needs, in words and as a document', async () => {
    const env = { PORT: '0', PARLEY_DATA_DIR: join(newFolder(), 'data') }
    const [told, asJson] = await Promise.all([parley(['doctor'], env), parley(['doctor', '--json'], env)])
    expect(told.code).toBe(0)
    for (const line of [
      /^ok {4}recogniser +pocketsphinx/m,
      /^ok {4}voice en +flite/m,
      /^ok {4}voice es +espeak/m,
    ])
      expect(told.out).toMatch(line)
    expect(asJson.code).toBe(0)
    const { ok, findings } = JSON.parse(asJson.out)
    expect(ok).toBe(true)
    expect(findings.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining([
        ...['node', 'memory', 'data folder', 'database', 'redis', 'recogniser', 'webrtc', 'browser'],
      ]),
    )
  })
})

describe('the check of the settings', () => {
  it('shows which of several names of a setting won, and that they disagree', async () => {
    const env = { STREAM_CORS_ORIGIN: 'https://b.example', VOICE_CORS_ORIGIN: 'https://a.example' }
    const { code, out } = await parley(['config', 'check'], env)
    expect(out).toMatch(/^ {2}CORS_ORIGINS +https:\/\/a\.example {2}\(VOICE_CORS_ORIGIN\)$/m)
    expect(out).toContain('STREAM_CORS_ORIGIN and VOICE_CORS_ORIGIN are the same setting and disagree')
    expect(code).toBe(0)
    const json = JSON.parse((await parley(['config', 'check', '--json'], env)).out)
    expect(json.settings).toContainEqual({
      key: 'corsOrigins',
      env: 'CORS_ORIGINS',
      aliases: ['VOICE_CORS_ORIGIN', 'STREAM_CORS_ORIGIN'],
      source: 'VOICE_CORS_ORIGIN',
      shown: 'https://a.example',
    })
  })
})
