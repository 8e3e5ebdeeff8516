import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signToken } from '@parley/platform'
import { pino } from 'pino'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { type RunningGateway, startGateway } from '../start-gateway.js'

const secret = 'a secret of more than thirty-two characters'

function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-sio-'))
  const made = process.env.PARLEY_TEST_DATABASE
  if (made !== undefined) cpSync(made, join(folder, 'data'), { recursive: true })
  return folder
}

async function start(env: NodeJS.ProcessEnv = {}): Promise<RunningGateway> {
  const folder = dataDir()
  const all = { PORT: '0', JWT_SECRET: secret, PARLEY_DATA_DIR: join(folder, 'data'), ...env }
  const { config } = resolveConfig(readEnvironment(all, '/nonexistent'))
  return startGateway({ config, log: pino({ level: 'silent' }), version: '0.0.0-test' })
}

const tokenFor = (tenant: string, scopes?: readonly ('talk' | 'sessions:read')[]) =>
  signToken({ secret, tenant, subject: 'ana', scopes, ttlSeconds: 60 })

let gateway: RunningGateway
let url: string
const clients: Socket[] = []

beforeAll(async () => {
  gateway = await start()
  url = gateway.urls[0] ?? ''
}, 30_000)
afterAll(async () => {
  for (const client of clients) client.disconnect()
  await gateway.lifecycle.stop('test')
})

function connect(options: Parameters<typeof io>[1] = {}): Socket {
  const client = io(url, { forceNew: true, transports: ['websocket'], reconnection: false, ...options })
  clients.push(client)
  return client
}

