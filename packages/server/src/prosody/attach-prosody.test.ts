import { once } from 'node:events'
import type { ProsodyFeed } from '@parley/transports'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import {
  type Rig,
  type RigOptions,
  rawRequest,
  startRig,
  tokenFor,
  upgradeText,
} from '../testing/gateway-rig.js'
import { createHandClock } from '../testing/hand-clock.js'
import { type AttachedProsody, attachProsody } from './attach-prosody.js'
import { loadProsodyAnalyser } from './load-analyser.js'

let rig: Rig | undefined
let attached: AttachedProsody | undefined
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

const createAnalyser = await loadProsodyAnalyser({
  warn() {
    throw new Error('The fast transform is not there.')
  },
})

const feed: ProsodyFeed = {
  follow: ({ tenant, session }) => (tenant === 'acme' && session === 'ses_1' ? () => {} : undefined),
}

async function start(env: NodeJS.ProcessEnv = {}, more: Partial<RigOptions> = {}): Promise<Rig> {
  rig = await startRig({
    env,
    ...more,
    edge(parts) {
      attached = attachProsody({
        ...parts,
        ...{ feed, createAnalyser, epochMs: Date.now },
        subjectOf: session => (session === 'ses_1' ? 'ana' : undefined),
      })
      return attached.routes
    },
  })
  return rig
}

const needsTokens = { PARLEY_AUTH_REQUIRED: 'true' }

interface Client {
  readonly socket: WebSocket
  readonly messages: Record<string, unknown>[]
  /** Code and reason. */
  readonly closed: Promise<string>
  /** Once so many messages are there. */
  have(count: number): Promise<void>
}

interface Knock {
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly protocols?: string[]
}

function knock(to: Rig, { path = '/prosody', headers = {}, protocols = [] }: Knock = {}): Client {
  const socket = new WebSocket(`ws://127.0.0.1:${to.port}${path}`, protocols, { headers })
  const messages: Record<string, unknown>[] = []
  socket.on('message', data => messages.push(JSON.parse(String(data))))
  socket.on('error', () => {})
  return {
    socket,
    messages,
    closed: new Promise(resolve => socket.once('close', (code, reason) => resolve(`${code} ${reason}`))),
    async have(count) {
      while (messages.length < count) await once(socket, 'message')
    },
  }
}

async function greeted(to: Rig, how?: Knock): Promise<Client> {
  const client = knock(to, how)
  await client.have(1)
  return client
}

/** One second of a voice of 220 Hz at 16 kHz. */
function hum(): Int16Array {
  const partials = [0.5, 0.25, 0.12, 0.06]
  return Int16Array.from({ length: 16_000 }, (_, index) =>
    Math.round(
      8_000 *
        partials.reduce(
          (sum, share, partial) =>
            sum + share * Math.sin((2 * Math.PI * 220 * (partial + 1) * index) / 16_000),
          0,
        ),
    ),
  )
}

/** Once the gateway knows of everything that was closed. */
async function settled(to: Rig): Promise<void> {
  while (to.door.connections > 0) await new Promise(resolve => setImmediate(resolve))
}

