import { describe, expect, it } from 'vitest'
import { openTestDesk, TestLeg } from './desk.test-kit.js'
import { createDevices, type MemorySocket } from './device-socket.test-kit.js'

const ana = { tenant: 'acme', subject: 'ana' }
const boss = { tenant: 'acme', subject: 'boss', scopes: ['talk', 'sessions:steer'] }
const trainee = { tenant: 'acme', subject: 'tim', scopes: ['talk', 'sessions:watch'] }
const stranger = { tenant: 'globex', subject: 'ana', scopes: ['talk', 'sessions:watch', 'sessions:steer'] }

async function setUp(environment: Readonly<Record<string, string>> = {}) {
  const stage = await openTestDesk(undefined, environment)
  const { desk, clock } = stage
  const open = createDevices({ host: desk, clock })
  const speaker = await open(ana, { device: 'Laptop' })
  const session = speaker.last('ready')?.session ?? ''
  const join = (
    principal: Parameters<typeof open>[0],
    as: 'listener' | 'controller' | 'speaker',
    hello: Parameters<typeof open>[1] = {},
  ) => open(principal, { ...hello, join: { session, as } })
  return { ...stage, open, speaker, session, join }
}

const rolesSeenBy = (socket: MemorySocket) => socket.last('devices')?.devices.map(({ role }) => role)
const sound = new Uint8Array(640).fill(1)

describe('joining a conversation', () => {
  it('is ready as a device, without a token, at the rate of the conversation', async () => {
    const { speaker, session, join } = await setUp()
    const device = await join(ana, 'listener', {
      device: 'Kitchen tablet',
      output: { codec: 'pcm16', sampleRate: 8_000 },
    })
    expect(speaker.last('ready')).toMatchObject({
      role: 'speaker',
      resumeToken: expect.stringMatching(/.{30}/),
    })
    expect(device.last('ready')).toMatchObject({
      ...{ session, role: 'listener', resumeToken: '', resumed: false, agent: 'front-desk' },
      output: { codec: 'pcm16', sampleRate: 24_000 },
    })
    expect(device.messages.map(({ type }) => type).slice(0, 2)).toEqual(['ready', 'history'])
    expect(device.last('devices')).toEqual(speaker.last('devices'))
    expect(device.last('devices')?.devices[1]).toMatchObject({
      ...{ id: device.last('ready')?.device, name: 'Kitchen tablet', subject: 'ana' },
    })
  })

  it('is refused to those who have no business there, and told apart only where they may know of it', async () => {
    const { open, session, speaker, metrics } = await setUp()
    const eve = { tenant: 'acme', subject: 'eve', scopes: ['talk', 'sessions:read'] }
    const cases = [
      ['ses_none', ana, 'listener', 'not_found'],
      [session, stranger, 'listener', 'not_found'],
      [session, eve, 'listener', 'not_found'],
      [session, trainee, 'controller', 'forbidden'],
      [session, trainee, 'speaker', 'forbidden'],
    ] as const
    for (const [session, principal, as, code] of cases) {
      const device = await open(principal, { join: { session, as } })
      expect(device.last('error')).toMatchObject({ code, fatal: true })
      expect(device.closed?.code).toBe(code === 'not_found' ? 4404 : 4403)
    }
    expect(speaker.last('devices')).toBeUndefined()
    const page = await metrics.registry.metrics()
    expect(page).toContain('parley_joins_refused_total{code="not_found"} 3')
    expect(page).toContain('parley_joins_refused_total{code="forbidden"} 2')
  })

  it('takes whoever shares no name with others: two tokens without a subject are two people', async () => {
    const { desk, clock } = await openTestDesk()
    const open = createDevices({ host: desk, clock })
    const unnamed = { tenant: 'acme', subject: 'unnamed' }
    const first = await open(unnamed)
    const other = await open(unnamed, {
      join: { session: first.last('ready')?.session ?? '', as: 'listener' },
    })
    expect(other.last('error')).toMatchObject({ code: 'not_found' })
  })

  it('goes to those who may watch or steer, as that', async () => {
    const { join, speaker, metrics, desk, session } = await setUp()
    await join(trainee, 'listener')
    await join(boss, 'controller')
    expect(rolesSeenBy(speaker)).toEqual(['speaker', 'listener', 'controller'])
    expect(await metrics.registry.metrics()).toContain('parley_devices{role="listener"} 1')
    expect(desk.devicesOf(session, trainee)).toHaveLength(3)
    expect(desk.devicesOf(session, stranger)).toBeUndefined()
  })

  it('is refused above the setting, and by a gateway that asks for encryption', async () => {
    const { join, desk, clock, session } = await setUp({ PARLEY_MAX_SESSION_DEVICES: '2' })
    await join(ana, 'listener')
    const late = await join(ana, 'listener')
    expect([late.last('error')?.code, late.closed?.code]).toEqual(['overloaded', 1013])
    const identity = {} as never
    const sealed = createDevices({ host: desk, clock }, { encryption: { identity, required: true } })
    const plain = await sealed(ana, { join: { session, as: 'listener' } })
    expect(plain.last('error')).toMatchObject({ code: 'encryption_required', fatal: true })
  })
})

