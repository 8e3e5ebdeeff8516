import type { SocketioAnswer } from '@parley/protocol'
import type { Socket } from 'socket.io-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { createVirtualPage, readyMessage } from '../testing/virtual-page.js'
import { createVoiceClient } from '../voice-client.js'
import type { VoiceClientOptions } from '../voice-types.js'

/** A socket of Socket.IO whose far end is the test. */
class FakeIo {
  readonly sent: unknown[][] = []
  readonly ends: string[] = []
  readonly answers: Record<string, SocketioAnswer> = {}
  readonly io = { engine: { writeBuffer: [{ data: 'four' }], close: () => this.ends.push('broken') } }
  #any = (_: string, __: unknown) => {}
  readonly #named = new Map<string, (value: unknown) => void>()
  onAny(listener: (name: string, payload: unknown) => void) {
    this.#any = listener
  }
  offAny() {
    this.#any = () => {}
  }
  on(name: string, listener: (value: unknown) => void) {
    this.#named.set(name, listener)
  }
  removeAllListeners() {
    this.#named.clear()
  }
  emit(...event: unknown[]) {
    this.sent.push(event)
  }
  async emitWithAck(name: string, payload: unknown) {
    this.sent.push([name, payload])
    return this.answers[name] ?? { ok: true }
  }
  disconnect() {
    this.ends.push('meant')
  }
  say(name: string, payload: unknown) {
    this.#any(name, payload)
  }
  happens(name: string, value: unknown) {
    this.#named.get(name)?.(value)
  }
}

// Pages load it when it is wanted; here that would be a wait for the machine.
beforeAll(() => import('./socketio-socket.js').then(() => import('./load-socketio.js')))

async function connecting(options: Partial<VoiceClientOptions> = {}) {
  const page = createVirtualPage()
  const lines: FakeIo[] = []
  const asked: unknown[] = []
  const client = createVoiceClient({
    ...{ url: 'https://gateway.test', token: 'a.b.c', transport: 'socketio', ...options },
    environment: {
      ...page.environment,
      socketio: async () => (origin, token) => {
        asked.push([origin, token])
        const line = new FakeIo()
        lines.push(line)
        return line as unknown as Socket
      },
    },
  })
  const told: string[] = []
  client.on('message', ({ type }) => told.push(type))
  const arrival = client.connect()
  arrival.catch(() => {})
  const until = async (count: number) => {
    for (let tries = 0; tries < 500 && lines.length < count; tries++) {
      await new Promise(resolve => setImmediate(resolve))
      await page.pass(0)
    }
    const line = lines[count - 1]
    if (line === undefined) throw new Error('no line was opened')
    return line
  }
  return { ...{ page, client, asked, told, until, arrival }, line: await until(1) }
}

async function inCall(options: Partial<VoiceClientOptions> = {}) {
  const all = await connecting(options)
  all.line.say('connected', { authenticated: true, sessionId: 'sio_1' })
  await all.page.pass(0)
  const { type, version, resumeToken, ...facts } = readyMessage()
  all.line.say('call:started', facts)
  await all.arrival
  return { ...all, facts }
}

