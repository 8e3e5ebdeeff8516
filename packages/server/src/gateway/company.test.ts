import type { SessionEvent } from '@parley/core'
import { VOICE_MAX_MESSAGE_BYTES } from '@parley/protocol'
import type { JoinPlace } from '@parley/transports'
import { describe, expect, it } from 'vitest'
import { openCompany, RATE, TestDevice } from './company.test-kit.js'
import { createDevices } from './device-socket.test-kit.js'

const kindsOf = (device: TestDevice) =>
  device.told.filter(kind => !['devices', 'role', 'history'].includes(kind))

describe('a device beside the speaker', () => {
  it('is given what the speaker is given, in the same order: sound, orders, events once they are stored', async () => {
    const { first, join, clock, seat } = await openCompany()
    const { device } = join('listener')
    first.inbox?.text('hello')
    await clock.advance(900)
    first.inbox?.interrupt()
    await clock.advance(400)
    seat.text('and now')
    await clock.advance(6_000)
    const from = first.told.indexOf('devices')
    expect(kindsOf(device)).toEqual(first.told.slice(from + 1).filter(kind => kind !== 'devices'))
    expect(device.frames).toEqual(first.frames)
    expect(device.told).toContain('transcript-final')
    expect(device.told.some(kind => kind.startsWith('clear'))).toBe(true)
  })

  it('is lowered when the speaker is', async () => {
    const { first, join, sound } = await openCompany()
    const { device } = join('listener')
    first.inbox?.text('hello')
    await sound(first, 1_200, 0)
    await sound(first, 100, 6_000)
    await sound(first, 500, 0)
    const orders = (of: TestDevice) => of.told.filter(kind => /^(duck|clear)/.test(kind))
    expect(orders(first)).toContain('duck true')
    expect(orders(device)).toEqual(orders(first))
  })

  it('learns what was said before it came, and then each thing once', async () => {
    const { first, join, clock } = await openCompany()
    first.inbox?.text('hello')
    await clock.advance(5_000)
    first.inbox?.text('is it open')
    await clock.advance(1_000)
    const { device } = join('listener')
    const history = device.last('history')
    expect(history).toMatchObject({ truncated: false })
    expect(history?.entries.map(({ kind }) => kind)).toEqual(['user', 'agent', 'user'])
    expect(history?.entries[1]).toMatchObject({ heard: 'one two three four five six seven eight nine ten' })
    await clock.advance(5_000)
    expect(device.told.filter(kind => kind === 'transcript-final')).toEqual([])
    expect(device.told.filter(kind => kind === 'reply-ended')).toHaveLength(1)
    // It came in the middle of a reply, and hears the rest of it.
    const before = device.told.slice(0, device.told.indexOf('devices'))
    expect(before.slice(0, 4)).toEqual(['history', 'floor-changed', 'reply-started', 'reply-words'])
    // The words that were announced already, and from then on the others.
    const words = device.told.filter(kind => kind === 'reply-words')
    expect(words).toHaveLength(10)
    expect(device.frames[0]?.fromMs).toBeGreaterThan(0)
  })

  it('is told of the newest 200 things, and that there was more', async () => {
    const { company, join } = await openCompany()
    const final = (at: number) =>
      ({
        kind: 'transcript-final',
        turn: `trn_${at}`,
        text: `${at}`,
        origin: 'text',
        atMs: at,
      }) as SessionEvent
    for (let at = 0; at < 230; at++) company.tap.announced?.(final(at))
    // The whole text of a turn that was told before takes its place.
    company.tap.announced?.({ ...final(229), text: 'the last' } as SessionEvent)
    const { device } = join('listener')
    const { entries, truncated } = device.last('history') ?? { entries: [] }
    expect([entries.length, truncated]).toEqual([200, true])
    expect([entries[0], entries[199]]).toMatchObject([{ text: '30' }, { text: 'the last' }])
  })

  it('is told of no more than one message holds, however long the replies were', async () => {
    const { company, join } = await openCompany()
    for (let at = 0; at < 40; at++)
      company.tap.announced?.({
        ...{ kind: 'transcript-final', turn: `trn_${at}`, text: 'é'.repeat(4_000), origin: 'text', atMs: at },
      } as unknown as SessionEvent)
    const told = join('listener').device.last('history')
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(VOICE_MAX_MESSAGE_BYTES)
    expect(told).toMatchObject({ truncated: true })
    expect([told?.entries.length, told?.entries.at(-1)?.turn]).toEqual([15, 'trn_39'])
  })

  it('says nothing as a listener; as a controller it types and interrupts', async () => {
    const { join, clock, talk } = await openCompany()
    const { seat: listener } = join('listener')
    const { seat: controller, device } = join('controller')
    for (const act of [() => listener.text('hi'), () => listener.interrupt(), () => listener.commit()])
      expect(act).toThrow(expect.objectContaining({ code: 'forbidden' }))
    controller.text('hello')
    await clock.advance(900)
    expect(talk.engine.turns.at(-1)).toMatchObject({ text: 'hello', origin: 'text' })
    controller.interrupt()
    expect(device.last('interrupted')?.heard).toMatchObject({ complete: false })
    controller.leave()
    controller.text('too late')
    await clock.advance(100)
    expect(talk.engine.turns).toHaveLength(1)
  })

  it('that fails is left out and closed, and nobody else notices', async () => {
    const { first, join, clock, company } = await openCompany()
    const { device } = join('listener')
    const { device: other } = join('listener')
    device.failure = new Error('broken')
    first.inbox?.text('hello')
    await clock.advance(500)
    expect(device.closedBy).toBe('error')
    expect(company.devices).toHaveLength(2)
    expect(other.frames.length).toBeGreaterThan(5)
  })

  it('is one of at most so many', async () => {
    const { join, company } = await openCompany({ mostDevices: 3 })
    join('listener')
    const { seat } = join('controller')
    expect(() => join('listener')).toThrow(expect.objectContaining({ code: 'overloaded' }))
    seat.leave()
    seat.leave()
    join('listener')
    expect(company.devices).toHaveLength(3)
  })

  it('leaves a place to the speaker whose line is lost; where there is one place, nobody joins', async () => {
    const two = await openCompany({ mostDevices: 2 })
    two.lose(two.first, two.seat)
    const { seat } = two.join('listener')
    expect(() => two.join('listener')).toThrow(expect.objectContaining({ code: 'overloaded' }))
    two.join('speaker')
    expect(two.company.devices).toHaveLength(2)
    seat.leave()
    const one = await openCompany({ mostDevices: 1 })
    one.lose(one.first, one.seat)
    for (const as of ['listener', 'speaker'] as const)
      expect(() => one.join(as)).toThrow(expect.objectContaining({ code: 'overloaded' }))
    expect(one.back().seat.role).toBe('speaker')
  })

  it('is closed with the conversation, after its last word', async () => {
    const { talk, clock, first, join } = await openCompany()
    const { device } = join('controller')
    first.inbox?.closed('client')
    await clock.advance(50)
    expect(device.told.at(-1)).toBe('session-ended')
    expect([device.closedBy, first.closedBy]).toEqual(['client', 'client'])
    expect(() => join('listener')).toThrow(expect.objectContaining({ code: 'not_found' }))
    expect(talk.session.ending).toBeDefined()
  })
})

