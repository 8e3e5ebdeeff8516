import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startTestRedis, type TestRedis } from '../../../platform/dist/redis/test-redis.js'
import { openTestDesk } from './desk.test-kit.js'
import { createDevices, type MemorySocket } from './device-socket.test-kit.js'
import { openFarJoins } from './far-joins.js'

const ana = { tenant: 'acme', subject: 'ana' }
const ids = { next: (prefix: string) => `${prefix}_${randomUUID()}` }

let redis: TestRedis
beforeAll(async () => {
  redis = await startTestRedis()
})
afterAll(() => redis.remove())

const shared = { encryptionKey: undefined, recordingsKeys: undefined, requireEncryption: false }
const jwtSecret = 'a secret of thirty-two characters'

async function openNode(given: { readonly jwtSecret?: string; readonly requireEncryption?: boolean } = {}) {
  const stage = await openTestDesk()
  const { desk, clock } = stage
  const lines: string[] = []
  const log = {
    warn: (first: string | { readonly err: Error }) =>
      void lines.push(typeof first === 'string' ? first : first.err.message),
  } as never
  const config = { redisUrl: redis.url, jwtSecret: undefined, ...shared, ...given }
  const far = await openFarJoins({ config, desk, clock, ids, log })
  await far.ready
  return { ...stage, far, lines, open: createDevices({ host: far.host, clock }) }
}

const until = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 5_000 })
const rolesSeenBy = (socket: MemorySocket) => socket.last('devices')?.devices.map(({ role }) => role)

it('a node that shares no secret with others stands apart from those that do, and says so', async () => {
  const home = await openNode({ jwtSecret })
  const speaker = await home.open(ana)
  const session = speaker.last('ready')?.session ?? ''
  for (const given of [{}, { jwtSecret: `${jwtSecret}!` }, { requireEncryption: true }]) {
    const other = await openNode(given)
    const heard = new Set(home.lines)
    const asked = other.open(ana, { join: { session, as: 'listener' } })
    // Its question is heard and not taken; nobody answers it.
    if (!('requireEncryption' in given))
      await until(() => expect(home.lines.length).toBeGreaterThan(heard.size))
    await other.clock.advance(1_500)
    expect((await asked).last('error')).toMatchObject({ code: 'not_found' })
    if (!('jwtSecret' in given)) expect(other.lines[0]).toContain('JWT_SECRET')
    other.far.close()
  }
  expect(home.lines).toEqual([
    expect.stringMatching(/unsealed messages.* lacks JWT_SECRET/),
    expect.stringMatching(/another JWT_SECRET sealed it/),
  ])
  home.far.close()
})

it('devices of two nodes stand in one conversation, over Redis, until it is gone', async () => {
  const [home, away] = await Promise.all([openNode({ jwtSecret }), openNode({ jwtSecret })])
  const speaker = await home.open(ana)
  const session = speaker.last('ready')?.session ?? ''
  const device = await away.open(ana, { join: { session, as: 'controller' }, device: 'Phone' })
  expect(device.last('ready')).toMatchObject({ session, role: 'controller', agent: 'front-desk' })
  await until(() => expect(device.last('devices')).toEqual(speaker.last('devices')))

  device.say({ type: 'text', text: 'are you open' })
  await until(() => expect(speaker.last('transcript-final')).toMatchObject({ text: 'are you open' }))
  await until(() => expect(device.last('transcript-final')).toEqual(speaker.last('transcript-final')))

  device.say({ type: 'take-over' })
  await until(() => expect(device.last('role')).toMatchObject({ role: 'speaker', resumeToken: '' }))
  expect(rolesSeenBy(speaker)).toEqual(['controller', 'speaker'])
  device.say(new Uint8Array(3_200))
  device.say({ type: 'text', text: 'it heard me' })
  await until(() => expect(speaker.last('transcript-final')).toMatchObject({ text: 'it heard me' }))
  speaker.say({ type: 'take-over' })
  await until(() => expect(device.last('role')).toMatchObject({ role: 'controller' }))
  // 100 ms of sound came up from the other node before.
  expect(speaker.last('role')).toMatchObject({ role: 'speaker', receivedMs: 100 })

  const stranger = await away.open(
    { tenant: 'globex', subject: 'ana' },
    { join: { session, as: 'listener' } },
  )
  expect(stranger.last('error')).toMatchObject({ code: 'not_found' })
  const leaving = await away.open(ana, { join: { session, as: 'listener' } })
  await until(() => expect(rolesSeenBy(speaker)).toHaveLength(3))
  leaving.say({ type: 'bye' })
  await until(() => expect(rolesSeenBy(speaker)).toHaveLength(2))

  await redis.crash()
  await Promise.all([away.clock.advance(10_000), home.clock.advance(10_000)])
  await until(() => expect(device.closed).toMatchObject({ code: 1001 }))
  expect(device.last('error')).toMatchObject({ fatal: true })
  await until(() => expect(rolesSeenBy(speaker)).toEqual(['speaker']))
  expect(home.desk.active).toBe(1)
  home.far.close()
  away.far.close()
})
