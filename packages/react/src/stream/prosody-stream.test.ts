import { ClientError } from '@parley/client'
import { describe, expect, it } from 'vitest'
import { idleSnapshot } from './silence.js'
import { virtualStream } from './virtual-stream.test-kit.js'

describe('a prosody stream', () => {
  it('opens a socket, hears the greeting and tells the values of frames', async () => {
    const rig = virtualStream({ token: 'a.b.c', hopSize: 256 })
    expect(rig.stream.snapshot()).toEqual(idleSnapshot)
    rig.stream.connect()
    expect(rig.last().url).toBe('wss://gateway.example/prosody?sampleRate=16000&hopSize=256')
    expect(rig.last().protocols).toEqual(['parley.v1', 'bearer.a.b.c'])
    await rig.greet()
    rig.frame({ pitchHz: 180, energy: 0.4, emotion: 'high' })
    expect(rig.stream.sample().pitchHz).toBe(180)
    await rig.page.pass(32)
    expect(rig.stream.snapshot()).toMatchObject({ state: 'open', pitchHz: 180, energy: 0.4, emotion: 'high' })
    expect(rig.states).toEqual(['connecting', 'open'])
  })

  it('sends the microphone as it comes and only while somebody takes it', async () => {
    const rig = virtualStream()
    const started = rig.stream.start()
    expect(rig.stream.snapshot().microphone).toBe('prompt')
    await started
    expect(rig.microphone.wishes).toEqual([{ sampleRate: 16_000, gateway: 'https://gateway.example' }])
    rig.microphone.speak(320)
    await rig.greet()
    rig.microphone.speak(320)
    rig.microphone.speak(320)
    expect(rig.last().received.map(sound => (sound as Int16Array).length)).toEqual([320, 320])
    rig.last().bufferedAmount = 40_000
    rig.microphone.speak(320)
    expect(rig.last().received).toHaveLength(2)
    expect(rig.stream.snapshot()).toMatchObject({ state: 'open', microphone: 'granted' })
  })

  it('tells a rate that the microphone chose itself', async () => {
    const rig = virtualStream()
    rig.microphone.sampleRate = 44_100
    await rig.stream.start()
    expect(rig.page.sockets.map(socket => socket.url.split('?')[1])).toEqual([
      'sampleRate=16000',
      'sampleRate=44100',
    ])
  })

  it('closes both at stop and is silent after it', async () => {
    const rig = virtualStream()
    await rig.stream.start()
    await rig.greet()
    rig.frame()
    rig.stream.stop()
    expect(rig.microphone.running).toBe(0)
    expect(rig.stream.snapshot()).toMatchObject({
      state: 'closed',
      microphone: 'stopped',
      pitchHz: 0,
      energy: 0,
      speaking: false,
    })
    expect(rig.page.timers).toBe(0)
    expect(rig.page.watchers).toBe(0)
    await rig.stream.start()
    await rig.greet()
    expect(rig.stream.snapshot()).toMatchObject({ state: 'open', microphone: 'granted' })
  })

  it('closes a microphone that is granted after stop', async () => {
    const rig = virtualStream()
    rig.microphone.answer = 'waits'
    void rig.stream.start()
    await rig.page.pass(0)
    rig.stream.stop()
    rig.microphone.grant()
    await rig.page.pass(0)
    expect(rig.microphone.running).toBe(0)
    expect(rig.stream.snapshot().microphone).toBe('stopped')
  })

  it.each([
    ['denied', 'microphone-denied', new ClientError('microphone-denied')],
    ['denied', 'microphone-denied', new DOMException('', 'NotAllowedError')],
    ['none', 'microphone-missing', new DOMException('', 'NotFoundError')],
    ['none', 'insecure-page', new ClientError('insecure-page')],
    ['none', 'unsupported', new Error('of its own')],
    ['none', 'unsupported', 'no error at all'],
  ])('says %s (%s) and keeps the socket', async (microphone, code, thrown) => {
    const rig = virtualStream({ openMicrophone: () => Promise.reject(thrown) })
    await rig.stream.start()
    await rig.greet()
    expect(rig.stream.snapshot()).toMatchObject({ state: 'open', microphone, error: { code } })
  })

  it('says so when the microphone is unplugged', async () => {
    const rig = virtualStream()
    await rig.stream.start()
    await rig.greet()
    rig.microphone.unplug()
    expect(rig.stream.snapshot()).toMatchObject({
      microphone: 'stopped',
      error: { code: 'microphone-lost' },
    })
  })

  it('lets values fall silent that nobody renews', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    await rig.greet()
    for (let i = 0; i < 5; i++) {
      rig.frame()
      await rig.page.pass(300)
      expect(rig.stream.snapshot().energy).toBe(0.6)
    }
    await rig.page.pass(201)
    expect(rig.stream.snapshot()).toMatchObject({ energy: 0, speaking: false, state: 'open' })
    expect(rig.page.timers).toBe(0)
  })

  it('tells many frames as one before the next picture', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    await rig.greet()
    await rig.page.pass(100)
    const before = rig.renders
    for (let i = 0; i < 50; i++) rig.frame({ pitchHz: 100 + i })
    expect(rig.stream.snapshot().pitchHz).toBe(0)
    await rig.page.pass(16)
    expect(rig.renders - before).toBe(1)
    expect(rig.stream.snapshot().pitchHz).toBe(149)
    const same = rig.stream.snapshot()
    await rig.page.pass(100)
    expect(rig.stream.snapshot()).toBe(same)
  })

  it('tells frames no oftener than it was asked to', async () => {
    const rig = virtualStream({ throttleMs: 100 })
    rig.stream.connect()
    await rig.greet()
    const before = rig.renders
    for (let i = 0; i < 100; i++) {
      rig.frame()
      await rig.page.pass(10)
    }
    expect(rig.renders - before).toBeGreaterThanOrEqual(8)
    expect(rig.renders - before).toBeLessThanOrEqual(11)
  })

  it('keeps the last utterance, and forgets it and the speaker at reset', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    await rig.greet()
    rig
      .last()
      .say(JSON.stringify({ type: 'utterance', utterance: { fromMs: 0, untilMs: 900, arousal: 0.7 } }))
    await rig.page.pass(32)
    expect(rig.stream.snapshot().utterance).toMatchObject({ untilMs: 900 })
    rig.stream.reset()
    expect(rig.stream.snapshot()).toMatchObject({ utterance: undefined, state: 'open' })
    expect(rig.last().received).toEqual([{ type: 'reset' }])
  })

  it('passes over what it cannot read', async () => {
    const rig = virtualStream()
    rig.stream.connect()
    await rig.greet()
    for (const odd of ['', '{', '[]', 'null', '{"type":7}', '{"type":"prosody"}', '{"type":"new"}']) {
      rig.last().say(odd)
    }
    rig.last().play(new Int16Array(3))
    expect(rig.stream.snapshot().state).toBe('open')
    rig.last().say(JSON.stringify({ type: 'error', code: 'bad_message', message: 'Odd bytes.' }))
    expect(rig.stream.snapshot()).toMatchObject({
      state: 'open',
      error: { code: 'gateway-fault', message: 'Odd bytes.', details: { serverCode: 'bad_message' } },
    })
  })

  it('follows one side of a live conversation until it is over', async () => {
    const rig = virtualStream({ session: 'ses_1', side: 'agent' })
    rig.stream.connect()
    await rig.greet()
    expect(rig.last().received).toEqual([
      { type: 'subscribe', session: 'ses_1', sides: ['agent'], visemes: false },
    ])
    const frames = [{ pitchHz: 100 }, { pitchHz: 130, energy: 0.5 }]
    rig.last().say(JSON.stringify({ type: 'prosody', session: 'ses_1', side: 'agent', frames }))
    rig
      .last()
      .say(JSON.stringify({ type: 'prosody', session: 'ses_1', side: 'user', frames: [{ pitchHz: 300 }] }))
    expect(rig.stream.sample()).toMatchObject({ pitchHz: 130, energy: 0.5 })
    rig.last().say(JSON.stringify({ type: 'session-ended', session: 'ses_1' }))
    expect(rig.stream.snapshot().state).toBe('closed')
  })

  it('tells utterances also where no frames are told', async () => {
    const rig = virtualStream({ throttleMs: Number.POSITIVE_INFINITY })
    rig.stream.connect()
    await rig.greet()
    const before = rig.renders
    for (let i = 0; i < 20; i++) {
      rig.frame()
      await rig.page.pass(32)
    }
    expect(rig.renders).toBe(before)
    rig.last().say(JSON.stringify({ type: 'utterance', utterance: { fromMs: 0, untilMs: 900 } }))
    expect(rig.stream.snapshot()).toMatchObject({ utterance: { untilMs: 900 }, pitchHz: 220 })
  })
})
