import { ParleyError } from '@parley/core'
import { createSealedBus } from '@parley/platform'
import type { RecordingNotice } from '@parley/protocol'
import type { VirtualClock } from '@parley/sim'
import {
  createCompanyRelay,
  type JoinPlace,
  noSuchSession,
  type RelayBus,
  type VoiceJoinRequest,
} from '@parley/transports'
import { describe, expect, it } from 'vitest'
import { openCompany, RATE, TestDevice } from './company.test-kit.js'

const ana = { tenant: 'acme', subject: 'ana' }
const never = new AbortController().signal

/** What nodes hear of each other after 1 ms; `drops` decides what never comes. */
function createBus(clock: VirtualClock) {
  const listeners = new Map<string, ((bytes: Uint8Array) => void)[]>()
  const state = { drops: (_: string, __: Uint8Array) => false, isDown: false, told: 0 }
  const bus: RelayBus = {
    async listen(channel, hear) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), hear])
    },
    tell(channel, bytes) {
      if (state.isDown) return false
      state.told += 1
      const copy = bytes.slice()
      if (!state.drops(channel, copy))
        clock.after(1, () => {
          for (const hear of listeners.get(channel) ?? []) hear(copy)
        })
      return true
    },
  }
  return { bus, state }
}

async function setUp({ sealed = false } = {}) {
  const held = await openCompany({ limits: { resumeMs: 60_000 } })
  const { clock, company, talk } = held
  const { bus, state } = createBus(clock)
  const facts = { session: 'ses_sim', agent: 'reception', language: 'en', recogniser: null, voice: null }
  const home = {
    has: (session: string) => session === 'ses_sim',
    async join({ join: { as }, principal }: VoiceJoinRequest): Promise<JoinPlace> {
      if (principal.tenant !== 'acme') throw noSuchSession()
      return {
        outputRate: RATE,
        async sit({ line }) {
          const { seat } = company.join({ line, subject: principal.subject, as, mayTakeOver: true })
          return { ...facts, resumeToken: '', resumed: false, seat }
        },
      }
    },
  }
  const warned: string[] = []
  const secret = new Uint8Array(32).fill(7)
  const lines = (index: number): RelayBus =>
    sealed
      ? createSealedBus({
          ...{ bus, secret, setting: 'JWT_SECRET', clock },
          randomBytes: count => new Uint8Array(count).fill(index),
          warn: error => void warned.push(error.message),
        })
      : bus
  const none = { has: () => false, join: () => Promise.reject(noSuchSession()) }
  const nodes = [home, none].map((home, index) => {
    let count = 0
    const ids = { next: (prefix: string) => `${prefix}_${index}_${++count}` }
    return createCompanyRelay({ bus: lines(index), node: `node-${index}`, home, clock, ids })
  })
  const [near, far] = nodes as [(typeof nodes)[0], (typeof nodes)[0]]

  async function settle<Value>(promise: Promise<Value>, ms = 40): Promise<Value> {
    promise.catch(() => {})
    await clock.advance(ms)
    return promise
  }

  async function join(as: 'listener' | 'controller' | 'speaker', device = new TestDevice(clock, 'Phone')) {
    const request = { join: { session: 'ses_sim', as, hears: device.hears }, principal: ana, signal: never }
    const place = await settle(far.join(request))
    const hello = {} as never
    const opened = await settle(
      place.sit({ hello, principal: ana, transport: device.transport, line: device, signal: never }),
    )
    if (opened.seat === undefined) throw new Error('There is no seat.')
    return { device, seat: opened.seat, place, opened }
  }
  return { ...held, near, far, bus, state, warned, join, settle, talk }
}

