import { once } from 'node:events'
import { createConnection } from 'node:net'
import { voiceSocketServerOptions } from '@parley/transports'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import {
  type Rig,
  type RigOptions,
  rawRequest,
  startRig,
  tokenFor,
  type UpgradeRequest,
  upgradeText,
} from '../testing/gateway-rig.js'

let rig: Rig | undefined
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

async function start(options?: RigOptions): Promise<Rig> {
  rig = await startRig(options)
  return rig
}

const knock = (to: Rig, request?: UpgradeRequest) => rawRequest(to.port, upgradeText(request), '\r\n\r\n')
const codeOf = (body: string): unknown => JSON.parse(body).error.code

async function connect(
  to: Rig,
  headers: Record<string, string> = {},
  protocols: string[] = [],
): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${to.port}/echo`, protocols, { headers })
  await once(socket, 'message')
  return socket
}

describe('the door', () => {
  it('lets this machine in without a token', async () => {
    const answer = await knock(await start())
    expect(answer.status).toBe(101)
    expect(answer.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    expect(answer.headers['sec-websocket-extensions']).toBeUndefined()
  })

  it('takes a token from the header, the subprotocol and the address', async () => {
    const to = await start({ env: { PARLEY_AUTH_REQUIRED: 'true' } })
    const token = await tokenFor('acme')
    const ways: UpgradeRequest[] = [
      { headers: { authorization: `Bearer ${token}` } },
      { headers: { 'sec-websocket-protocol': `parley.v1, bearer.${token}` } },
      { path: `/echo?token=${token}` },
    ]
    for (const way of ways) expect((await knock(to, way)).status).toBe(101)
    expect((await knock(to, ways[1])).headers['sec-websocket-protocol']).toBe('parley.v1')
    expect(to.lines.join('')).not.toContain(token)
  })

  it('tells an edge who came', async () => {
    const to = await start()
    const token = await tokenFor('acme')
    const socket = new WebSocket(`ws://127.0.0.1:${to.port}/echo`, ['parley.v1', `bearer.${token}`])
    const [data] = await once(socket, 'message')
    expect(JSON.parse(String(data))).toMatchObject({ tenant: 'acme', subject: 'ana', anonymous: false })
    expect(socket.protocol).toBe('parley.v1')
    socket.terminate()
  })

  const refusals: [string, UpgradeRequest, number, string][] = [
    ['a bad token', { headers: { authorization: 'Bearer x.y.z' } }, 401, 'unauthenticated'],
    ['an unknown path', { path: '/nowhere' }, 404, 'not_found'],
    ['a path that climbs', { path: '/../echo' }, 404, 'not_found'],
    ['a foreign page', { headers: { origin: 'https://evil.example' } }, 403, 'forbidden'],
    ['a page of null origin', { headers: { origin: 'null' } }, 403, 'forbidden'],
    [
      'a proxy that brings no token',
      { headers: { 'x-forwarded-for': '203.0.113.9' } },
      401,
      'unauthenticated',
    ],
    ['a foreign name for this machine', { headers: { host: 'evil.example' } }, 401, 'unauthenticated'],
    ['only unknown subprotocols', { headers: { 'sec-websocket-protocol': 'chat' } }, 400, 'bad_message'],
  ]
  for (const [what, request, status, code] of refusals) {
    it(`refuses ${what} with ${status} before the upgrade`, async () => {
      const to = await start()
      const answer = await knock(to, request)
      expect(answer.status).toBe(status)
      expect(codeOf(answer.body)).toBe(code)
      expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined)
      expect(to.door.connections).toBe(0)
      expect(to.lines.some(line => line.includes('socket refused'))).toBe(true)
    })
  }

  it('refuses a token without the scope of the edge with 403', async () => {
    const token = await tokenFor('acme', ['sessions:read'])
    const answer = await knock(await start(), { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('The token lacks the scope talk.')
  })

  it('keeps to a configured list of origins, for its own pages too only by their host', async () => {
    const to = await start({ env: { STREAM_CORS_ORIGIN: 'https://a.example' } })
    const from = (origin: string) => knock(to, { headers: { origin } })
    expect((await from('https://a.example')).status).toBe(101)
    expect((await from('http://localhost')).status).toBe(101)
    expect((await from('http://localhost:5173')).status).toBe(403)
  })

  it('refuses what the limits refuse with 429 and Retry-After, then lets in again', async () => {
    const to = await start({ env: { PARLEY_CONNECTIONS_PER_ADDRESS: '1' } })
    const first = await connect(to)
    const answer = await knock(to)
    expect(answer.status).toBe(429)
    expect(answer.headers['retry-after']).toBe('5')
    const [held] = to.sockets
    first.terminate()
    if (held) await once(held, 'close')
    expect((await knock(to)).status).toBe(101)
  })

  it('refuses the session over STREAM_MAX_CONCURRENT_SESSIONS of one user, not of another', async () => {
    const to = await start({ env: { STREAM_MAX_CONCURRENT_SESSIONS: '1' } })
    const [ana, other] = [await tokenFor('acme'), await tokenFor('other')]
    const first = await connect(to, { authorization: `Bearer ${ana}` })
    const answer = await knock(to, { headers: { authorization: `Bearer ${ana}` } })
    expect([answer.status, codeOf(answer.body)]).toEqual([429, 'rate_limited'])
    expect(answer.body).toContain('as many conversations as allowed')
    expect((await knock(to, { headers: { authorization: `Bearer ${other}` } })).status).toBe(101)
    const [held] = to.sockets
    first.terminate()
    if (held) await once(held, 'close')
    expect((await knock(to, { headers: { authorization: `Bearer ${ana}` } })).status).toBe(101)
  })

  it('refuses those who knock too often', async () => {
    const to = await start({ env: { STREAM_RATE_LIMIT_MAX: '2' } })
    await knock(to)
    await knock(to)
    const answer = await knock(to)
    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(50)
  })

  it('refuses the connection over VOICE_MAX_CONNECTIONS with 503, even in a crowd', async () => {
    const to = await start({ env: { VOICE_MAX_CONNECTIONS: '3' } })
    const crowd = Array.from({ length: 8 }, async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${to.port}/echo`)
      return new Promise<number>(resolve => {
        socket.on('open', () => resolve(101))
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      })
    })
    const statuses = await Promise.all(crowd)
    expect(statuses.filter(status => status === 101)).toHaveLength(3)
    expect(statuses.filter(status => status === 503)).toHaveLength(5)
    expect(to.door.connections).toBe(3)
  })

  it('refuses everyone once it drains and leaves open sockets alone', async () => {
    const to = await start()
    const socket = await connect(to)
    to.door.drain()
    const answer = await knock(to)
    expect(answer.status).toBe(503)
    expect(codeOf(answer.body)).toBe('draining')
    expect(answer.headers['retry-after']).toBe('1')
    socket.send('still here')
    const [data] = await once(socket, 'message')
    expect(String(data)).toBe('still here')
    socket.terminate()
  })

  it('closes what is open with 1001 when it closes', async () => {
    const to = await start()
    const socket = await connect(to)
    const closed = once(socket, 'close')
    await to.door.close(new AbortController().signal)
    expect((await closed)[0]).toBe(1001)
  })

  it('gives the place back when a client leaves while it is decided on', async () => {
    const to = await start()
    const held = new Promise<void>(resolve => {
      const socket = createConnection({ port: to.port, host: '127.0.0.1' }, () => {
        socket.write(upgradeText({ headers: { origin: 'http://localhost' } }))
        socket.resetAndDestroy()
        resolve()
      })
    })
    await held
    const other = await connect(to)
    other.terminate()
    const closing = to.sockets.filter(each => each.readyState !== WebSocket.CLOSED)
    await Promise.all(closing.map(each => once(each, 'close')))
    expect(to.door.connections).toBe(0)
  })

  it('survives handshakes that are not', async () => {
    const to = await start()
    const bad: Record<string, string>[] = [
      { 'sec-websocket-key': 'short' },
      { 'sec-websocket-version': '7' },
      { upgrade: 'h2c' },
    ]
    for (const headers of bad) {
      const answer = await rawRequest(to.port, upgradeText({ headers }))
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
    }
    expect(to.lines.filter(line => line.includes('The upgrade is not one of WebSocket'))).toHaveLength(
      bad.length,
    )
    await rawRequest(to.port, 'rubbish\r\n\r\n')
    const socket = await connect(to)
    expect(to.door.connections).toBe(1)
    socket.terminate()
  })

  it('ends a socket whose message is over the limit with 1009 and nothing else', async () => {
    const to = await start()
    const { maxPayload } = voiceSocketServerOptions
    const [one, other] = [await connect(to), await connect(to)]
    one.on('error', () => undefined)
    const closed = once(one, 'close')
    one.send(Buffer.alloc(maxPayload + 1))
    expect((await closed)[0]).toBe(1009)
    other.send(Buffer.alloc(maxPayload))
    const [data] = await once(other, 'message')
    expect(data).toHaveLength(maxPayload)
    other.terminate()
  })

  it('cuts a socket whose edge throws, and goes on', async () => {
    let fail = true
    const to = await start({
      onSocket(socket) {
        if (fail) throw new Error('edge broke')
        socket.send('hello')
      },
    })
    const broken = new WebSocket(`ws://127.0.0.1:${to.port}/echo`)
    broken.on('error', () => undefined)
    await once(broken, 'close')
    fail = false
    const socket = await connect(to)
    expect(to.lines.some(line => line.includes('edge broke'))).toBe(true)
    socket.terminate()
  })

  it('counts refusals and connections', async () => {
    const to = await start()
    await knock(to, { path: '/nowhere' })
    const socket = await connect(to)
    const page = await to.metrics.registry.metrics()
    expect(page).toContain('parley_connections_refused_total{reason="not_found"} 1')
    expect(page).toContain('parley_connections 1')
    socket.terminate()
  })
})