describe('a device that is not the speaker', () => {
  it('is refused what its role does not allow, and stays; its sound once', async () => {
    const { join } = await setUp()
    const device = await join(ana, 'listener')
    for (let index = 0; index < 20; index++) device.say(sound)
    device.say({ type: 'text', text: 'hi' })
    device.say({ type: 'interrupt' })
    device.say({ type: 'commit' })
    device.say({ type: 'played', reply: 'rpl_1', ms: 10 })
    device.say({ type: 'ping', id: 7 })
    expect(device.of('error').map(({ code, fatal }) => [code, fatal])).toEqual(
      Array.from({ length: 4 }, () => ['forbidden', false]),
    )
    expect(device.last('pong')).toEqual({ type: 'pong', id: 7 })
    expect(device.closed).toBeUndefined()
  })

  it('types as a controller, and everybody reads it; its bye leaves only it', async () => {
    const { join, speaker, clock, desk } = await setUp()
    const device = await join(ana, 'controller')
    device.say({ type: 'text', text: 'are you open' })
    device.say({ type: 'interrupt' })
    await clock.advance(100)
    expect(device.last('interrupted')).toBeDefined()
    for (const socket of [speaker, device])
      expect(socket.last('transcript-final')).toMatchObject({ text: 'are you open', origin: 'text' })
    device.say({ type: 'bye' })
    await clock.advance(20)
    expect(device.closed).toEqual({ code: 1000, reason: 'client' })
    expect(rolesSeenBy(speaker)).toEqual(['speaker'])
    expect(desk.active).toBe(1)
  })

  it('that does not read is given up, and the speaker hears nothing of it', async () => {
    const stage = await openTestDesk()
    const { desk, clock } = stage
    const open = createDevices({ host: desk, clock }, { limits: { maxUnsentBytes: 20_000 } })
    const speaker = await open(ana)
    const device = await open(ana, {
      join: { session: speaker.last('ready')?.session ?? '', as: 'listener' },
    })
    device.bufferedAmount = 30_000
    speaker.say({ type: 'text', text: 'hello' })
    await clock.advance(100)
    expect(device.closed).toEqual({ code: 1013, reason: 'slow_consumer' })
    expect(speaker.of('warning').map(({ code }) => code)).not.toContain('overloaded')
    expect(rolesSeenBy(speaker)).toEqual(['speaker'])
  })

  it('goes with the conversation when the speaker says goodbye, and stays when its line breaks', async () => {
    const { join, speaker, clock, open } = await setUp()
    const device = await join(ana, 'controller')
    speaker.cut()
    await clock.advance(20)
    expect(rolesSeenBy(device)).toEqual(['controller'])
    const resumeToken = speaker.last('ready')?.resumeToken ?? ''
    const back = await open(ana, { resume: resumeToken })
    expect(back.last('ready')).toMatchObject({
      ...{
        resumed: true,
        role: 'speaker',
        resumeToken,
        device: speaker.last('ready')?.device,
        receivedMs: 0,
      },
    })
    expect(rolesSeenBy(device)).toEqual(['controller', 'speaker'])
    back.say({ type: 'bye' })
    await clock.advance(40)
    expect(device.last('session-ended')).toMatchObject({ reason: 'client' })
    expect([device.closed?.code, back.closed?.code]).toEqual([1000, 1000])
  })
})