describe('the prosody socket of a gateway', () => {
  it('greets, and tells the pitch of what it hears once each hop', async () => {
    const to = await start()
    const client = await greeted(to)
    expect(client.messages[0]).toEqual({
      type: 'connected',
      timestamp: expect.any(Number),
      message: 'Prosody stream ready',
    })
    const sound = Buffer.from(hum().buffer)
    for (let at = 0; at < sound.length; at += 640) client.socket.send(sound.subarray(at, at + 640))
    client.socket.send('{"type":"end"}')
    const isEnd = () => client.messages.at(-1)?.type === 'ended'
    while (!isEnd()) await once(client.socket, 'message')
    const frames = client.messages.filter(({ type }) => type === 'prosody')
    expect(frames).toHaveLength(Math.floor(16_000 / 512))
    expect(client.messages.at(-1)).toEqual({ type: 'ended', frames: frames.length })
    const middle = frames.slice(5, -5).map(({ pitch }) => Number(pitch))
    for (const pitch of middle) expect(Math.abs(pitch / 220 - 1)).toBeLessThan(0.03)
    expect(frames.map(({ pitchHz }) => pitchHz)).toEqual(frames.map(({ pitch }) => pitch))

    const page = await to.metrics.registry.metrics()
    expect(page).toContain(
      '# HELP prosody_websocket_connections Number of active prosody WebSocket connections',
    )
    expect(page).toContain('prosody_websocket_connections 1')
    expect(page).toContain(`prosody_frames_processed_total ${frames.length}`)
    client.socket.close()
    await client.closed
    await settled(to)
    expect(await to.metrics.registry.metrics()).toContain('prosody_websocket_connections 0')
  })

  it('closes 1008 Unauthorized without a good token, and logs why', async () => {
    const to = await start(needsTokens)
    const bad = 'aaaa.bbbb.cccc'
    const knocks: Knock[] = [
      {},
      { headers: { authorization: `Bearer ${bad}` } },
      { path: `/prosody?token=${bad}` },
    ]
    for (const how of knocks) {
      const client = knock(to, how)
      expect(await client.closed).toBe('1008 Unauthorized')
      expect(client.messages).toEqual([])
    }
    await settled(to)
    const refused = to.lines.filter(line => line.includes('socket refused'))
    expect(refused).toHaveLength(3)
    expect(refused[0]).toContain('"reason":"no token"')
    expect(to.lines.join('')).not.toContain(bad)
  })

  it('takes the token of the header, the subprotocol and the address', async () => {
    const to = await start(needsTokens)
    const token = await tokenFor('acme')
    const knocks: Knock[] = [
      { headers: { authorization: `Bearer ${token}` } },
      { protocols: ['parley.v1', `bearer.${token}`] },
      { path: `/prosody?token=${token}` },
    ]
    for (const how of knocks) {
      const client = await greeted(to, how)
      expect(client.messages[0]?.type).toBe('connected')
      client.socket.terminate()
    }
  })

  it('loses nothing that came before it was known who sends it', async () => {
    const to = await start(needsTokens)
    const client = knock(to, { headers: { authorization: `Bearer ${await tokenFor('acme')}` } })
    client.socket.once('open', () => client.socket.send('{"type":"ping","id":1}'))
    await client.have(2)
    expect(client.messages).toMatchObject([{ type: 'connected' }, { type: 'pong', id: 1 }])
  })

  it('lets each do what its token allows', async () => {
    const to = await start(needsTokens)
    const as = async (scopes: ('talk' | 'sessions:read')[], tenant = 'acme', session = 'ses_1') => {
      const token = await tokenFor(tenant, scopes)
      const client = await greeted(to, { headers: { authorization: `Bearer ${token}` } })
      client.socket.send(JSON.stringify({ type: 'subscribe', session }))
      client.socket.send(Buffer.alloc(2))
      client.socket.send('{"type":"ping"}')
      while (client.messages.at(-1)?.type !== 'pong') await once(client.socket, 'message')
      client.socket.terminate()
      return client.messages.slice(1, -1).map(({ type, code }) => code ?? type)
    }
    expect(await as(['sessions:read'])).toEqual(['subscribed', 'forbidden'])
    expect(await as(['talk'])).toEqual(['subscribed'])
    expect(await as(['talk'], 'acme', 'ses_2')).toEqual(['forbidden'])
    expect(await as(['talk', 'sessions:read'], 'other')).toEqual(['not_found'])
    const none = knock(to, { headers: { authorization: `Bearer ${await tokenFor('acme', [])}` } })
    expect(await none.closed).toBe('1008 Forbidden')
  })

  it('is no conversation of its principal', async () => {
    const to = await start({ STREAM_MAX_CONCURRENT_SESSIONS: '1' })
    const authorization = `Bearer ${await tokenFor('acme')}`
    const clients = [
      await greeted(to, { headers: { authorization } }),
      await greeted(to, { headers: { authorization } }),
    ]
    const answer = await rawRequest(to.port, upgradeText({ headers: { authorization } }), '\r\n\r\n')
    expect(answer.status).toBe(101)
    for (const { socket } of clients) socket.terminate()
  })

  it('refuses foreign pages before the upgrade, and lets listed ones in', async () => {
    const to = await start({ CORS_ORIGINS: 'https://a.example' })
    const from = (origin: string) =>
      rawRequest(to.port, upgradeText({ path: '/prosody', headers: { origin } }), '\r\n\r\n')
    expect((await from('https://evil.example')).status).toBe(403)
    expect((await from('https://a.example')).status).toBe(101)
    expect(to.lines.join()).toContain(
      'Pages of https://evil.example may not use this gateway; add it to CORS_ORIGINS',
    )
  })

  it('holds as many sockets of an address as it may, and frees the place', async () => {
    const to = await start({ PROSODY_MAX_PER_IP: '2' })
    const clients = [await greeted(to), await greeted(to)]
    const answer = await rawRequest(to.port, upgradeText({ path: '/prosody' }))
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '5'])
    expect(answer.body).toContain('PROSODY_MAX_PER_IP')
    for (const { socket } of clients) socket.terminate()
    await settled(to)
    expect((await greeted(to)).messages).toHaveLength(1)
  })

  it('tells a request without an upgrade what is missing', async () => {
    const to = await start({ PROSODY_WS_PATH: '/live/prosody' })
    const answer = await fetch(`${to.url}/live/prosody`)
    expect(answer.status).toBe(426)
    expect(to.lines.join()).toContain('no WebSocket upgrade came')
    expect((await greeted(to, { path: '/live/prosody' })).messages[0]?.type).toBe('connected')
    expect((await rawRequest(to.port, upgradeText({ path: '/prosody' }))).status).toBe(404)
  })

  it('will not take the path of another edge', async () => {
    await expect(start({ PROSODY_WS_PATH: '/echo' })).rejects.toThrow('PROSODY_WS_PATH=/echo is taken')
  })

  it('reads a file as fast as it may, and hears all of it', async () => {
    const clock = createHandClock()
    const client = await greeted(await start({}, { clock }))
    const second = Buffer.from(hum().buffer)
    for (let count = 0; count < 13; count++) client.socket.send(second)
    client.socket.send('{"type":"end"}')
    const isEnd = () => client.messages.at(-1)?.type === 'ended'
    // Each step lets the machine carry some of it; the gateway waits for a second in all.
    while (!isEnd()) await clock.advance(1)
    expect(clock.now()).toBeGreaterThan(500)
    expect(client.messages.at(-1)).toEqual({ type: 'ended', frames: Math.floor((13 * 16_000) / 512) })
  })

  it('closes 1009 for a message over half a mebibyte', async () => {
    const client = await greeted(await start())
    client.socket.send(Buffer.alloc(524_289))
    expect(await client.closed).toMatch(/^1009/)
  })

  it('closes at its total time, and with 1001 when the gateway leaves', async () => {
    const clock = createHandClock()
    const to = await start({ PROSODY_CONNECTION_TIMEOUT: '10s', PROSODY_IDLE_TIMEOUT: '11s' }, { clock })
    const [old, young] = [await greeted(to), await greeted(to)]
    young.socket.terminate()
    await young.closed
    await clock.advance(10_000)
    expect(await old.closed).toBe('1001 expired')
    const last = await greeted(to)
    attached?.drain()
    expect(await last.closed).toBe('1001 going away')
  })

  it('keeps nothing of a hundred sockets that came and went', async () => {
    const clock = createHandClock()
    const to = await start({}, { clock })
    const before = clock.pending
    const sound = Buffer.from(hum().buffer, 0, 4_096)
    for (let round = 0; round < 5; round++) {
      const clients = await Promise.all(Array.from({ length: 20 }, () => greeted(to)))
      for (const { socket } of clients) socket.send(sound)
      await Promise.all(clients.map(client => client.have(2)))
      for (const [index, { socket }] of clients.entries())
        if (index % 2 === 0) socket.terminate()
        else socket.close()
      await Promise.all(clients.map(({ closed }) => closed))
      await settled(to)
    }
    expect(clock.pending).toBe(before)
    const page = await to.metrics.registry.metrics()
    expect(page).toContain('prosody_websocket_connections 0')
    expect(page).toMatch(/prosody_frames_processed_total (?!0$)\d+/m)
  })
})
