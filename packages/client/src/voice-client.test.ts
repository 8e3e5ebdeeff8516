import { describe, expect, it } from 'vitest'
import { createVirtualPage, type FarEnd, readyMessage, type VirtualPage } from './testing/virtual-page.js'
import { createVoiceClient } from './voice-client.js'
import type { VoiceClientOptions, VoiceState } from './voice-types.js'

function setUp(options: Partial<VoiceClientOptions> = {}, page = createVirtualPage()) {
  const client = createVoiceClient({
    url: 'https://gateway.test',
    environment: page.environment,
    ...options,
  })
  const states: VoiceState[] = []
  client.on('state-changed', ({ state }) => states.push(state))
  return { client, page, states }
}

function last(page: VirtualPage): FarEnd {
  const socket = page.sockets.at(-1)
  if (!socket) throw new Error('no socket was opened')
  return socket
}

async function connected(options: Partial<VoiceClientOptions> = {}) {
  const all = setUp(options)
  const arrival = all.client.connect()
  last(all.page).accept()
  last(all.page).say(readyMessage())
  await arrival
  return all
}

function sent(socket: FarEnd, type: string) {
  return socket.received.filter(each => !ArrayBuffer.isView(each) && each.type === type)
}

describe('the voice client', () => {
  it('touches nothing until it connects', () => {
    const { client, page } = setUp()
    expect(client.state).toBe('idle')
    expect(page.sockets).toHaveLength(0)
    expect(page.watchers).toBe(0)
  })

  it('opens the voice path with its subprotocols and says hello', async () => {
    const { page } = await connected({ token: 'a.b.c', agent: 'bank', language: 'es' })
    const socket = last(page)
    expect(socket.url).toBe('wss://gateway.test/v1/voice')
    expect(socket.protocols).toEqual(['parley.v1', 'bearer.a.b.c'])
    expect(socket.received[0]).toEqual({
      type: 'hello',
      version: 1,
      agent: 'bank',
      language: 'es',
      input: { codec: 'pcm16', sampleRate: 16000 },
      output: { codec: 'pcm16', sampleRate: 24000 },
      reportsPlayed: true,
    })
  })

  it('hands over messages by their type and sound as samples', async () => {
    const { client, page } = await connected()
    const heard: unknown[] = []
    client.on('transcript-final', ({ text }) => heard.push(text))
    const stop = client.on('audio', ({ samples }) => heard.push([...samples]))
    last(page).say({
      type: 'transcript-final',
      atMs: 1,
      turn: 't',
      text: 'hi',
      origin: 'speech',
      startMs: 0,
      endMs: 1,
    })
    last(page).play(Int16Array.of(1, -2))
    stop()
    last(page).play(Int16Array.of(3))
    expect(heard).toEqual(['hi', [1, -2]])
  })

  it.each(['{', '[]', '{"type":"audio-begin","reply":7}', '{"type":"duck"}'])(
    'passes over %s and says so',
    async message => {
      const { client, page } = await connected()
      const reasons: string[] = []
      client.on('bad-message', ({ reason }) => reasons.push(reason))
      last(page).say(message)
      expect(reasons).toHaveLength(1)
      expect(client.state).toBe('ready')
    },
  )

  it.each([1001, 1006, 1011, 1012])('resumes after close %i with the resume token', async code => {
    const { client, page, states } = await connected()
    last(page).die(code)
    expect(client.state).toBe('reconnecting')
    await page.pass(250)
    expect(page.sockets).toHaveLength(2)
    last(page).accept()
    expect(last(page).received[0]).toMatchObject({ type: 'hello', resume: 'tok_1' })
    last(page).say(readyMessage({ resumed: true, resumeToken: 'tok_2' }))
    expect(states).toEqual(['connecting', 'ready', 'reconnecting', 'ready'])
  })

  it.each([1008, 1002, 4401, 4499])('does not try again after close %i', async code => {
    const { client, page } = await connected()
    const failures: unknown[] = []
    client.on('failed', error => failures.push(error))
    last(page).say({ type: 'error', code: 'unauthenticated', message: 'Send a valid token.', fatal: true })
    last(page).die(code)
    await page.pass(600_000)
    expect(client.state).toBe('failed')
    expect(page.sockets).toHaveLength(1)
    expect(failures).toMatchObject([
      {
        code: 'refused',
        message: 'Send a valid token.',
        details: { serverCode: 'unauthenticated', closeCode: code },
      },
    ])
    expect(page.timers).toBe(0)
    expect(page.watchers).toBe(0)
  })

  it('gives up at once where the gateway says that it wants another token', async () => {
    const page = createVirtualPage()
    const asked: unknown[] = []
    const whyRefused = (...how: unknown[]) => {
      asked.push(how)
      return Promise.resolve({ code: 'unauthenticated', message: 'Send a valid token.' })
    }
    const { client } = setUp({ token: 'old', environment: { ...page.environment, whyRefused } }, page)
    const arrival = client.connect()
    last(page).die(1006)
    await page.pass(60_000)
    await expect(arrival).rejects.toMatchObject({
      code: 'refused',
      message: 'Send a valid token.',
      details: { serverCode: 'unauthenticated' },
    })
    expect(asked).toEqual([['wss://gateway.test/v1/voice', 'old']])
    expect(page.sockets).toHaveLength(1)
    expect(page.timers).toBe(0)
  })

  it('does not ask why where the socket had opened', async () => {
    const page = createVirtualPage()
    const whyRefused = () => Promise.reject(new Error('was asked'))
    const { client } = setUp({ environment: { ...page.environment, whyRefused } }, page)
    void client.connect()
    last(page).accept()
    last(page).die(1006)
    await page.pass(250)
    expect(page.sockets).toHaveLength(2)
  })

  it('backs off between tries and gives up in the end', async () => {
    const { client, page } = setUp({ reconnect: { attempts: 4 } })
    const arrival = client.connect()
    const delays: number[] = []
    client.on('retrying', ({ inMs }) => delays.push(inMs))
    for (let i = 0; i < 5; i++) {
      last(page).die(1006)
      await page.pass(8_000)
    }
    expect(delays).toEqual([250, 500, 1000, 2000])
    await expect(arrival).rejects.toMatchObject({ code: 'connect-failed' })
    expect(page.sockets).toHaveLength(5)
  })

  it('counts tries anew only after a connection that held', async () => {
    const { client, page } = await connected()
    const delays: number[] = []
    client.on('retrying', ({ inMs }) => delays.push(inMs))
    async function dieAndReturn(heldMs: number) {
      await page.pass(heldMs)
      last(page).die(1006)
      await page.pass(8_000)
      last(page).accept()
      last(page).say(readyMessage({ resumed: true }))
    }
    await dieAndReturn(100)
    await dieAndReturn(100)
    await dieAndReturn(5_000)
    expect(delays).toEqual([250, 500, 250])
  })

  it('waits without a network and tries at once when it is back', async () => {
    const { client, page } = await connected()
    page.setOnline(false)
    last(page).die(1006)
    await page.pass(60_000)
    expect(page.sockets).toHaveLength(1)
    page.setOnline(true)
    expect(page.sockets).toHaveLength(2)
    expect(client.state).toBe('reconnecting')
  })

  it('waits as long as the gateway asks', async () => {
    const { page } = await connected()
    last(page).say({
      type: 'error',
      code: 'overloaded',
      message: 'Full.',
      fatal: true,
      retryAfterMs: 30_000,
    })
    last(page).die(1013)
    await page.pass(29_999)
    expect(page.sockets).toHaveLength(1)
    await page.pass(1)
    expect(page.sockets).toHaveLength(2)
  })

  it('treats a silent connection as lost', async () => {
    const { client, page } = await connected()
    const socket = last(page)
    expect(sent(socket, 'ping')).toHaveLength(1)
    await page.pass(6_000)
    expect(client.state).toBe('reconnecting')
    expect(socket.closedWith).toBe(4_000)
  })

  it('measures the round trip by pings', async () => {
    const { client, page } = await connected()
    const times: number[] = []
    client.on('round-trip', ({ ms }) => times.push(ms))
    await page.pass(40)
    last(page).say({ type: 'pong', id: 1 })
    await page.pass(10_000)
    expect(sent(last(page), 'ping')).toEqual([
      { type: 'ping', id: 1 },
      { type: 'ping', id: 2 },
    ])
    expect(times).toEqual([40])
  })

  it('gives up on a socket that never becomes ready', async () => {
    const { client, page } = setUp()
    void client.connect()
    last(page).accept()
    await page.pass(20_000)
    expect(last(page).closedWith).toBe(4_000)
    await page.pass(250)
    expect(page.sockets).toHaveLength(2)
  })

  it('keeps what is typed while the connection is away, in order, and refuses what is too much', async () => {
    const { client, page } = await connected()
    last(page).die(1006)
    for (let i = 0; i < 64; i++) client.sendText(`turn ${i}`)
    expect(() => client.sendText('one more')).toThrowError(expect.objectContaining({ code: 'queue-full' }))
    await page.pass(250)
    last(page).accept()
    last(page).say(readyMessage({ resumed: true }))
    expect(sent(last(page), 'text').map(each => ArrayBuffer.isView(each) || each.text)).toEqual(
      Array.from({ length: 64 }, (_, i) => `turn ${i}`),
    )
  })

  it('keeps the last second of speech while the connection is away and counts what it drops', async () => {
    const { client, page } = await connected()
    let dropped = 0
    client.on('dropped', ({ samples }) => {
      dropped += samples
    })
    last(page).die(1006)
    for (let i = 0; i < 60; i++) client.sendAudio(new Int16Array(320).fill(i))
    await page.pass(250)
    last(page).accept()
    last(page).say(readyMessage({ resumed: true }))
    const frames = last(page).received.filter(each => each instanceof Int16Array)
    expect(frames.map(frame => frame[0])).toEqual(Array.from({ length: 50 }, (_, i) => i + 10))
    expect(dropped).toBe(10 * 320)
  })

  it('drops speech rather than let it age when the network is slower', async () => {
    const { client, page } = await connected()
    let dropped = 0
    client.on('dropped', ({ samples }) => {
      dropped += samples
    })
    last(page).bufferedAmount = 64_001
    client.sendAudio(new Int16Array(320))
    last(page).bufferedAmount = 0
    client.sendAudio(new Int16Array(320))
    expect(dropped).toBe(320)
    expect(last(page).received.filter(each => each instanceof Int16Array)).toHaveLength(1)
  })

  it('keeps as much speech as it is told to, within what a gateway takes', async () => {
    const { client, page } = await connected({ waitingAudioMs: 100 })
    last(page).die(1006)
    for (let i = 0; i < 8; i++) client.sendAudio(new Int16Array(320).fill(i))
    await page.pass(250)
    last(page).accept()
    last(page).say(readyMessage({ resumed: true }))
    const frames = last(page).received.filter(each => each instanceof Int16Array)
    expect(frames.map(frame => frame[0])).toEqual([3, 4, 5, 6, 7])
    expect(() => setUp({ waitingAudioMs: 8_001 })).toThrowError(
      expect.objectContaining({ code: 'bad-option' }),
    )
  })

  it('lets what was kept leave over a slow line, for ten seconds', async () => {
    const { client, page } = await connected({ waitingAudioMs: 4_000 })
    let dropped = 0
    client.on('dropped', ({ samples }) => {
      dropped += samples
    })
    last(page).die(1006)
    for (let i = 0; i < 200; i++) client.sendAudio(new Int16Array(320))
    await page.pass(250)
    last(page).accept()
    last(page).say(readyMessage({ resumed: true }))
    last(page).say({ type: 'pong', id: 1 })
    last(page).bufferedAmount = 64_000 + 128_000
    client.sendAudio(new Int16Array(320))
    expect(dropped).toBe(0)
    last(page).bufferedAmount++
    client.sendAudio(new Int16Array(320))
    expect(dropped).toBe(320)
    await page.pass(10_000)
    last(page).bufferedAmount = 64_001
    client.sendAudio(new Int16Array(320))
    expect(dropped).toBe(640)
  })

  it('moves to a fresh socket when it is asked to, and waits where there is none', async () => {
    const { client, page, states } = await connected()
    const old = last(page)
    client.resume()
    expect([old.closedWith, page.sockets.length]).toEqual([4_000, 2])
    client.resume()
    last(page).accept()
    last(page).say(readyMessage({ resumed: true }))
    expect(states).toEqual(['connecting', 'ready', 'reconnecting', 'ready'])
    client.close()
    client.resume()
    expect(client.state).toBe('closed')
  })

  it('pings at once on waking, once however often it wakes', async () => {
    const { client, page } = await connected()
    client.wake()
    expect(sent(last(page), 'ping')).toHaveLength(1)
    last(page).say({ type: 'pong', id: 1 })
    client.wake()
    client.wake()
    expect(sent(last(page), 'ping')).toHaveLength(2)
    await page.pass(6_000)
    expect(client.state).toBe('reconnecting')
    client.wake()
    expect(page.sockets).toHaveLength(2)
    client.close()
    client.wake()
    expect(page.sockets).toHaveLength(2)
    expect(page.timers).toBe(0)
  })

  it('counts the bytes of sound and messages both ways', async () => {
    const { client, page } = await connected()
    const { inBytes, outBytes } = client.traffic
    client.sendAudio(new Int16Array(320))
    last(page).play(new Int16Array(480))
    last(page).say('{}')
    expect([client.traffic.outBytes - outBytes, client.traffic.inBytes - inBytes]).toEqual([640, 962])
  })

  it('tells a resumed session again how far each reply was heard, but not a new session', async () => {
    const { client, page } = await connected()
    client.played('r1', 100)
    last(page).die(1006)
    client.played('r1', 180)
    await page.pass(250)
    last(page).accept()
    last(page).say(readyMessage({ resumed: true }))
    expect(sent(last(page), 'played')).toEqual([{ type: 'played', reply: 'r1', ms: 180 }])
    last(page).die(1006)
    await page.pass(500)
    last(page).accept()
    last(page).say(readyMessage({ resumed: false, session: 'ses_2' }))
    expect(sent(last(page), 'played')).toEqual([])
  })

  it('begins a new session at once where the old one cannot be resumed, however long it waited for that', async () => {
    const { client, page } = await connected()
    for (let tries = 0; tries < 6; tries++) {
      last(page).die(1006)
      await page.pass(8_000)
    }
    const { length } = page.sockets
    last(page).accept()
    last(page).say({ type: 'error', code: 'resume_failed', message: 'Too old.', fatal: true })
    expect(page.sockets).toHaveLength(length + 1)
    last(page).accept()
    expect(last(page).received[0]).not.toHaveProperty('resume')
    last(page).say(readyMessage({ session: 'ses_2' }))
    expect(client.ready?.session).toBe('ses_2')
  })

  it.each([
    ['refuses to resume what nobody asked to', undefined, {}],
    ['says ready and refuses then', 'ready', {}],
    ['asks for time', undefined, { retryAfterMs: 3_000 }],
  ])('is not sent into a loop by a gateway that %s', async (_, ready, more) => {
    const { client, page } = await connected()
    const refuse = () =>
      last(page).say({ type: 'error', code: 'resume_failed', message: 'No.', fatal: true, ...more })
    last(page).die(1006)
    await page.pass(250)
    for (let time = 0; time < 4; time++) {
      last(page).accept()
      if (ready) last(page).say(readyMessage({ session: `ses_${time}` }))
      refuse()
    }
    const refusedAtOnce = page.sockets.length
    expect(refusedAtOnce).toBeLessThanOrEqual(3)
    await page.pass(60_000)
    expect(page.sockets.length).toBeGreaterThan(refusedAtOnce)
    client.close()
  })

  it('goes on at another node with the token of a draining one', async () => {
    const { page } = await connected()
    last(page).say({ type: 'draining', resumeToken: 'tok_moved', deadlineMs: 1000 })
    last(page).die(1012)
    await page.pass(250)
    last(page).accept()
    expect(last(page).received[0]).toMatchObject({ resume: 'tok_moved' })
  })

  it('answers interrupts in order with what was heard', async () => {
    const { client, page } = await connected()
    const heard = {
      reply: 'r1',
      ms: 120,
      text: 'Hello',
      complete: false,
      source: 'reported',
      errorMs: 20,
    } as const
    const first = client.interrupt()
    const second = client.interrupt()
    last(page).say({ type: 'interrupted', heard })
    last(page).say({ type: 'interrupted', heard: null })
    await expect(first).resolves.toEqual(heard)
    await expect(second).resolves.toBeNull()
  })

  it('does not give the late answer of a timed out interrupt to the next one', async () => {
    const { client, page } = await connected()
    const first = client.interrupt()
    first.catch(() => {})
    last(page).say({ type: 'pong', id: 1 })
    await page.pass(5_000)
    await expect(first).rejects.toMatchObject({ code: 'timeout' })
    const second = client.interrupt()
    last(page).say({
      type: 'interrupted',
      heard: { reply: 'r1', ms: 1, text: '', complete: false, source: 'estimated', errorMs: 1 },
    })
    last(page).say({ type: 'interrupted', heard: null })
    await expect(second).resolves.toBeNull()
  })

  it('rejects interrupts that the lost connection cannot answer', async () => {
    const { client, page } = await connected()
    const pending = client.interrupt()
    last(page).die(1006)
    await expect(pending).rejects.toMatchObject({ code: 'connection-lost' })
    await expect(client.interrupt()).rejects.toMatchObject({ code: 'not-connected' })
  })

  it('says bye, and nothing more, once closed', async () => {
    const { client, page, states } = await connected()
    client.close()
    client.close()
    client.sendAudio(new Int16Array(320))
    expect(last(page).received.at(-1)).toEqual({ type: 'bye' })
    expect(last(page).closedWith).toBe(1000)
    expect(() => client.sendText('hi')).toThrowError(expect.objectContaining({ code: 'not-connected' }))
    await page.pass(600_000)
    expect(page.sockets).toHaveLength(1)
    expect(page.timers).toBe(0)
    expect(page.watchers).toBe(0)
    expect(states).toEqual(['connecting', 'ready', 'closed'])
  })

  it('ends with the gateway when it says goodbye', async () => {
    const { client, page } = await connected()
    last(page).say({ type: 'session-ended', atMs: 5, reason: 'hang-up' })
    last(page).die(1000)
    expect(client.state).toBe('closed')
    const again = client.connect()
    last(page).accept()
    expect(last(page).received[0]).not.toHaveProperty('resume')
    last(page).say(readyMessage({ session: 'ses_2' }))
    await expect(again).resolves.toMatchObject({ session: 'ses_2' })
  })

  it('fails at once on an address or token that can never work', async () => {
    await expect(setUp({ url: 'ftp://gateway.test' }).client.connect()).rejects.toMatchObject({
      code: 'bad-option',
    })
    await expect(setUp({ token: 'with space' }).client.connect()).rejects.toMatchObject({
      code: 'bad-option',
    })
  })

  it('asks for a fresh token at each try and survives one that cannot be had', async () => {
    let asked = 0
    const { client, page } = setUp({
      token: () => (++asked === 1 ? Promise.reject(new Error('login needed')) : `token-${asked}`),
    })
    void client.connect()
    await page.pass(250)
    expect(last(page).protocols).toEqual(['parley.v1', 'bearer.token-2'])
  })

  it('ignores an abandoned try that answers late', async () => {
    const { client, page } = setUp({ token: () => Promise.resolve('slow') })
    const arrival = client.connect()
    client.close()
    await expect(arrival).rejects.toMatchObject({ code: 'closed' })
    await page.pass(1000)
    expect(page.sockets).toHaveLength(0)
  })
})