describe('a device of another node', () => {
  it('is given what the speaker is given, and types and interrupts as if it stood here', async () => {
    const { first, join, clock, company, near, far } = await setUp()
    const { device, seat, place, opened } = await join('controller')
    expect(place.outputRate).toBe(RATE)
    expect(opened).toMatchObject({ session: 'ses_sim', resumeToken: '', agent: 'reception' })
    expect(device.last('devices')?.devices).toEqual(company.devices)
    expect(device.told[0]).toBe('history')
    seat.text('hello')
    await clock.advance(900)
    seat.interrupt()
    await clock.advance(100)
    expect(device.last('interrupted')?.heard).toMatchObject({ complete: false })
    const news = ({ told }: TestDevice) => told.slice(told.lastIndexOf('devices') + 1)
    // What no client is told does not travel, either.
    expect(news(device).filter(kind => kind !== 'interrupted')).toEqual(
      news(first).filter(kind => kind !== 'reply-made'),
    )
    expect(device.frames.map(({ fromMs, samples }) => [fromMs, samples.length, samples[0]])).toEqual(
      first.frames.map(({ fromMs, samples }) => [fromMs, samples.length, samples[0]]),
    )
    expect([near.lines, far.lines]).toEqual([1, 1])
    seat.leave()
    await clock.advance(20)
    expect(company.devices).toHaveLength(1)
    expect([near.lines, far.lines]).toEqual([0, 0])
  })

  it('is told whether it is recorded, and says yes and no as if it stood here', async () => {
    const { first, seat: own, join, clock, company } = await setUp()
    let changed: (notice: RecordingNotice) => void = () => {}
    const said: boolean[] = []
    const recording = {
      notice: { state: 'waiting', consent: 'asked' } as RecordingNotice,
      watch: (told: typeof changed) => {
        changed = told
      },
      async consent(granted: boolean) {
        said.push(granted)
        if (granted) throw new ParleyError('conflict', 'It was refused or deleted; that stays so.')
        recording.notice = { state: 'off', consent: 'refused' }
        changed(recording.notice)
      },
    }
    company.recorded(recording)
    const { device, seat } = await join('controller')
    const { seat: silent } = await join('listener')
    expect(device.last('recording')).toEqual({ type: 'recording', state: 'waiting', consent: 'asked' })
    expect(() => silent.consent(true)).toThrow(expect.objectContaining({ code: 'forbidden' }))
    seat.consent(false)
    await clock.advance(20)
    for (const each of [device, first])
      expect(each.messages.filter(({ type }) => type === 'recording').slice(-1)).toEqual([
        { type: 'recording', state: 'off', consent: 'refused' },
      ])
    own.consent(true)
    seat.consent(true)
    await clock.advance(20)
    for (const each of [device, first]) expect(each.last('error')).toMatchObject({ code: 'conflict' })
    seat.takeOver()
    await clock.advance(20)
    const kinds = device.messages.map(({ type }) => type)
    expect(kinds.lastIndexOf('recording')).toBeGreaterThan(kinds.lastIndexOf('role'))
    // After it left it says nothing any more.
    seat.leave()
    seat.consent(false)
    await clock.advance(20)
    expect(said).toEqual([false, true, true])
  })

  it('listens only, where it is a listener', async () => {
    const { join } = await setUp()
    const { seat } = await join('listener')
    for (const act of [() => seat.text('hi'), () => seat.interrupt(), () => seat.commit()])
      expect(act).toThrow(expect.objectContaining({ code: 'forbidden' }))
  })

  it('takes over, and its sound travels up as the caller’s; what is heard goes down to it', async () => {
    const { first, join, clock, talk, company, sound } = await setUp()
    const { device, seat } = await join('listener')
    first.inbox?.text('hello')
    await clock.advance(900)
    seat.takeOver()
    await clock.advance(20)
    expect([seat.role, first.inbox]).toEqual(['speaker', undefined])
    expect(device.last('role')).toMatchObject({ role: 'speaker', resumeToken: '' })
    expect(() => seat.takeOver()).toThrow(expect.objectContaining({ code: 'bad_message' }))
    await clock.advance(5_000)
    const last = device.frames.at(-1)
    expect((last?.fromMs ?? 0) + ((last?.samples.length ?? 0) * 1_000) / RATE).toBe(3_000)
    await sound(device, 800, 6_000)
    await sound(device, 1_500, 0)
    expect(talk.engine.turns.at(-1)).toMatchObject({ text: 'hello there', origin: 'speech' })
    // The microphone goes back to this node.
    const guest = company.devices[0]?.id
    expect(guest).toBeDefined()
    const local = new TestDevice(clock)
    company.join({ line: local, subject: 'ana', as: 'speaker', mayTakeOver: true })
    await clock.advance(20)
    expect([seat.role, device.inbox]).toEqual(['controller', undefined])
  })

  it('whose line breaks as the speaker leaves the session waiting, and its goodbye ends it', async () => {
    const { join, clock, talk, lose, company } = await setUp()
    const { device, seat } = await join('speaker')
    lose(device, seat)
    await clock.advance(50)
    expect(company.devices.map(({ role }) => role)).toEqual(['controller'])
    expect(talk.session.ending).toBeUndefined()
    const { device: next } = await join('speaker')
    next.inbox?.closed('client')
    await clock.advance(100)
    expect(next.closedBy).toBe('client')
    expect(next.told.at(-1)).toBe('session-ended')
  })

  it.each([
    ['a session that nobody has', { session: 'ses_none' }, ana],
    ['one that is not its own', {}, { tenant: 'globex', subject: 'ana' }],
  ])('does not find %s', async (_, other, principal) => {
    const { far, settle, clock } = await setUp()
    const join = { session: 'ses_sim', as: 'listener', hears: 'agent', ...other } as const
    await expect(settle(far.join({ join, principal, signal: never }), 1_100)).rejects.toMatchObject({
      code: 'not_found',
    })
    const gone = new AbortController()
    const asked = far.join({ join: { ...join, session: 'ses_none' }, principal, signal: gone.signal })
    gone.abort()
    await expect(asked).rejects.toMatchObject({ code: 'timeout' })
    expect(clock.pending).toBeLessThan(5)
  })

  it('is refused a seat for the reason that its node gives', async () => {
    const { join, company, clock } = await setUp()
    for (let count = 1; count < 8; count++)
      company.join({ line: new TestDevice(clock), subject: 'ana', as: 'listener', mayTakeOver: false })
    await expect(join('listener')).rejects.toMatchObject({ code: 'overloaded' })
  })
})