describe('the microphone', () => {
  it('goes to the device that takes over; what came before is not its sound', async () => {
    const { join, speaker, clock, open, session } = await setUp()
    speaker.say(new Uint8Array(3_200))
    const device = await join(ana, 'controller')
    device.say(sound)
    device.say({ type: 'take-over' })
    const role = device.last('role')
    expect(role).toMatchObject({
      role: 'speaker',
      receivedMs: 100,
      resumeToken: expect.stringMatching(/.{30}/),
    })
    expect(role?.resumeToken).not.toBe(speaker.last('ready')?.resumeToken)
    expect(speaker.last('role')).toEqual({
      type: 'role',
      role: 'controller',
      by: device.last('ready')?.device,
    })
    device.say(sound)
    speaker.say(sound)
    speaker.say({ type: 'text', text: 'still here' })
    await clock.advance(40)
    // Its sound was on its way when it lost the microphone: that is no mistake.
    expect(speaker.of('error')).toEqual([])
    expect(device.of('error')).toHaveLength(1)
    expect(device.last('transcript-final')).toMatchObject({ text: 'still here' })
    // The line of the old speaker breaks: nobody waits for it, and its token is void.
    speaker.cut()
    await clock.advance(40)
    expect(rolesSeenBy(device)).toEqual(['speaker'])
    const stale = await open(ana, { resume: speaker.last('ready')?.resumeToken ?? '' })
    expect([stale.last('error')?.code, stale.closed?.code]).toEqual(['resume_failed', 4404])
    device.cut()
    const again = await open(ana, { resume: role?.resumeToken ?? '', join: { session, as: 'controller' } })
    expect(again.last('ready')).toMatchObject({ resumed: true, role: 'speaker', receivedMs: 120 })
  })

  it('is asked for twice, by the speaker itself, and by who has no right', async () => {
    const { join, speaker } = await setUp()
    const watching = await join(trainee, 'listener')
    watching.say({ type: 'take-over' })
    speaker.say({ type: 'take-over' })
    expect(watching.last('error')).toMatchObject({ code: 'forbidden', fatal: false })
    expect(speaker.last('error')).toMatchObject({ code: 'bad_message', fatal: false })
    const device = await join(boss, 'controller')
    device.say({ type: 'take-over' })
    device.say({ type: 'take-over' })
    expect(device.of('role')).toHaveLength(1)
    expect(rolesSeenBy(speaker)).toEqual(['controller', 'listener', 'speaker'])
  })

  it('is taken at once by who joins as the speaker, also while the line of the old one is lost', async () => {
    const { join, speaker, clock } = await setUp()
    const first = await join(ana, 'speaker')
    expect(first.last('ready')).toMatchObject({ role: 'speaker', receivedMs: 0 })
    expect(first.last('ready')?.resumeToken).not.toBe('')
    expect(first.last('role')).toBeUndefined()
    expect(speaker.last('role')).toMatchObject({ role: 'controller' })
    first.cut()
    await clock.advance(20)
    const next = await join(ana, 'speaker')
    expect(rolesSeenBy(next)).toEqual(['controller', 'speaker'])
    next.say({ type: 'bye' })
    await clock.advance(40)
    expect(speaker.closed).toEqual({ code: 1000, reason: 'client' })
  })

  it('goes over while the node leaves, and each is told what it can come back with', async () => {
    const { join, speaker, desk, clock } = await setUp()
    const device = await join(ana, 'controller')
    device.say({ type: 'take-over' })
    for (const socket of [speaker, device]) socket.served?.announceDraining(1_000)
    expect(speaker.last('draining')).toMatchObject({ resumeToken: '' })
    expect(device.last('draining')?.resumeToken).toBe(device.last('role')?.resumeToken)
    const drained = desk.drain(new AbortController().signal)
    speaker.say({ type: 'take-over' })
    await clock.advance(200)
    await drained
    expect([speaker.closed?.code, device.closed?.code]).toEqual([1012, 1012])
  })
})

it('stand beside a far end of another kind, which keeps its microphone', async () => {
  const { desk, clock } = await openTestDesk()
  const open = createDevices({ host: desk, clock })
  const leg = new TestLeg()
  const signal = new AbortController().signal
  const { session } = await desk.openRealtime({ model: '', principal: ana, transport: leg, signal })
  const device = await open(boss, { join: { session, as: 'controller' }, output: { codec: 'opus' } })
  expect(device.last('ready')?.output).toEqual({ codec: 'opus', sampleRate: 16_000 })
  device.say({ type: 'text', text: 'are you open' })
  device.say({ type: 'take-over' })
  await clock.advance(60)
  expect(device.last('error')).toMatchObject({ code: 'conflict', fatal: false })
  expect(leg.kinds).toContain('transcript-final')
  const late = await open(boss, { join: { session, as: 'speaker' } })
  expect([late.last('error')?.code, late.closed?.code]).toEqual(['conflict', 4403])
  expect(rolesSeenBy(device)).toEqual(['speaker', 'controller'])
})

it('ends for everybody by order of who may steer, and of nobody else', async () => {
  const { join, speaker, desk, session, clock } = await setUp()
  const device = await join(ana, 'listener')
  for (const principal of [trainee, stranger])
    await expect(desk.end(session, principal)).rejects.toMatchObject({ code: 'not_found' })
  const ended = desk.end(session, boss)
  await clock.advance(40)
  await ended
  expect([speaker.closed, device.closed]).toEqual(
    Array.from({ length: 2 }, () => ({ code: 1000, reason: 'hang-up' })),
  )
})