describe('presence', () => {
  it('is told to everybody on each change, and not to somebody alone', async () => {
    const { first, seat, join, lose, company, clock } = await openCompany()
    expect(first.last('devices')).toBeUndefined()
    await clock.advance(500)
    const { device, seat: guest } = join('listener', new TestDevice(clock, 'Kitchen tablet'))
    expect(device.last('devices')).toEqual(first.last('devices'))
    expect(device.last('devices')?.devices).toEqual([
      { id: seat.id, name: 'Laptop', role: 'speaker', subject: 'ana', joinedAtMs: 0 },
      { id: guest.id, name: 'Kitchen tablet', role: 'listener', subject: 'ana', joinedAtMs: 500 },
    ])
    lose(first, seat)
    await clock.advance(20)
    expect(device.last('devices')?.devices.map(({ role }) => role)).toEqual(['listener'])
    expect(company.devices).toHaveLength(1)
  })

  it('knows the speaker that comes back as the same device', async () => {
    const { first, seat, join, lose, back, clock } = await openCompany()
    const { device } = join('listener')
    lose(first, seat)
    await clock.advance(500)
    const again = back()
    expect(again.seat.id).toBe(seat.id)
    expect(device.last('devices')?.devices.map(({ role }) => role)).toEqual(['listener', 'speaker'])
    // The seat of the socket before is nobody's any more.
    seat.leave()
    expect(again.seat.role).toBe('speaker')
    expect(device.last('devices')?.devices).toHaveLength(2)
  })
})

