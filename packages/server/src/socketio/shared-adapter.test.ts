import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadOpus } from '@parley/audio'
import { ParleyError, systemClock } from '@parley/core'
import { openRedis } from '@parley/platform'
import {
  createSocketioServer,
  createSocketioSessions,
  defaultOpusManner,
  defaultSocketioLimits,
  defaultVoiceLimits,
  type SocketioServer,
} from '@parley/transports'
import { pino } from 'pino'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestRedis, type TestRedis } from '../../../platform/dist/redis/test-redis.js'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { openSharedAdapter } from './shared-adapter.js'

interface Node {
  readonly url: string
  readonly server: SocketioServer
  stop(): Promise<void>
}

const log = pino({ level: 'silent' })
let redis: TestRedis
const nodes: Node[] = []

/** A node of the edge alone; nobody can call. */
async function startNode(): Promise<Node> {
  const { config } = resolveConfig(
    readEnvironment({ REDIS_ENABLED: 'true', REDIS_URL: redis.url }, '/nonexistent'),
  )
  const stops: (() => void)[] = []
  const lifecycle = { onStop: (_: string, stop: () => void) => void stops.push(stop) }
  const shared = await openSharedAdapter({ config, log, lifecycle: lifecycle as never })
  const nobody = () => Promise.reject(new ParleyError('not_found'))
  const server = createSocketioServer({
    host: { open: nobody, resume: nobody },
    sessions: createSocketioSessions({
      clock: systemClock,
      ttlMs: 60_000,
      maxSessions: 10,
      newId: () => `sio_${Math.random()}`,
    }),
    ...{ clock: systemClock, log, shared, opus: await loadOpus(), opusManner: defaultOpusManner },
    ...{ limits: defaultSocketioLimits, voiceLimits: defaultVoiceLimits, listenRate: 16_000 },
    async identify(token) {
      if (token !== 'good') throw new ParleyError('unauthenticated')
      return { tenant: 'acme', subject: 'ana' }
    },
    tokenOf: () => undefined,
    hold: () => () => {},
    warm() {},
  })
  const http: Server = createServer(server.request).on('upgrade', server.upgrade)
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  const node = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    server,
    async stop() {
      await server.close()
      for (const stop of stops) stop()
      http.closeAllConnections()
      await new Promise(resolve => http.close(resolve))
    },
  }
  nodes.push(node)
  return node
}

beforeAll(async () => {
  redis = await startTestRedis()
})
afterAll(async () => {
  for (const node of nodes) await node.stop()
  await redis.remove()
})

it('asks a socket that comes back on another node who it is, and sends nothing of its own through Redis', async () => {
  const [first, second] = [await startNode(), await startNode()]
  let token = 'good'
  const client = io(first.url, {
    transports: ['websocket'],
    reconnection: false,
    auth: give => give({ token }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: whatever the gateway tells
  const next = (event: string) => new Promise<any>(resolve => client.once(event, resolve))
  await next('recovery')
  for (let count = 0; count < 5; count++) await client.emitWithAck('ping', Buffer.alloc(1_000))

  const look = await openRedis({ url: redis.url, waits: true, warn() {} })
  expect(await look.xlen('parley:socket.io')).toBe(1)
  const gone = next('disconnect')
  client.io.engine.close()
  await gone
  await expect.poll(async () => (await look.keys('parley:sio:session:*')).length).toBe(1)
  look.disconnect()

  Object.assign(client.io, { uri: second.url })
  token = 'bad'
  const refused = next('connect_error')
  client.connect()
  expect((await refused).data).toEqual({ code: 'unauthenticated' })
  client.disconnect()
  expect(second.server.connections).toBe(0)
})

it('brings a socket with its token back on another node as itself', async () => {
  const [first, second] = nodes
  const client = io(first?.url, { transports: ['websocket'], reconnection: false, auth: { token: 'good' } })
  // biome-ignore lint/suspicious/noExplicitAny: whatever the gateway tells
  const next = (event: string) => new Promise<any>(resolve => client.once(event, resolve))
  await next('recovery')
  const { id } = client
  const gone = next('disconnect')
  client.io.engine.close()
  await gone
  const look = await openRedis({ url: redis.url, waits: true, warn() {} })
  await expect.poll(async () => (await look.keys('parley:sio:session:*')).length).toBeGreaterThan(0)
  look.disconnect()
  Object.assign(client.io, { uri: second?.url })
  const known = next('authenticated')
  client.connect()
  expect(await known).toMatchObject({ tenant: 'acme', subject: 'ana' })
  expect([client.recovered, client.id]).toEqual([true, id])
  client.disconnect()
})
