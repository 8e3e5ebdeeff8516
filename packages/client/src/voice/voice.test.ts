import { describe, expect, it } from 'vitest'
import { ClientError } from '../client-error.js'
import { frames, live, sent, setUp } from '../testing/live-voice.js'
import { createVirtualDevices, twoDevices } from '../testing/virtual-devices.js'
import { createVoice } from './voice.js'

describe('a voice on a page', () => {
  it('touches nothing until it starts', () => {
    const { voice, page, kit } = setUp()
    expect(voice.snapshot()).toMatchObject({ status: 'idle', microphone: 'off', sound: 'off' })
    expect([page.sockets.length, page.watchers, kit.watchers, kit.sounds.length]).toEqual([0, 0, 0, 0])
  })

  it('opens sound at once, then the microphone, then the session', async () => {
    const { voice, kit, page, statuses, greet, microphone } = setUp()
    kit.answer = 'waits'
    void voice.start()
    expect(kit.sounds).toHaveLength(1)
    await page.pass(0)
    expect(voice.snapshot().microphone).toBe('asking')
    expect(page.sockets).toHaveLength(0)
    kit.grant()
    await greet()
    expect(statuses).toEqual(['starting', 'live'])
    expect(voice.snapshot()).toMatchObject({ microphone: 'on', sound: 'on', devices: twoDevices })
    expect(microphone().wish).toMatchObject({
      sampleRate: 16_000,
      workletInline: true,
      workletUrl: new URL('https://gateway.test/audio-worklet-processor.js'),
    })
  })

  it('carries sound both ways and folds what is said', async () => {
    const { voice, socket, microphone, player } = await live()
    microphone().speak(2)
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    socket().play(new Int16Array(480))
    socket().say({ type: 'reply-words', atMs: 0, reply: 'r1', text: 'Hello', untilMs: 100 })
    player().emit('played', { kind: 'played', reply: 'r1', ms: 120, final: false })
    expect(frames(socket())).toEqual([1, 2])
    expect(player().told).toEqual([['clear'], ['begin', 'r1', 0], ['push']])
    expect(sent(socket(), 'played')).toEqual([{ type: 'played', reply: 'r1', ms: 120 }])
    expect(voice.snapshot().conversation.entries).toMatchObject([{ kind: 'agent', playedMs: 120 }])
  })

  it('starts once however often it is asked to', async () => {
    const { voice, kit, page, greet } = setUp()
    void voice.start()
    void voice.start()
    await greet()
    await voice.start()
    expect([kit.sounds.length, page.sockets.length, kit.microphones.length]).toEqual([1, 1, 1])
  })

  it('gives everything back at stop', async () => {
    const { voice, kit, page, socket, sound, microphone, player, statuses } = await live({
      keepScreenOn: true,
    })
    expect(kit.screenLocks).toBe(1)
    voice.stop()
    voice.stop()
    expect([sound().closed, microphone().closed, player().closed, socket().closedWith]).toEqual([
      ...[true, true, true, 1000],
    ])
    expect([page.timers, page.watchers, kit.watchers, kit.screenLocks]).toEqual([0, 0, 0, 0])
    expect(statuses.at(-1)).toBe('ended')
    expect(voice.snapshot()).toMatchObject({ microphone: 'off', sound: 'off', userSpeaking: false })
  })

  it('leaves nothing behind where it is stopped while the browser still asks', async () => {
    const { voice, kit, page, statuses, microphone } = setUp()
    kit.answer = 'waits'
    const started = voice.start()
    await page.pass(0)
    voice.stop()
    kit.grant()
    await started
    expect(microphone().closed).toBe(true)
    expect([page.sockets.length, kit.watchers]).toEqual([0, 0])
    expect(statuses).toEqual(['starting', 'ended'])
  })

  it('begins anew after it ended', async () => {
    const { voice, page, kit, greet, statuses } = await live()
    voice.stop()
    void voice.start()
    await greet({ session: 'ses_2' })
    expect([page.sockets.length, kit.sounds.length]).toEqual([2, 2])
    expect(statuses).toEqual(['starting', 'live', 'ended', 'starting', 'live'])
    expect(voice.snapshot().conversation.session).toBe('ses_2')
  })

  it.each(['microphone-denied', 'microphone-missing', 'microphone-busy', 'insecure-page'] as const)(
    'begins no session where the microphone is refused as %s',
    async code => {
      const { voice, kit, page, problems, sound } = setUp()
      kit.answer = new ClientError(code)
      await voice.start()
      const microphone = code === 'microphone-denied' ? 'denied' : 'none'
      expect(voice.snapshot()).toMatchObject({ status: 'failed', microphone, error: { code } })
      expect(problems).toEqual([code])
      expect([page.sockets.length, kit.watchers, sound().closed]).toEqual([0, 0, true])
    },
  )

  it('goes on in writing where the microphone is optional', async () => {
    const { voice, kit, problems, greet, socket } = setUp({ microphone: 'optional' })
    kit.answer = new ClientError('microphone-denied')
    void voice.start()
    await greet()
    expect(voice.snapshot()).toMatchObject({ status: 'live', microphone: 'denied' })
    expect(problems).toEqual(['microphone-denied'])
    voice.sendText('hello')
    expect(sent(socket(), 'text')).toHaveLength(1)
  })

  it('opens a microphone that was off when it is chosen', async () => {
    const { voice, kit, socket, microphone } = await live({ microphone: 'off' })
    expect(kit.microphones).toHaveLength(0)
    await voice.setMicrophone('mic-2')
    microphone().speak(1)
    expect(microphone().wish.deviceId).toBe('mic-2')
    expect(frames(socket())).toEqual([1])
  })

  it('fails with what the gateway said', async () => {
    const { voice, page, socket, statuses, sound } = setUp()
    void voice.start()
    await page.pass(0)
    socket().accept()
    socket().say({ type: 'error', code: 'unauthenticated', message: 'Send a valid token.', fatal: true })
    socket().die(4401)
    await page.pass(0)
    expect(statuses).toEqual(['starting', 'failed'])
    expect(voice.snapshot().error).toMatchObject({ code: 'refused', message: 'Send a valid token.' })
    expect(sound().closed).toBe(true)
  })

  it('sends what is said while the connection is away, once, and in order', async () => {
    const { voice, page, socket, microphone, statuses, greet } = await live()
    microphone().speak(3)
    const first = socket()
    first.die(1006)
    microphone().speak(150)
    await page.pass(250)
    await greet({ resumed: true })
    microphone().speak(1)
    expect([...frames(first), ...frames(socket())]).toEqual(Array.from({ length: 154 }, (_, i) => i + 1))
    expect(statuses).toEqual(['starting', 'live', 'reconnecting', 'live'])
    expect(voice.metrics()).toMatchObject({ reconnects: 1, unsentMs: 0 })
  })

  it('keeps four seconds of speech and counts what it drops', async () => {
    const { voice, socket, microphone } = await live()
    socket().die(1006)
    microphone().speak(210)
    expect(voice.metrics().unsentMs).toBe(200)
  })

  it('says that it is offline and goes on once the network is back', async () => {
    const { page, socket, statuses, greet } = await live()
    page.setOnline(false)
    socket().die(1006)
    await page.pass(60_000)
    expect(statuses.at(-1)).toBe('offline')
    expect(page.sockets).toHaveLength(1)
    page.setOnline(true)
    await greet({ resumed: true })
    expect(statuses.slice(-2)).toEqual(['reconnecting', 'live'])
  })

  it('sends nothing while muted and hears nobody', async () => {
    const { voice, socket, microphone, speaking } = await live()
    microphone().speak(3)
    voice.setMuted(true)
    microphone().speak(5)
    expect(frames(socket())).toHaveLength(3)
    expect(speaking).toEqual(['user speaks', 'user stops'])
    expect(voice.levels().user).toBe(-100)
    voice.setMuted(false)
    microphone().speak(1)
    expect(frames(socket())).toHaveLength(4)
  })

  it('hears by push to talk between press and a little after release, then ends the turn', async () => {
    const { voice, page, socket, microphone } = await live({ pushToTalk: true })
    microphone().speak(2)
    voice.press()
    microphone().speak(2)
    voice.release()
    microphone().speak(1)
    await page.pass(150)
    microphone().speak(4)
    expect(frames(socket())).toEqual([3, 4, 5])
    expect(socket().received.at(-1)).toEqual({ type: 'commit' })
    expect(voice.snapshot().pressed).toBe(false)
  })

  it('takes a key that bounces as one turn', async () => {
    const { voice, page, socket, microphone } = await live({ pushToTalk: true })
    voice.release()
    voice.press()
    voice.release()
    await page.pass(100)
    voice.press()
    await page.pass(1_000)
    microphone().speak(1)
    voice.release()
    voice.release()
    await page.pass(1_000)
    expect(sent(socket(), 'commit')).toHaveLength(1)
    expect(page.timers).toBe(1)
  })

  it('ends no turn after stop', async () => {
    const { voice, page, socket } = await live({ pushToTalk: true })
    voice.press()
    voice.release()
    voice.stop()
    await page.pass(1_000)
    expect(sent(socket(), 'commit')).toHaveLength(0)
    expect(voice.snapshot().pressed).toBe(false)
  })

  it('lowers the agent while the person speaks, until the gateway rules', async () => {
    const { socket, microphone, player, speaking } = await live()
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    player().emit('playhead', { kind: 'playhead', reply: 'r1', ms: 0, atS: 0 })
    microphone().speak(3)
    socket().say({ type: 'duck', reply: 'r1', on: false, atMs: 0 } as never)
    microphone().speak(15, -60)
    expect(player().told.filter(([what]) => what === 'duck')).toEqual([
      ['duck', true],
      ['duck', true],
      ['duck', false],
    ])
    expect(speaking).toEqual(['agent speaks', 'user speaks', 'user stops'])
  })

  it('lowers nobody by itself without echo cancellation', async () => {
    const { microphone, player } = await live({ echoCancellation: false })
    player().emit('playhead', { kind: 'playhead', reply: 'r1', ms: 0, atS: 0 })
    microphone().speak(10)
    expect(player().told.flat()).not.toContain('duck')
    expect(microphone().wish.echoCancellation).toBe(false)
  })

  it('listens by the threshold that was set', async () => {
    const { voice, microphone, speaking } = await live({ threshold: 0.5 })
    microphone().speak(5, -20)
    expect(speaking).toEqual([])
    voice.setThreshold(0.03)
    microphone().speak(5, -20)
    expect(speaking).toEqual(['user speaks'])
  })

  it('falls silent at interrupt before the gateway answers', async () => {
    const { voice, socket, player } = await live()
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    const heard = voice.interrupt()
    expect(player().told.at(-1)).toEqual(['clear'])
    socket().say({ type: 'interrupted', heard: null })
    expect(await heard).toBeNull()
  })

  it('tells what the browser and the system do to sound', async () => {
    const { voice, sound, microphone } = await live()
    const seen: string[] = []
    voice.subscribe(() => seen.push(`${voice.snapshot().sound} ${voice.snapshot().microphone}`))
    sound().become('interrupted')
    microphone().emit('silenced', { on: true })
    microphone().emit('silenced', { on: false })
    sound().become('on')
    expect(seen).toEqual(['interrupted on', 'interrupted silenced', 'interrupted on', 'on on'])
  })

  it('wakes sound and connection when the page is shown again, and goes on while it is hidden', async () => {
    const { kit, page, socket, sound, microphone, voice } = await live({ keepScreenOn: true })
    socket().say({ type: 'pong', id: 1 })
    kit.setVisible(false)
    microphone().speak(1)
    expect(frames(socket())).toEqual([1])
    expect([sound().resumed, sent(socket(), 'ping').length]).toEqual([0, 1])
    kit.setVisible(true)
    expect([sound().resumed, sent(socket(), 'ping').length, kit.screenLocks]).toEqual([1, 2, 1])
    await page.pass(6_000)
    expect(voice.snapshot().status).toBe('reconnecting')
  })

  it('tries again at once when the page is shown while a try waits', async () => {
    const { kit, page, socket } = await live()
    for (let i = 0; i < 5; i++) {
      socket().die(1006)
      await page.pass(250 * 2 ** i)
    }
    socket().die(1006)
    expect(page.sockets).toHaveLength(6)
    kit.setVisible(true)
    expect(page.sockets).toHaveLength(7)
  })

  it('says bye when the page goes', async () => {
    const { kit, socket, statuses } = await live()
    kit.leave()
    expect(socket().received.at(-1)).toEqual({ type: 'bye' })
    expect(statuses.at(-1)).toBe('ended')
  })

  it('opens the system’s microphone where the chosen one is gone, and tells', async () => {
    const { voice, microphone, moved } = await live({ microphoneId: 'mic-9' })
    expect(microphone().wish.deviceId).toBeUndefined()
    expect(moved).toEqual([{ kind: 'microphone', label: 'Built in' }])
    expect(voice.snapshot().microphoneId).toBeUndefined()
  })

  it('changes the microphone without a gap, and keeps the old one where the new one fails', async () => {
    const { voice, kit, socket, microphone, problems } = await live()
    const first = microphone()
    kit.answer = 'waits'
    const changed = voice.setMicrophone('mic-2')
    first.speak(1)
    await Promise.resolve()
    kit.grant()
    await changed
    microphone().speak(1)
    expect([first.closed, frames(socket())]).toEqual([true, [1, 1]])
    kit.answer = new ClientError('microphone-busy')
    await voice.setMicrophone('mic-1')
    microphone().speak(1)
    expect([problems, frames(socket()).length]).toEqual([['microphone-busy'], 3])
    expect(voice.snapshot()).toMatchObject({ status: 'live', microphone: 'on' })
  })

  it('goes on when the last microphone is unplugged, and hears the next one that is plugged in', async () => {
    const { voice, kit, page, socket, microphone, problems } = await live()
    microphone().emit('ended', { error: new ClientError('microphone-lost') })
    expect(voice.snapshot()).toMatchObject({ status: 'live', microphone: 'none' })
    kit.changeDevices(twoDevices)
    await page.pass(0)
    microphone().speak(1)
    expect(voice.snapshot().microphone).toBe('on')
    expect([problems, frames(socket())]).toEqual([['microphone-lost'], [1]])
  })

  it('tells a microphone that is not allowed any more from one that was unplugged', async () => {
    const { voice, microphone, problems } = await live()
    microphone().emit('ended', { error: new ClientError('microphone-denied') })
    expect([voice.snapshot().microphone, voice.snapshot().status, problems]).toEqual([
      ...['denied', 'live', ['microphone-denied']],
    ])
  })

  it('asks for a microphone that was taken for good once the page is shown again', async () => {
    const { voice, kit, page, microphone } = await live()
    kit.setVisible(false)
    microphone().emit('ended', { error: new ClientError('microphone-lost') })
    await page.pass(0)
    expect(kit.microphones).toHaveLength(1)
    kit.setVisible(true)
    await page.pass(0)
    expect([kit.microphones.length, voice.snapshot().microphone]).toEqual([2, 'on'])
  })

  it('chooses the loudspeaker, and falls back to the system’s when it is unplugged', async () => {
    const { voice, kit, page, sound, moved } = await live({ speakerId: 'out-2' })
    expect(sound().speaker).toBe('out-2')
    await expect(voice.setSpeaker('out-9')).rejects.toMatchObject({ code: 'speaker-missing' })
    kit.changeDevices({ ...twoDevices, speakers: twoDevices.speakers.slice(0, 1) })
    await page.pass(0)
    expect(sound().speaker).toBe('')
    expect(moved).toEqual([{ kind: 'speaker', label: 'Built in' }])
  })

  it('says where the loudspeaker cannot be chosen', async () => {
    const kit = createVirtualDevices()
    kit.canChooseSpeaker = false
    const { voice } = await live({ devices: kit.devices })
    await expect(voice.setSpeaker('out-1')).rejects.toMatchObject({ code: 'unsupported' })
    await expect(voice.setSpeaker(undefined)).resolves.toBeUndefined()
    expect(voice.snapshot().canChooseSpeaker).toBe(false)
  })

  it('moves to a context of the card’s new rate and has what was not heard sent again', async () => {
    const { kit, page, voice, socket, microphone, player, sound, greet } = await live()
    const [oldSound, oldPlayer, oldMicrophone, oldSocket] = [sound(), player(), microphone(), socket()]
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    kit.cardRate = 16_000
    kit.changeDevices(twoDevices)
    await page.pass(0)
    expect(oldPlayer.told.at(-1)).toEqual(['clear'])
    oldPlayer.emit('played', { kind: 'played', reply: 'r1', ms: 340, final: true })
    await greet({ resumed: true })
    expect([oldSound.closed, oldPlayer.closed, oldMicrophone.closed]).toEqual([true, true, true])
    expect([sound().sampleRate, sound().closed, oldSocket.closedWith]).toEqual([16_000, false, 4000])
    expect(sent(socket(), 'hello')).toMatchObject([{ resume: 'tok_1' }])
    expect(sent(socket(), 'played')).toEqual([{ type: 'played', reply: 'r1', ms: 340 }])
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 340 })
    expect(player().told).toEqual([['begin', 'r1', 340]])
    expect(voice.snapshot().status).toBe('live')
  })

  it('takes a new context where the system gave the old one back in name only', async () => {
    const { kit, page, sound, voice, statuses, greet } = await live()
    sound().become('interrupted')
    sound().become('on')
    sound().passedS = 4
    await page.pass(1_000)
    expect(kit.sounds).toHaveLength(1)
    sound().become('interrupted')
    sound().become('blocked')
    sound().become('on')
    await page.pass(1_000)
    await page.pass(200)
    await greet({ resumed: true })
    expect(kit.sounds.map(each => each.closed)).toEqual([true, false])
    expect([voice.snapshot().sound, statuses.at(-1)]).toEqual(['on', 'live'])
    voice.stop()
    expect(page.timers).toBe(0)
  })

  it('leaves nothing behind where it is stopped while it moves', async () => {
    const { kit, page, voice, sound, player } = await live()
    kit.cardRate = 16_000
    kit.changeDevices(twoDevices)
    await page.pass(0)
    voice.stop()
    await page.pass(1_000)
    expect(kit.sounds.map(each => each.closed)).toEqual([true, true])
    expect(kit.players.map(each => each.closed)).toEqual([true, true])
    expect(kit.microphones.map(each => each.closed)).toEqual([true, true])
    expect([sound().closed, player().closed, page.timers]).toEqual([true, true, 0])
  })

  it('takes a player of the gateway’s rate where that is another one', async () => {
    const { voice, greet, player, page } = setUp()
    void voice.start()
    await greet({ output: { codec: 'pcm16', sampleRate: 16_000 } })
    await page.pass(0)
    expect(player().sampleRate).toBe(16_000)
  })

  it('counts bytes, gaps and what waits', async () => {
    const { voice, socket, player, microphone } = await live()
    const before = voice.metrics()
    microphone().speak(1)
    socket().play(new Int16Array(480))
    player().emit('underrun', { kind: 'underrun', reply: 'r1' })
    player().emit('level', { kind: 'level', dbfs: -18, bufferedMs: 140 })
    player().emit('dropped', { kind: 'dropped', reply: 'r1', ms: 30 })
    const after = voice.metrics()
    expect([after.outBytes - before.outBytes, after.inBytes - before.inBytes]).toEqual([640, 960])
    expect(after).toMatchObject({ underruns: 1, bufferedMs: 140, droppedMs: 30, outputLatencyMs: 20 })
    expect(voice.levels()).toEqual({ user: -20, agent: -18 })
  })

  it('can be made and shown where there is no browser, and says so when it is started there', async () => {
    const voice = createVoice({ url: 'https://gateway.test' })
    expect(voice.snapshot().status).toBe('idle')
    await voice.start()
    expect(voice.snapshot()).toMatchObject({ status: 'failed', error: { code: 'unsupported' } })
  })
})