describe('taking over', () => {
  it('while a reply is being said: heard from the first unheard sample, and the old speaker goes on beside', async () => {
    const { talk, clock, first, seat, join } = await openCompany()
    const { device, seat: next } = join('controller')
    first.inbox?.text('hello')
    await clock.advance(1_000)
    const reply = first.frames[0]?.reply ?? ''
    const sent = first.ofReply(reply).at(-1)?.fromMs ?? 0
    const before = device.frames.length
    next.takeOver()
    expect([next.role, seat.role]).toEqual(['speaker', 'controller'])
    expect(first.last('role')).toEqual({ type: 'role', role: 'controller', by: next.id })
    expect(device.last('role')).toMatchObject({ role: 'speaker', resumeToken: 'tok_1', receivedMs: 0 })
    await clock.advance(5_000)
    const resumedAt = device.frames[before]?.fromMs ?? 0
    expect(resumedAt).toBeLessThanOrEqual(sent - 180)
    expect(resumedAt).toBeGreaterThan(sent - 400)
    // What both had ahead of its time was thrown away first, and both are given the rest of the reply.
    for (const each of [device, first]) {
      expect(each.told).toContain(`clear ${reply}`)
      expect(each.told.filter(kind => kind === 'reply-ended')).toHaveLength(1)
      const last = each.frames.at(-1)
      expect((last?.fromMs ?? 0) + ((last?.samples.length ?? 0) * 1_000) / RATE).toBe(3_000)
    }
    expect(first.frames.slice(-10)).toEqual(device.frames.slice(-10))
    expect(talk.of('reply-ended')[0]).toMatchObject({ interrupted: false })
  })

  it('makes its sound the caller’s, and the old one is deaf', async () => {
    const { talk, first, join, sound } = await openCompany()
    const { device, seat } = join('controller')
    seat.takeOver()
    expect(first.inbox).toBeUndefined()
    await sound(device, 800, 6_000)
    await sound(device, 1_500, 0)
    expect(talk.engine.turns[0]).toMatchObject({ text: 'hello there', origin: 'speech' })
  })

  it('from the speaker itself, without the right, or from beside a phone is refused', async () => {
    const { seat, company, clock } = await openCompany()
    expect(() => seat.takeOver()).toThrow(expect.objectContaining({ code: 'bad_message' }))
    const device = new TestDevice(clock)
    const { seat: guest } = company.join({ line: device, subject: 'bo', as: 'listener', mayTakeOver: false })
    expect(() => guest.takeOver()).toThrow(expect.objectContaining({ code: 'forbidden' }))
    const narrow = new TestDevice(clock)
    Object.assign(narrow.transport, { outputRate: 8_000 })
    expect(() => company.join({ line: narrow, subject: 'ana', as: 'speaker', mayTakeOver: true })).toThrow(
      expect.objectContaining({ code: 'bad_message' }),
    )
    expect(company.devices).toHaveLength(2)
    company.begin({ subject: 'ana', name: 'Phone' })
    const late = new TestDevice(clock)
    expect(() => company.join({ line: late, subject: 'ana', as: 'speaker', mayTakeOver: true })).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    )
  })

  it('twice and back again leaves one speaker, whose token alone is good', async () => {
    const { seat, join, first, drawn, company } = await openCompany()
    const { seat: a } = join('controller')
    const { seat: b, device } = join('controller')
    a.takeOver()
    b.takeOver()
    expect(() => b.takeOver()).toThrow()
    seat.takeOver()
    expect(company.devices.map(({ role }) => role)).toEqual(['speaker', 'controller', 'controller'])
    expect(first.last('role')).toMatchObject({ role: 'speaker', resumeToken: 'tok_3' })
    expect(device.last('role')).toEqual({ type: 'role', role: 'controller', by: seat.id })
    expect(drawn()).toBe(3)
  })

  it('of a lost speaker simply takes over; what it missed is not told twice to who was there', async () => {
    const { first, seat, join, lose, clock, talk } = await openCompany()
    const { device, seat: next } = join('controller')
    first.inbox?.text('hello')
    await clock.advance(900)
    lose(first, seat)
    await clock.advance(100)
    next.text('one more')
    await clock.advance(200)
    const told = device.told.filter(kind => kind === 'transcript-final').length
    next.takeOver()
    await clock.advance(6_000)
    expect(device.told.filter(kind => kind === 'transcript-final')).toHaveLength(told)
    expect(device.told.filter(kind => kind === 'reply-ended')).toHaveLength(2)
    expect(talk.session.ending).toBeUndefined()
    const late = join('speaker')
    expect(late.token).toBe('tok_2')
    expect(late.device.last('role')).toBeUndefined()
    expect(late.device.last('history')?.entries).toHaveLength(4)
    await clock.advance(100)
    expect(late.device.told.filter(kind => kind === 'transcript-final')).toEqual([])
  })
})