describe('a voice over Socket.IO', () => {
  it('says who is there, begins a call and speaks by the names of the edge', async () => {
    const { client, asked, line } = await inCall({ agent: 'desk', waitingAudioMs: 0 })
    expect(asked).toEqual([['https://gateway.test', 'a.b.c']])
    client.sendText('hi')
    client.sendAudio(Int16Array.of(1, 2))
    client.played('r1', 40)
    client.commit()
    client.consent(false)
    line.say('call:recording', { state: 'off', consent: 'refused' })
    expect(client.recording).toEqual({ state: 'off', consent: 'refused' })
    expect(line.sent).toMatchObject([
      ['call:start', { agent: 'desk', input: { codec: 'pcm16' }, reportsPlayed: true }],
      ['ping', { id: 1 }],
      ['message', { text: 'hi' }],
      ['audio:chunk', Int16Array.of(1, 2)],
      ['audio:played', { reply: 'r1', ms: 40 }],
      ['audio:commit', {}],
      ['call:consent', { granted: false }],
    ])
    expect([client.state, client.transport]).toEqual(['ready', 'socketio'])
  })

  it('hears what the edge says, and of two answers to one interruption the one it asked for', async () => {
    const { client, line, told } = await inCall()
    const heard: number[] = []
    client.on('audio', ({ samples }) => heard.push(...samples))
    const answer = client.interrupt()
    line.say('audio:begin', { reply: 'r1', fromMs: 0 })
    line.say('audio:chunk', Int16Array.of(7, 8).buffer)
    line.say('barge-in:ack', { heard: { reply: 'r1' }, by: 'voice' })
    line.say('latency', { ms: 4 })
    line.say('barge-in:ack', { heard: null, by: 'command' })
    expect(await answer).toBeNull()
    expect([heard, told]).toEqual([
      [7, 8],
      ['ready', 'audio-begin', 'interrupted'],
    ])
  })

  it('makes itself known where the handshake did not', async () => {
    const { page, line } = await connecting()
    line.say('connected', { authenticated: false, sessionId: 'sio_1' })
    await page.pass(0)
    expect(line.sent.map(([name]) => name)).toEqual(['authenticate', 'call:start'])
  })

  it.each([
    [
      'by its handshake',
      (line: FakeIo) => line.happens('connect_error', { message: 'No.', data: { code: 'unauthenticated' } }),
    ],
    [
      'by the call',
      (line: FakeIo) => {
        line.say('connected', { authenticated: true, sessionId: 'sio_1' })
        line.say('error', { code: 'not_found', message: 'No such agent.', fatal: true })
        line.say('call:ended', { session: null, reason: 'not_found', resumable: false })
      },
    ],
  ])('is refused %s', async (_, refuse) => {
    const { page, client, line } = await connecting()
    refuse(line)
    await page.pass(0)
    expect([client.state, line.ends]).toEqual(['failed', ['meant']])
  })

  it('comes back into what its session there holds', async () => {
    const { page, client, line, until, facts } = await inCall()
    line.happens('disconnect', 'transport close')
    await page.pass(250)
    const second = await until(2)
    second.answers.authenticate = { ok: true, resumed: true }
    second.answers.status = { ok: true, callActive: true }
    second.say('connected', { authenticated: true, sessionId: 'sio_2' })
    await page.pass(0)
    second.say('call:started', { ...facts, resumed: true })
    expect(second.sent[0]).toEqual(['authenticate', { token: 'a.b.c', sessionId: 'sio_1' }])
    expect([client.state, client.ready?.resumeToken]).toEqual(['ready', 'sio_1'])
  })

  it('begins anew where nothing is held any more', async () => {
    const { page, client, line, until } = await inCall()
    line.say('call:ended', { session: 'ses_1', reason: 'lost', resumable: true })
    await page.pass(250)
    const second = await until(2)
    second.answers.authenticate = { ok: true, resumed: false }
    second.say('connected', { authenticated: true, sessionId: 'sio_2' })
    await page.pass(1_000)
    const third = await until(3)
    third.say('connected', { authenticated: true, sessionId: 'sio_3' })
    await page.pass(0)
    expect([client.state, third.sent[0]?.[0]]).toEqual(['reconnecting', 'call:start'])
  })

  it('leaves the conversation waiting at a resume, and ends it at close', async () => {
    const { page, client, line, until } = await inCall()
    client.resume()
    expect(line.ends).toEqual(['broken'])
    const second = await until(2)
    second.say('connected', { authenticated: true, sessionId: 'sio_2' })
    await page.pass(0)
    client.close()
    expect(second.ends).toEqual(['meant'])
    second.happens('disconnect', 'io client disconnect')
    expect([client.state, page.timers]).toEqual(['closed', 0])
  })

  it('joins, takes over and joins again as a socket does', async () => {
    const join = { session: 'ses_1', as: 'controller' } as const
    const { page, client, line, until, facts } = await inCall({ join, device: 'Tablet' })
    expect(line.sent[0]).toMatchObject(['call:start', { join, device: 'Tablet' }])
    line.say('call:started', { ...facts, role: 'controller' })
    const taken = client.takeOver()
    line.say('device:role', { role: 'speaker', receivedMs: 40 })
    await taken
    expect(line.sent.at(-1)).toEqual(['call:take-over', {}])
    line.happens('disconnect', 'transport close')
    await page.pass(250)
    const second = await until(2)
    second.say('connected', { authenticated: true, sessionId: 'sio_2' })
    await page.pass(0)
    expect(second.sent[0]).toMatchObject(['call:start', { join: { session: 'ses_1', as: 'speaker' } }])
  })

  it('is none for what is sealed', async () => {
    await expect(connecting({ encryption: true })).rejects.toMatchObject({ code: 'bad-option' })
  })
})