describe('a line that breaks in the middle of a word', () => {
  const spoken = (socket: FarEnd) => socket.received.filter(each => each instanceof Int16Array)
  const frame = (name: number) => new Int16Array(320).fill(name)

  async function broken(receivedFrames: number | undefined, options: Partial<VoiceClientOptions> = {}) {
    const all = await connected(options)
    const { client, page } = all
    for (let i = 1; i <= 50; i++) client.sendAudio(frame(i))
    const first = last(page)
    first.die(1006)
    for (let i = 51; i <= 60; i++) client.sendAudio(frame(i))
    await page.pass(250)
    last(page).accept()
    last(page).say(
      readyMessage({
        resumed: true,
        ...(receivedFrames === undefined ? {} : { receivedMs: receivedFrames * 20 }),
      }),
    )
    client.sendAudio(frame(61))
    return { ...all, first, second: last(page) }
  }

  it('loses no sample and repeats none', async () => {
    const { client, first, second } = await broken(37)
    const arrived = [...spoken(first).slice(0, 37), ...spoken(second)]
    expect(arrived.map(each => each[0])).toEqual(Array.from({ length: 61 }, (_, i) => i + 1))
    expect(arrived.reduce((sum, { length }) => sum + length, 0)).toBe(61 * 320)
    expect(client.state).toBe('ready')
  })

  it('goes on behind it at a gateway that does not say what arrived', async () => {
    const { second } = await broken(undefined)
    expect(spoken(second).map(each => each[0])).toEqual(Array.from({ length: 11 }, (_, i) => 51 + i))
  })

  it('repeats nothing for a page that wants no old speech', async () => {
    const { second } = await broken(37, { waitingAudioMs: 0 })
    expect(spoken(second).map(each => each[0])).toEqual([61])
  })

  it('tells how far each reply was heard before it says anything again', async () => {
    const all = await connected()
    all.client.sendAudio(frame(1))
    all.client.played('r1', 80)
    last(all.page).die(1006)
    await all.page.pass(250)
    last(all.page).accept()
    last(all.page).say(readyMessage({ resumed: true, receivedMs: 0 }))
    const told = last(all.page).received.map(each =>
      each instanceof Int16Array ? 'sound' : 'type' in each && each.type,
    )
    expect(told).toEqual(['hello', 'ping', 'played', 'sound'])
  })

  it('never says more at once than a gateway takes', async () => {
    const dropped: number[] = []
    const { client, page } = await connected({ waitingAudioMs: 8_000 })
    client.on('dropped', ({ samples }) => dropped.push(samples))
    for (let i = 1; i <= 100; i++) client.sendAudio(frame(i))
    last(page).die(1006)
    for (let i = 101; i <= 500; i++) client.sendAudio(frame(i))
    await page.pass(250)
    last(page).accept()
    last(page).say(readyMessage({ resumed: true, receivedMs: 0 }))
    expect(spoken(last(page)).map(each => each[0])).toEqual(Array.from({ length: 450 }, (_, i) => i + 51))
    expect(dropped).toEqual([50 * 320])
  })
})
