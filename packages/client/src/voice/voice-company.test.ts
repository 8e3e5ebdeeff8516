import { describe, expect, it } from 'vitest'
import { ClientError } from '../client-error.js'
import { frames, live, sent, setUp } from '../testing/live-voice.js'
import type { VoiceOptions } from './voice-page-types.js'

const join = { session: 'ses_1', as: 'listener' } as const

async function beside(as: 'listener' | 'controller' | 'speaker', options: Partial<VoiceOptions> = {}) {
  const all = setUp({ join: { ...join, as }, device: 'Kitchen tablet', ...options })
  const roles: unknown[] = []
  all.voice.on('role', change => roles.push(change))
  void all.voice.start()
  await all.greet({ resumeToken: '', role: as, device: 'dev_2' })
  return { ...all, roles }
}

describe('a voice beside others', () => {
  it('opens no microphone and asks for none, but plays what it hears', async () => {
    const { voice, kit, socket, player, page } = await beside('listener')
    kit.changeDevices(kit.list)
    await voice.setMicrophone('mic-2')
    await page.pass(0)
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    socket().play(new Int16Array(480))
    player().emit('played', { kind: 'played', reply: 'r1', ms: 20, final: false })
    expect(voice.snapshot()).toMatchObject({ status: 'live', role: 'listener', microphone: 'off' })
    expect([kit.microphones.length, sent(socket(), 'played').length]).toEqual([0, 0])
    expect(player().told.at(-1)).toEqual(['push'])
  })

  it('shows who is there and what was said before, and says so when that changes', async () => {
    const { voice, socket } = await beside('controller')
    expect(voice.snapshot().company).toEqual([])
    const devices = [
      { id: 'dev_1', role: 'speaker', subject: 'ana', joinedAtMs: 0 },
      { id: 'dev_2', name: 'Kitchen tablet', role: 'controller', subject: 'ana', joinedAtMs: 9 },
    ] as const
    socket().say({ type: 'devices', devices: [...devices] })
    socket().say({
      ...{ type: 'history', truncated: false },
      entries: [{ kind: 'user', turn: 't1', text: 'Hello?', origin: 'speech', atMs: 1 }],
    })
    expect(voice.snapshot().company).toEqual(devices)
    expect(voice.snapshot().conversation.entries).toMatchObject([{ text: 'Hello?' }])
  })

  it('opens the microphone to take over, and is heard once it has', async () => {
    const { voice, socket, microphone, roles } = await beside('listener', { microphoneId: 'mic-2' })
    const taken = voice.takeOver()
    void voice.takeOver()
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
    microphone().speak(1)
    expect(frames(socket())).toEqual([])
    socket().say({ type: 'role', role: 'speaker' })
    await taken
    microphone().speak(1)
    expect(frames(socket())).toEqual([1, 2])
    expect(voice.snapshot()).toMatchObject({ role: 'speaker', microphone: 'on' })
    expect([sent(socket(), 'take-over').length, roles]).toEqual([1, [{ role: 'speaker', by: undefined }]])
    expect(microphone().wish.deviceId).toBe('mic-2')
  })

  it('stays what it is where it may not have the microphone', async () => {
    const { voice, kit, socket, problems } = await beside('controller')
    kit.answer = new ClientError('microphone-denied')
    await voice.takeOver()
    expect(voice.snapshot()).toMatchObject({
      ...{ status: 'live', role: 'controller', microphone: 'denied' },
      error: { code: 'microphone-denied' },
    })
    expect([problems, sent(socket(), 'take-over')]).toEqual([['microphone-denied'], []])
  })

  it('gives the microphone back where the gateway will not have it', async () => {
    const { voice, page, socket, microphone, problems } = await beside('controller')
    const taken = voice.takeOver()
    await page.pass(0)
    socket().say({ type: 'error', code: 'forbidden', message: 'Not yours.', fatal: false })
    await taken
    expect([microphone().closed, problems]).toEqual([true, ['refused']])
    expect(voice.snapshot()).toMatchObject({ role: 'controller', microphone: 'off', status: 'live' })
  })

  it('leaves nothing behind where it is stopped while it takes over', async () => {
    const { voice, kit, page, socket, microphone } = await beside('controller')
    kit.answer = 'waits'
    const taken = voice.takeOver()
    await page.pass(0)
    voice.stop()
    kit.grant()
    await taken
    expect([microphone().closed, sent(socket(), 'take-over').length, page.timers]).toEqual([true, 0, 0])
  })

  it('takes over again after it was stopped and started while the first time still asked', async () => {
    const { voice, kit, page, socket, greet } = await beside('controller')
    kit.answer = 'waits'
    void voice.takeOver()
    await page.pass(0)
    voice.stop()
    kit.answer = 'grants'
    void voice.start()
    await greet({ resumeToken: '', role: 'controller', device: 'dev_3' })
    const taken = voice.takeOver()
    await page.pass(0)
    socket().say({ type: 'role', role: 'speaker' })
    await taken
    expect([sent(socket(), 'take-over').length, voice.snapshot().role]).toEqual([1, 'speaker'])
    kit.grant()
    await page.pass(0)
    expect(kit.microphones.map(({ closed }) => closed)).toEqual([false, true])
  })

  it('lets go of the microphone when another takes over, and hears on', async () => {
    const { voice, kit, page, socket, microphone, statuses } = await live()
    microphone().speak(1)
    socket().say({ type: 'role', role: 'controller', by: 'dev_2' })
    expect(microphone().closed).toBe(true)
    expect(voice.snapshot()).toMatchObject({ role: 'controller', microphone: 'off', userSpeaking: false })
    kit.changeDevices(kit.list)
    await page.pass(0)
    voice.sendText('I type')
    const taken = voice.takeOver()
    await page.pass(0)
    socket().say({ type: 'role', role: 'speaker' })
    await taken
    expect([kit.microphones.length, voice.snapshot().microphone]).toEqual([2, 'on'])
    expect(statuses).toEqual(['starting', 'live'])
  })

  it('joins again by itself as what it is, its microphone open where it is the speaker', async () => {
    const { voice, page, socket, microphone, greet, statuses } = await beside('speaker')
    socket().die(1006)
    microphone().speak(2)
    await page.pass(250)
    await greet({ resumeToken: '', role: 'speaker' })
    expect(sent(socket(), 'hello')).toMatchObject([{ join: { session: 'ses_1', as: 'speaker' } }])
    expect(frames(socket())).toEqual([1, 2])
    expect(statuses).toEqual(['starting', 'live', 'reconnecting', 'live'])
    expect(voice.metrics().reconnects).toBe(1)
  })

  it('lets go of the microphone where it comes back as something else', async () => {
    const { voice, page, socket, microphone, greet } = await live()
    socket().die(1006)
    microphone().speak(2)
    await page.pass(250)
    await greet({ resumeToken: '', role: 'controller' })
    expect([microphone().closed, frames(socket()), voice.snapshot().role]).toEqual([true, [], 'controller'])
  })

  it('joins as a controller where it can do without a microphone and has none', async () => {
    const all = setUp({ join: { ...join, as: 'speaker' }, microphone: 'optional' })
    all.kit.answer = new ClientError('microphone-missing')
    void all.voice.start()
    await all.greet({ resumeToken: '', role: 'controller' })
    expect(sent(all.socket(), 'hello')).toMatchObject([{ join: { as: 'controller' } }])
    expect(all.voice.snapshot()).toMatchObject({ status: 'live', role: 'controller' })
    const second = setUp({ join: { ...join, as: 'speaker' }, microphone: 'optional' })
    void second.voice.start()
    await second.greet({ resumeToken: '', role: 'speaker' })
    expect(sent(second.socket(), 'hello')).toMatchObject([{ join: { as: 'speaker' } }])
  })

  it('opens the microphone where it is made the speaker unasked', async () => {
    const { voice, page, socket } = await beside('controller')
    socket().say({ type: 'role', role: 'speaker', by: 'dev_1' })
    await page.pass(0)
    expect(voice.snapshot()).toMatchObject({ role: 'speaker', microphone: 'on' })
  })
})
