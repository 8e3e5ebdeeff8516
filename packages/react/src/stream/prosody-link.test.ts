import { describe, expect, it } from 'vitest'
import { idleSnapshot } from './silence.js'
import { virtualStream } from './virtual-stream.test-kit.js'

describe('the connection of a prosody stream', () => {
  it('offers no subprotocol without a token, as a plain server expects', () => {
    const rig = virtualStream()
    rig.stream.connect()
    expect(rig.last().protocols).toEqual([])
  })

  it('comes back after a lost connection, later each time, with the values reset meanwhile', async () => {
    const rig = virtualStream()
    await rig.stream.start()
    await rig.greet()
    rig.frame()
    rig.last().die(1006)
    expect(rig.stream.snapshot()).toMatchObject({ state: 'reconnecting', pitchHz: 0, energy: 0 })
    for (const [tries, ms] of [250, 500, 1000].entries()) {
      await rig.page.pass(ms - 1)
      expect(rig.page.sockets).toHaveLength(tries + 1)
      await rig.page.pass(1)
      expect(rig.page.sockets).toHaveLength(tries + 2)
      rig.last().die(1006)
    }
    await rig.page.pass(2000)
    await rig.greet()
    rig.microphone.speak(320)
    expect(rig.last().received).toHaveLength(1)
    expect(rig.states).toEqual(['connecting', 'open', 'reconnecting', 'open'])
    expect(rig.stream.snapshot().error).toBeUndefined()
  })

  it('gives up after as many tries as it was told, and lets go of the microphone', async () => {
    const rig = virtualStream({ reconnect: { attempts: 2 } })
    await rig.stream.start()
    for (let i = 0; i < 3; i++) {
      rig.last().die(1006)
      await rig.page.pass(10_000)
    }
    expect(rig.page.sockets).toHaveLength(3)
    expect(rig.stream.snapshot()).toMatchObject({
      state: 'failed',
      microphone: 'stopped',
      error: { code: 'connect-failed' },
    })
    expect(rig.page.timers + rig.page.watchers).toBe(0)
  })

  it.each([
    [1008, 'Unauthorized', 'unauthorized'],
    [1008, '', 'unauthorized'],
    [1008, 'too many connections', 'refused'],
    [1009, 'message too big', 'refused'],
    [4429, 'slow down', 'refused'],
  ])('does not repeat what was closed with %i %s', async (code, reason, error) => {
    const rig = virtualStream()
    rig.stream.connect()
    rig.last().die(code, reason)
    await rig.page.pass(60_000)
    expect(rig.page.sockets).toHaveLength(1)
    expect(rig.stream.snapshot()).toMatchObject({ state: 'failed', error: { code: error } })
  })

  it('is closed without a fault where the gateway ended it', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    await rig.greet()
    rig.last().die(1000)
    expect(rig.stream.snapshot()).toMatchObject({ state: 'closed', error: undefined })
  })

  it.each(['idle', 'expired'])(
    'goes on by itself where a connection was %s, and shows no error',
    async reason => {
      const rig = virtualStream()
      await rig.stream.start()
      await rig.greet()
      rig.last().say(`{"type":"error","code":"session_${reason}","message":"Connect again."}`)
      rig.last().die(1001, reason)
      expect(rig.stream.snapshot()).toMatchObject({ state: 'reconnecting', error: undefined })
      await rig.page.pass(250)
      await rig.greet()
      expect(rig.stream.snapshot()).toMatchObject({ state: 'open', microphone: 'granted', error: undefined })
    },
  )

  it('waits for a network without trying, and tries the moment there is one', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    await rig.greet()
    rig.frame()
    rig.page.setOnline(false)
    expect(rig.stream.snapshot()).toMatchObject({ state: 'offline', connected: false, energy: 0 })
    expect(rig.last().closedWith).toBeDefined()
    await rig.page.pass(600_000)
    expect(rig.page.sockets).toHaveLength(1)
    rig.page.setOnline(true)
    expect(rig.page.sockets).toHaveLength(2)
    await rig.greet()
    expect(rig.stream.snapshot().state).toBe('open')
  })

  it('needs no network for a gateway on the same machine', async () => {
    const rig = virtualStream({ url: 'ws://localhost:3000/prosody' })
    rig.page.setOnline(false)
    rig.stream.connect()
    await rig.greet()
    expect(rig.stream.snapshot().state).toBe('open')
  })

  it('takes sound without any answer as a dead connection', async () => {
    const rig = virtualStream()
    await rig.stream.start()
    await rig.greet()
    for (let i = 0; i < 62; i++) {
      rig.microphone.speak(1600)
      await rig.page.pass(100)
    }
    expect(rig.states.at(-1)).toBe('reconnecting')
  })

  it('takes a gateway that never greets as one that is not there', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    rig.last().accept()
    await rig.page.pass(10_250)
    expect(rig.page.sockets).toHaveLength(2)
  })

  it('moves to another address and keeps the microphone', async () => {
    const rig = virtualStream()
    await rig.stream.start()
    await rig.greet()
    rig.stream.configure({ url: 'wss://other.example/prosody', token: undefined })
    expect(rig.page.sockets[0]?.closedWith).toBeDefined()
    await rig.greet()
    expect(rig.last().url).toContain('other.example')
    rig.microphone.speak(320)
    expect(rig.last().received).toHaveLength(1)
    rig.stream.configure({ url: 'wss://other.example/prosody', token: undefined })
    expect(rig.page.sockets).toHaveLength(2)
  })

  it('asks for a fresh token at each try, and tries again where that fails', async () => {
    let asked = 0
    const rig = virtualStream({
      token: () => (++asked === 1 ? Promise.reject(new Error('no')) : `token-${asked}`),
    })
    rig.stream.connect()
    await rig.page.pass(250)
    expect(rig.last().protocols[1]).toBe('bearer.token-2')
  })

  it('does not wait for ever for a token, and takes none that comes late', async () => {
    const given: ((token: string) => void)[] = []
    const rig = virtualStream({
      token: () => new Promise<string>(resolve => given.push(resolve)),
      reconnect: { attempts: 1 },
    })
    rig.stream.connect()
    await rig.page.pass(10_250)
    expect(given).toHaveLength(2)
    given[0]?.('late')
    await rig.page.pass(0)
    expect(rig.page.sockets).toHaveLength(0)
    await rig.page.pass(10_000)
    expect(rig.stream.snapshot()).toMatchObject({ state: 'failed', error: { code: 'token-failed' } })
    expect(rig.page.timers).toBe(0)
  })

  it('fails at once, asking for no microphone, where it knows no gateway', async () => {
    const rig = virtualStream({ url: '' })
    await rig.stream.start()
    expect(rig.stream.snapshot()).toMatchObject({ state: 'failed', error: { code: 'no-address' } })
    expect(rig.microphone.wishes).toEqual([])
    rig.stream.reset()
    expect(rig.stream.snapshot()).toEqual(idleSnapshot)
  })

  it.each([
    ['idle', []],
    ['connecting', ['connect']],
    ['open', ['connect', 'greet']],
    ['reconnecting', ['connect', 'greet', 1006]],
    ['offline', ['unplug', 'connect']],
    ['failed', ['connect', 1008]],
    ['closed', ['connect', 'greet', 1000]],
  ] as const)('can be left while it is %s, and nothing of it goes on', async (state, steps) => {
    const rig = virtualStream()
    for (const step of steps) {
      if (step === 'connect') rig.stream.connect()
      else if (step === 'greet') await rig.greet()
      else if (step === 'unplug') rig.page.setOnline(false)
      else rig.last().die(step)
    }
    expect(rig.stream.snapshot().state).toBe(state)
    rig.stream.stop()
    rig.stream.reset()
    expect(rig.page.timers + rig.page.watchers).toBe(0)
    rig.page.setOnline(true)
    await rig.page.pass(60_000)
    expect(rig.page.sockets.length).toBeLessThanOrEqual(1)
    expect(rig.stream.snapshot()).toEqual(idleSnapshot)
  })

  it('forgets what ended the last connection when it opens another', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    rig.last().die(1008, 'Unauthorized')
    rig.stream.configure({ url: 'wss://gateway.example/prosody', token: 'fresh' })
    rig.stream.connect()
    expect(rig.stream.snapshot()).toMatchObject({ state: 'connecting', error: undefined })
    expect(rig.last().protocols[1]).toBe('bearer.fresh')
  })

  it('names a wrong address without what is secret in it', () => {
    const rig = virtualStream({ url: 'ftp://me:secret@gateway.example/x?token=secret' })
    rig.stream.connect()
    const { error } = rig.stream.snapshot()
    expect(error?.code).toBe('bad-address')
    expect(error?.message).toContain('ftp://gateway.example/x')
    expect(error?.message).not.toContain('secret')
  })

  it('keeps what the address itself says', () => {
    const rig = virtualStream({ url: 'https://gateway.example/?sampleRate=8000#x', query: { a: 'b c' } })
    rig.stream.connect()
    expect(rig.last().url).toBe('wss://gateway.example/prosody?sampleRate=8000&a=b%20c')
  })
})