describe('over a voice socket', () => {
  it('the rest of a reply is heard where it is joined, and from the first unheard sample where it is taken over', async () => {
    const { company, clock, seat, first } = await openCompany()
    const facts = { session: 'ses_sim', agent: 'reception', language: 'en', recogniser: null, voice: null }
    const place: JoinPlace = {
      outputRate: RATE,
      async sit({ line }) {
        const { seat } = company.join({ line, subject: 'ana', as: 'controller', mayTakeOver: true })
        return { ...facts, resumeToken: '', resumed: false, seat }
      },
    }
    const nobody = () => Promise.reject(new Error('Nobody opens a session here.'))
    const open = createDevices({ host: { open: nobody, resume: nobody, join: async () => place }, clock })
    seat.text('hello')
    await clock.advance(700)
    const [plain, coded] = await Promise.all([
      open({ tenant: 'acme', subject: 'ana' }, { join: { session: 'ses_sim', as: 'controller' } }),
      open(
        { tenant: 'acme', subject: 'ana' },
        { join: { session: 'ses_sim', as: 'controller' }, output: { codec: 'opus' } },
      ),
    ])
    await clock.advance(500)
    const begun = plain.last('audio-begin')
    expect(begun?.fromMs).toBeGreaterThan(500)
    // 20 ms a message, each as the speaker was given it.
    const heard = first.frames.filter(({ fromMs }) => fromMs >= (begun?.fromMs ?? 0))
    expect(plain.binary.map(bytes => bytes.byteLength)).toEqual(
      heard.map(({ samples }) => samples.byteLength),
    )
    expect(coded.binary.length).toBeGreaterThanOrEqual(heard.length - 1)
    const sentMs = first.frames.at(-1)?.fromMs ?? 0
    plain.say({ type: 'take-over' })
    expect(plain.last('clear')).toEqual({ type: 'clear', reply: begun?.reply })
    expect(coded.last('clear')).toEqual(plain.last('clear'))
    const told = plain.binary.length
    await clock.advance(5_000)
    const again = plain.last('audio-begin')
    expect(again?.reply).toBe(begun?.reply)
    const ms = plain.binary
      .slice(told)
      .reduce((sum, { byteLength }) => sum + byteLength / 2 / (RATE / 1_000), 0)
    expect((again?.fromMs ?? 0) + ms).toBe(3_000)
    expect(again?.fromMs).toBeLessThan(sentMs - 180)
    expect(again?.fromMs).toBeGreaterThan(sentMs - 400)
    expect(coded.last('reply-ended')).toMatchObject({ interrupted: false })
  })
})

describe('hearing both sides', () => {
  it('mixes them at the rate of the conversation, in the time in which they are heard, without clipping', async () => {
    const { first, join, clock, sound } = await openCompany()
    const { device } = join('listener', new TestDevice(clock, 'Desk', 'both'))
    await sound(first, 400, 20_000)
    const own = device.frames.flatMap(({ samples }) => [...samples])
    expect(own.filter(sample => sample === 20_000).length).toBeGreaterThan(RATE * 0.2)
    first.inbox?.text('hello')
    await sound(first, 1_500, 0)
    const agent = first.frames[0]?.samples[0] ?? 0
    expect(agent).not.toBe(0)
    const all = device.frames.flatMap(({ samples }) => [...samples])
    expect(all.filter(sample => sample === agent).length).toBeGreaterThan(RATE / 2)
    expect(new Set(device.frames.map(({ reply }) => reply))).toEqual(new Set(['both']))
    // One place after the other, none twice.
    const places = device.frames.map(({ fromMs }) => fromMs)
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
    await sound(first, 200, 32_000)
    const loudest = Math.max(...device.frames.flatMap(({ samples }) => [...samples]))
    expect(loudest).toBeLessThanOrEqual(32_767)
    expect(loudest).toBeGreaterThan(24_576)
  })

  it('hears no more of what was cut, and stops the mix with the last who wants it', async () => {
    const { first, seat, join, clock } = await openCompany()
    const { device, seat: guest } = join('listener', new TestDevice(clock, 'Desk', 'both'))
    first.inbox?.text('hello')
    await clock.advance(1_000)
    seat.interrupt()
    await clock.advance(500)
    const count = device.frames.length
    await clock.advance(1_000)
    expect(device.frames).toHaveLength(count)
    const timers = clock.pending
    guest.leave()
    await clock.advance(500)
    expect(clock.pending).toBeLessThanOrEqual(timers)
  })
})