/** The next payload of an event. */
const next = (client: Socket, event: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: whatever the gateway tells
  new Promise<any>(resolve => client.once(event, resolve))

async function call(options: Parameters<typeof io>[1] = {}, wish: object = {}): Promise<Socket> {
  const client = connect(options)
  await next(client, 'connect')
  expect(await client.emitWithAck('authenticate', { token: await tokenFor('acme') })).toMatchObject({
    ok: true,
  })
  expect(await client.emitWithAck('call:start', wish)).toMatchObject({ ok: true })
  return client
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the gateway tells
const ask = async (path: string): Promise<any> => (await fetch(url + path)).json()

describe.each([
  ['websocket', ['websocket']],
  ['polling', ['polling']],
])('over %s', (name, transports) => {
  it('is known after connecting, talks, is interrupted and ends', async () => {
    const client = connect({ transports })
    const [hello] = await Promise.all([next(client, 'connected'), next(client, 'connect')])
    expect(hello).toEqual({ sessionId: expect.stringMatching(/^sio_/), authenticated: false })
    expect(await client.emitWithAck('call:start')).toMatchObject({ ok: false, code: 'unauthenticated' })

    const known = next(client, 'authenticated')
    const answer = await client.emitWithAck('authenticate', { token: await tokenFor('acme') })
    expect(answer).toMatchObject({ ok: true, sessionId: hello.sessionId, resumed: false, tenant: 'acme' })
    expect(await known).toMatchObject({ subject: 'ana' })
    expect(await client.emitWithAck('status')).toMatchObject({
      authenticated: true,
      callActive: false,
      transport: name,
    })

    const sound: Uint8Array[] = []
    client.on('audio:chunk', (chunk: Uint8Array) => sound.push(chunk))
    const begun = next(client, 'call:started')
    const speaks = next(client, 'audio:begin')
    expect(await client.emitWithAck('call:start')).toMatchObject({ ok: true, resumed: false })
    expect(await begun).not.toHaveProperty('resumeToken')
    expect(await client.emitWithAck('call:start')).toMatchObject({ ok: false, code: 'conflict' })

    await speaks
    const cut = next(client, 'barge-in:ack')
    expect(await client.emitWithAck('barge-in')).toMatchObject({ ok: true })
    expect(await cut).toMatchObject({ by: 'command' })

    const typed = next(client, 'transcript:final')
    const begins = next(client, 'audio:begin')
    expect(await client.emitWithAck('message', 'hello')).toEqual({ ok: true })
    expect(await typed).toMatchObject({ text: 'hello', origin: 'text' })
    const { reply } = await begins
    const heard = next(client, 'barge-in:ack')
    client.emit('barge-in')
    expect(await heard).toMatchObject({ heard: { reply, complete: false } })
    const after = sound.length
    await client.emitWithAck('ping')
    expect(sound.length).toBe(after)

    const ended = next(client, 'call:ended')
    expect(await client.emitWithAck('call:end')).toEqual({ ok: true })
    expect(await ended).toMatchObject({ reason: 'client', resumable: false })
    expect(await client.emitWithAck('status')).toMatchObject({ callActive: false })
  })
})

describe('the edge', () => {
  it('answers what it does not know, and what is wrong in what it knows', async () => {
    const client = await call()
    const told = next(client, 'error')
    expect(await client.emitWithAck('dance', { fast: true })).toMatchObject({
      ok: false,
      code: 'bad_message',
      message: expect.stringContaining('call:start'),
    })
    expect(await told).toMatchObject({ code: 'bad_message', fatal: false })
    const wrong = [
      ['message', { text: 5 }],
      ['message', '  '],
      ['audio:chunk', 'text'],
      ['audio:chunk', Buffer.alloc(3)],
      ['audio:played', { reply: 'x', ms: -1 }],
      ['authenticate', { token: 7 }],
    ] as const
    for (const [event, payload] of wrong)
      expect([event, (await client.emitWithAck(event, payload)).ok]).toEqual([event, false])
    expect(await client.emitWithAck('audio:chunk', Buffer.alloc(640))).toEqual({ ok: true })
    expect(await client.emitWithAck('audio-chunk', { audio: Buffer.alloc(640) })).toEqual({ ok: true })
    client.disconnect()
  })

  it('closes on a client that goes on being wrong', async () => {
    const client = connect()
    await next(client, 'connect')
    const gone = next(client, 'disconnect')
    for (let count = 0; count < 25; count++) client.emit('nonsense')
    expect(await gone).toBe('io server disconnect')
  })

  it('knows who has a token in the handshake, and refuses who has a bad one or lacks the scope', async () => {
    const good = connect({ auth: { token: await tokenFor('acme') } })
    expect(await next(good, 'connected')).toMatchObject({ authenticated: true })
    const refused = async (token: string) => (await next(connect({ auth: { token } }), 'connect_error')).data
    expect(await refused('x.y.z')).toEqual({ code: 'unauthenticated' })
    expect(await refused(await tokenFor('acme', ['sessions:read']))).toEqual({ code: 'forbidden' })
    const late = connect()
    await next(late, 'connect')
    expect(await late.emitWithAck('authenticate', { token: 'x.y.z' })).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('the event `authenticate`'),
    })
    good.disconnect()
    late.disconnect()
  })

  it('lets a call go on when its client comes back with the session, and nobody else', async () => {
    const first = await call()
    const { sessionId } = await first.emitWithAck('status')
    const gone = next(first, 'disconnect')
    first.io.engine.close()
    await gone

    const thief = connect({ auth: { token: await tokenFor('other'), sessionId } })
    expect((await next(thief, 'connected')).sessionId).not.toBe(sessionId)

    const second = connect({ auth: { token: await tokenFor('acme'), sessionId } })
    const [about, begun] = await Promise.all([next(second, 'authenticated'), next(second, 'call:started')])
    expect(about).toMatchObject({ sessionId, resumed: true })
    expect(begun).toMatchObject({ resumed: true })
    expect(await second.emitWithAck('message', { text: 'hello' })).toEqual({ ok: true })
    thief.disconnect()
    second.disconnect()
  })

  it('tells its health and counts who is there', async () => {
    const client = await call()
    const health = await ask('/api/socket-server/health')
    expect(health).toEqual({
      status: 'ok',
      service: 'parley',
      version: '1.0.0',
      socketIO: { initialized: true, connections: expect.any(Number) },
    })
    expect(health.socketIO.connections).toBeGreaterThan(0)
    const metrics = await ask('/api/socket-server/metrics')
    expect(metrics).toMatchObject({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      connections: expect.any(Number),
    })
    expect(Object.keys(metrics.sessions)).toEqual([
      'total',
      'authenticated',
      'activeCalls',
      'activeLastMinute',
    ])
    expect(metrics.sessions.activeCalls).toBeGreaterThan(0)
    client.disconnect()
  })

  it('serves its test console, which needs nothing but this gateway', async () => {
    const page = await fetch(`${url}/test-socket.html`)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    const html = await page.text()
    expect(html).not.toMatch(/<script(?![^>]* src=)|https?:/)
    for (const [, file] of html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g))
      expect([file, (await fetch(`${url}/${file}`)).status]).toEqual([file, 200])
  })

  it('lets devices stand in one call: one joins, takes over, comes back as what it is, and leaves alone', async () => {
    const laptop = connect()
    await next(laptop, 'connect')
    await laptop.emitWithAck('authenticate', { token: await tokenFor('acme') })
    const { session } = await laptop.emitWithAck('call:start', { device: 'Laptop' })
    const typed = next(laptop, 'transcript:final')
    await laptop.emitWithAck('message', 'hello')
    const { turn } = await typed

    const token = await tokenFor('acme')
    const phone = connect({ auth: { token } })
    await next(phone, 'authenticated')
    const past = next(phone, 'history')
    const seen = next(phone, 'devices')
    const begun = next(laptop, 'devices')
    const started = await phone.emitWithAck('call:start', {
      device: 'Phone',
      join: { session, as: 'listener' },
    })
    expect(started).toMatchObject({ ok: true, role: 'listener' })
    expect(started).not.toHaveProperty('resumeToken')
    expect((await past).entries).toContainEqual(
      expect.objectContaining({ kind: 'user', turn, text: 'hello' }),
    )
    expect(await seen).toEqual(await begun)
    expect(await phone.emitWithAck('message', 'hi')).toMatchObject({ ok: false, code: 'forbidden' })
    const no = { granted: false }
    expect(await phone.emitWithAck('call:consent', no)).toMatchObject({ ok: false, code: 'forbidden' })
    const told = next(laptop, 'call:recording')
    expect(await laptop.emitWithAck('consent', no)).toEqual({ ok: true })
    // Nobody records here.
    expect(await told).toEqual({ state: 'off' })

    const roles = Promise.all([next(phone, 'device:role'), next(laptop, 'device:role')])
    expect(await phone.emitWithAck('call:take-over')).toEqual({ ok: true })
    const [own, other] = await roles
    expect(own).toEqual({ role: 'speaker', receivedMs: 0 })
    expect(other).toEqual({ role: 'controller', by: started.device })
    expect(await phone.emitWithAck('call:take-over')).toMatchObject({ ok: false, code: 'bad_message' })

    // The laptop is lost and comes back with the session of its socket: as the controller that it is now.
    const { sessionId } = await laptop.emitWithAck('status')
    const gone = next(phone, 'devices')
    laptop.io.engine.close()
    expect((await gone).devices).toHaveLength(1)
    const back = connect({ auth: { token, sessionId } })
    expect(await next(back, 'call:started')).toMatchObject({ role: 'controller', resumed: false })
    expect(await back.emitWithAck('message', 'still here')).toEqual({ ok: true })
    const ended = next(back, 'call:ended')
    expect(await back.emitWithAck('call:end')).toEqual({ ok: true })
    expect(await ended).toMatchObject({ reason: 'client', resumable: false })
    expect(await phone.emitWithAck('call:end')).toEqual({ ok: true })
  })

  it('keeps to the list of origins over both transports, and gives its places back', async () => {
    const polling = '/socket.io/?EIO=4&transport=polling'
    const foreign = await fetch(url + polling, { headers: { origin: 'https://evil.example' } })
    expect(foreign.status).toBe(403)
    const client = connect({ extraHeaders: { origin: 'https://evil.example' } })
    await next(client, 'connect_error')
    expect((await fetch(`${url}${polling}&sid=nobody`)).status).toBe(404)
    const script = await fetch(`${url}/socket.io/socket.io.min.js`)
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('javascript'),
    ])
    for (const each of clients) each.disconnect()
    await expect.poll(() => gateway.parts.door.connections).toBe(0)
  })

  it('tells a call that the node leaves, and closes once nobody speaks', async () => {
    const polled = connect({ transports: ['polling'] })
    await next(polled, 'connected')
    const client = await call()
    await client.emitWithAck('barge-in')
    const [leaving, ended, gone] = [
      next(client, 'draining'),
      next(client, 'call:ended'),
      next(polled, 'disconnect'),
    ]
    const code = gateway.lifecycle.stop('test')
    expect(Object.keys(await leaving)).toEqual(['deadlineMs'])
    expect(await ended).toMatchObject({ reason: 'draining', resumable: false })
    await gone
    expect(await code).toBe(0)
  })
})