describe('between nodes', () => {
  it('one that falls silent is gone: its devices leave, and those of the other are told to come back', async () => {
    const { join, clock, company, state, near, far } = await setUp()
    const { device } = await join('controller')
    state.drops = () => true
    await clock.advance(9_000)
    expect(device.last('error')).toMatchObject({ code: 'timeout', fatal: true })
    expect(device.closedBy).toBe('lost')
    expect(company.devices).toHaveLength(1)
    expect([near.lines, far.lines]).toEqual([0, 0])
  })

  it('a packet that is lost ends its line and no other', async () => {
    const { join, clock, company, state, seat } = await setUp()
    const { device } = await join('listener')
    const { device: other } = await join('listener')
    let dropped = false
    state.drops = (channel, bytes) => {
      const isChosen = !dropped && channel === 'company:node-1' && Buffer.from(bytes).includes('"t":"play"')
      dropped ||= isChosen
      return isChosen
    }
    seat.text('hello')
    await clock.advance(3_000)
    expect([device.closedBy, other.closedBy].sort()).toEqual(['lost', undefined])
    expect(company.devices).toHaveLength(2)
  })

  it('is given nothing that was changed or said again on the way, and loses its line where something is missing', async () => {
    const { first, join, clock, bus, state, warned, company, talk } = await setUp({ sealed: true })
    const { device, seat } = await join('controller')
    let typed: Uint8Array | undefined
    state.drops = (channel, bytes) => {
      if (channel === 'company:node-0') typed ??= bytes.slice()
      return false
    }
    seat.text('hello')
    await clock.advance(20)
    if (typed !== undefined) bus.tell('company:node-0', typed)
    await clock.advance(890)
    expect(talk.of('transcript-final')).toHaveLength(1)
    expect(warned).toEqual([expect.stringContaining('a second time')])
    const heard = device.frames.length
    expect(heard).toBeGreaterThan(0)
    state.drops = (_, bytes) => {
      if (bytes.length > 500) bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1
      return false
    }
    await clock.advance(8_000)
    expect(warned[1]).toContain('does not open')
    expect([device.frames.length, device.closedBy]).toEqual([heard, 'lost'])
    expect(first.frames.length).toBeGreaterThan(heard)
    expect(company.devices).toHaveLength(1)
  })

  it('that nothing takes for them is a line that broke', async () => {
    const { join, clock, company, state, seat } = await setUp()
    const { device } = await join('listener')
    state.isDown = true
    seat.text('hello')
    await clock.advance(200)
    expect(company.devices).toHaveLength(1)
    state.isDown = false
    await clock.advance(3_000)
    expect(device.closedBy).toBe('lost')
  })

  it('one that leaves sends its devices away, and nothing is said where nobody is far', async () => {
    const { join, clock, company, far, state, seat } = await setUp()
    seat.text('hello')
    await clock.advance(5_000)
    expect(state.told).toBe(0)
    const { device, seat: guest } = await join('listener')
    far.drain()
    expect(device.closedBy).toBe('draining')
    guest.leave()
    await clock.advance(4_000)
    expect(company.devices).toHaveLength(1)
    const quiet = state.told
    await clock.advance(10_000)
    expect(state.told).toBe(quiet)
  })
})
