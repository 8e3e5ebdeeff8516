import { describe, expect, it } from 'vitest'
import { createFakeCodecs, type FakeOptions } from './testing/fake-codecs.js'
import { createVirtualPage, type FarEnd, readyMessage, type VirtualPage } from './testing/virtual-page.js'
import { createVoiceClient } from './voice-client.js'
import type { VoiceClientOptions } from './voice-types.js'

const opus = { codec: 'opus', sampleRate: 48_000 } as const
const ready = (changes: object = {}) =>
  readyMessage({
    input: opus,
    output: opus,
    opus: { packetMs: 20, bitrate: 16_000, lookaheadMs: 6.5 },
    ...changes,
  })

function last(page: VirtualPage): FarEnd {
  const socket = page.sockets.at(-1)
  if (!socket) throw new Error('no socket was opened')
  return socket
}

function setUp(options: Partial<VoiceClientOptions> = {}, how: FakeOptions = {}) {
  const page = createVirtualPage()
  const codecs = createFakeCodecs(how)
  const environment = { ...page.environment, webCodecs: () => codecs.webCodecs }
  const client = createVoiceClient({ url: 'https://gateway.test', environment, ...options })
  const heard: (string | number[])[] = []
  client.on('audio', ({ samples }) => heard.push([samples[0] ?? 0, samples.length]))
  for (const name of ['audio-begin', 'reply-sent', 'clear'] as const) {
    client.on(name, ({ reply }) => heard.push(`${name} ${reply}`))
  }
  const dropped: number[] = []
  client.on('dropped', ({ samples }) => dropped.push(samples))
  const failures: unknown[] = []
  client.on('codec-failed', error => failures.push(error.code))
  return { client, page, codecs, heard, dropped, failures }
}

async function talking(options: Partial<VoiceClientOptions> = {}, how: FakeOptions = {}, changes = {}) {
  const all = setUp(options, how)
  const arrival = all.client.connect()
  await all.page.pass(0)
  last(all.page).accept()
  last(all.page).say(ready(changes))
  await arrival
  return { ...all, socket: last(all.page) }
}

function packetsTo(socket: FarEnd): number[] {
  return socket.received.flatMap(each =>
    each instanceof Uint8Array ? [(each[0] ?? 0) * 256 + (each[1] ?? 0)] : [],
  )
}

const frame = (value = 0, length = 960) => new Int16Array(length).fill(value)
const packet = (number: number) => Uint8Array.of(0, number)

describe('Opus in the voice client', () => {
  it('is asked for where the browser has it, at the rate of the gateway for what it speaks', async () => {
    const { socket } = await talking()
    expect(socket.received[0]).toMatchObject({ type: 'hello', input: { codec: 'opus' }, output: opus })
    expect(socket.received[0]).not.toHaveProperty('input.sampleRate')
  })

  it.each([
    ['does not support it', {}, { supported: false }],
    ['throws at the question', {}, { supported: 'throws' }],
    ['could, but the page wants PCM16', { codec: 'pcm16' }, {}],
  ] as const)('gives way to PCM16 where the browser %s', async (_why, options, how) => {
    const { client, page } = setUp(options, how)
    void client.connect()
    await page.pass(0)
    last(page).accept()
    expect(last(page).received[0]).toMatchObject({
      input: { codec: 'pcm16', sampleRate: 16_000 },
      output: { codec: 'pcm16', sampleRate: 24_000 },
    })
  })

  it('fails with a cure where a page wants nothing else and the browser has none', async () => {
    const { client, page } = setUp({ codec: 'opus' }, { supported: false })
    await expect(client.connect()).rejects.toMatchObject({ code: 'unsupported' })
    expect(client.state).toBe('failed')
    expect(page.sockets).toHaveLength(0)
    expect(page.timers + page.watchers).toBe(0)
  })

  it('opens no socket for a page that closed while the browser was asked', async () => {
    const { client, page } = setUp()
    const arrival = client.connect()
    client.close()
    await expect(arrival).rejects.toMatchObject({ code: 'closed' })
    await page.pass(1_000)
    expect(page.sockets).toHaveLength(0)
  })

  it('encodes frames of exactly 960 samples, 20 ms apart, as the gateway likes them', async () => {
    const { client, codecs, socket } = await talking()
    for (let i = 0; i < 3; i++) client.sendAudio(frame(i))
    codecs.encoders[0]?.letOut()
    expect(codecs.encoders[0]?.config).toMatchObject({
      codec: 'opus',
      sampleRate: 48_000,
      numberOfChannels: 1,
      bitrate: 16_000,
      opus: { frameDuration: 20_000, application: 'lowdelay' },
    })
    expect(codecs.frames.map(each => each.samples.length)).toEqual([960, 960, 960])
    expect(codecs.frames.map(each => each.timestamp)).toEqual([0, 20_000, 40_000])
    expect(packetsTo(socket)).toEqual([0, 1, 2])
  })

  it('cuts whatever it is given to the length of the packets, and loses nothing of it', async () => {
    const { client, codecs } = await talking(
      {},
      {},
      { opus: { packetMs: 40, bitrate: 12_000, lookaheadMs: 6.5 } },
    )
    const sound = Int16Array.from({ length: 4_800 }, (_, i) => i)
    for (const [from, to] of [
      [0, 1],
      [1, 1_900],
      [1_900, 4_800],
    ])
      client.sendAudio(sound.slice(from, to))
    expect(codecs.frames.map(each => each.samples.length)).toEqual([1_920, 1_920])
    expect(codecs.frames.flatMap(each => [...each.samples])).toEqual([...sound.subarray(0, 3_840)])
  })

  it('encodes at the rate of the source, whatever was agreed', async () => {
    const { client, codecs } = await talking()
    client.sendAudio(frame(1, 320), 16_000)
    expect(codecs.encoders[0]?.config).toMatchObject({ sampleRate: 16_000 })
    expect(codecs.frames).toMatchObject([{ sampleRate: 16_000 }])
  })

  it('drops the oldest speech, and counts it, where the encoder is slower than speech', async () => {
    const { client, codecs, dropped, socket } = await talking()
    for (let i = 0; i < 70; i++) client.sendAudio(frame(i))
    expect(codecs.encoders[0]?.inside).toBe(10)
    expect(dropped).toEqual(new Array(10).fill(960))
    for (let i = 0; i < 70; i++) codecs.encoders[0]?.letOut(1)
    expect(packetsTo(socket)).toHaveLength(60)
    expect(codecs.frames.map(each => each.samples[0])).toEqual([
      ...Array.from({ length: 10 }, (_, i) => i),
      ...Array.from({ length: 50 }, (_, i) => i + 20),
    ])
  })

  it('drops speech before it is encoded where the network is two seconds behind', async () => {
    const { client, codecs, dropped, socket } = await talking()
    socket.bufferedAmount = 8_001
    client.sendAudio(frame())
    expect(dropped).toEqual([960])
    expect(codecs.frames).toHaveLength(0)
  })

  it('ends a turn after its last sound, which it fills up', async () => {
    const { client, codecs, socket } = await talking()
    client.sendAudio(frame(1))
    client.sendAudio(frame(2, 100))
    client.commit()
    expect(socket.received.some(each => !ArrayBuffer.isView(each) && each.type === 'commit')).toBe(false)
    codecs.encoders[0]?.letOut()
    const order = socket.received.slice(2).map(each => (ArrayBuffer.isView(each) ? 'sound' : each.type))
    expect(order).toEqual(['sound', 'sound', 'commit'])
    expect(codecs.frames[1]?.samples.filter(sample => sample === 2)).toHaveLength(100)
  })

  it('has a codec that holds something back let go of it', async () => {
    const { client, codecs, page, socket } = await talking()
    client.sendAudio(frame())
    client.commit()
    await page.pass(250)
    expect(codecs.encoders[0]?.flushes).toBe(1)
    expect(socket.received.at(-1)).toEqual({ type: 'commit' })
  })

  it('hands over sound without what the codec puts before each stretch, in its place among the messages', async () => {
    const { codecs, heard, socket } = await talking()
    socket.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    socket.play(packet(1))
    socket.play(packet(2))
    socket.say({ type: 'reply-sent', atMs: 0, reply: 'r1', totalMs: 33.5 })
    socket.say({ type: 'audio-begin', reply: 'r2', fromMs: 0 })
    socket.play(packet(3))
    socket.say({ type: 'clear', reply: 'r2' })
    expect(heard).toEqual(['audio-begin r1'])
    codecs.decoders[0]?.letOut()
    expect(heard).toEqual([
      'audio-begin r1',
      [1_312, 648],
      [2_000, 960],
      'reply-sent r1',
      'audio-begin r2',
      [3_312, 648],
      'clear r2',
    ])
    expect(codecs.opened.data).toBe(codecs.opened.closed)
  })

  it('takes floats from browsers that give nothing else', async () => {
    const { codecs, heard, socket } = await talking({}, { floatsOnly: true })
    socket.play(packet(7))
    codecs.decoders[0]?.letOut()
    expect(heard).toEqual([[7_000, 960]])
  })

  it('says nothing of what a codec still gives after the close', async () => {
    const { client, codecs, heard, page, socket } = await talking()
    client.sendAudio(frame())
    socket.play(packet(1))
    client.close()
    const sent = socket.received.length
    codecs.encoders[0]?.letOut()
    codecs.decoders[0]?.letOut()
    client.sendAudio(frame())
    expect(socket.received).toHaveLength(sent)
    expect(heard).toEqual([])
    expect([...codecs.encoders, ...codecs.decoders].map(each => each.state)).toEqual(['closed', 'closed'])
    expect(codecs.opened.data).toBe(codecs.opened.closed)
    expect(page.timers).toBe(0)
  })

  it.each(['encoders', 'decoders'] as const)(
    'resumes with PCM16 at the same rates when one of the %s breaks down',
    async which => {
      const { client, codecs, failures, page, socket } = await talking()
      client.sendAudio(frame(1, 320), 16_000)
      codecs[which][0]?.fail()
      await page.pass(0)
      expect(failures).toEqual(['codec-failed'])
      expect(socket.closedWith).toBe(4_000)
      last(page).accept()
      expect(last(page).received[0]).toMatchObject({
        resume: 'tok_1',
        input: { codec: 'pcm16', sampleRate: 16_000 },
        output: { codec: 'pcm16', sampleRate: 48_000 },
      })
      const pcm = (sampleRate: number) => ({ codec: 'pcm16', sampleRate }) as const
      client.sendAudio(frame(5, 320), 16_000)
      last(page).say(readyMessage({ resumed: true, input: pcm(16_000), output: pcm(48_000) }))
      client.sendAudio(frame(6, 320), 16_000)
      const sound = last(page).received.filter(each => each instanceof Int16Array)
      // What the encoder still held was never sent.
      expect(sound.map(each => each[0])).toEqual([1, 5, 6])
      expect(client.state).toBe('ready')
      expect(page.sockets).toHaveLength(2)
    },
  )

  it('does not go back to a codec that broke down, even if the page wants nothing else', async () => {
    const { codecs, page } = await talking({ codec: 'opus' })
    codecs.decoders[0]?.fail()
    await page.pass(0)
    last(page).die(1006)
    await page.pass(5_000)
    last(page).accept()
    expect(last(page).received[0]).toMatchObject({ input: { codec: 'pcm16' } })
  })

  it('takes a decoder of another rate for one that broke down', async () => {
    const { codecs, failures, heard, page, socket } = await talking({}, { decodedRate: 16_000 })
    socket.play(packet(1))
    codecs.decoders[0]?.letOut()
    await page.pass(0)
    expect(failures).toEqual(['codec-failed'])
    expect(heard).toEqual([])
  })

  it('has a codec of its own for each socket, and keeps what was said between them', async () => {
    const { client, codecs, page, socket } = await talking()
    client.sendAudio(frame(1))
    socket.die(1006)
    client.sendAudio(frame(2))
    await page.pass(1_000)
    last(page).accept()
    last(page).say(ready({ resumed: true }))
    expect(codecs.encoders.map(each => each.state)).toEqual(['closed', 'configured'])
    codecs.encoders[1]?.letOut()
    // The first was in an encoder that did not get to it.
    expect(codecs.frames.map(each => each.samples[0])).toEqual([1, 1, 2])
    expect(packetsTo(last(page))).toEqual([1, 2])
  })

  it('plays what it decodes at, and keeps the rate of a session that it joined', async () => {
    const { client, page, socket } = await talking({}, {}, { output: { codec: 'opus', sampleRate: 24_000 } })
    expect(client.ready?.output).toEqual(opus)
    socket.die(1006)
    await page.pass(250)
    last(page).accept()
    expect(last(page).received[0]).toMatchObject({
      ...{ resume: 'tok_1', output: { codec: 'opus', sampleRate: 24_000 } },
    })
  })

  it('encodes again what the gateway did not get, and nothing that it got', async () => {
    const { client, codecs, page, socket, dropped } = await talking()
    for (let i = 1; i <= 10; i++) client.sendAudio(frame(i))
    client.sendAudio(frame(11, 480))
    codecs.encoders[0]?.letOut(8)
    expect(packetsTo(socket)).toHaveLength(8)
    socket.die(1006)
    client.sendAudio(frame(12, 480))
    await page.pass(1_000)
    last(page).accept()
    last(page).say(ready({ resumed: true, receivedMs: 5 * 20 }))
    codecs.encoders[1]?.letOut()
    const first = codecs.frames.slice(0, 5)
    const again = codecs.frames.slice(10)
    // To the sample: what went in, and nothing twice, though it is cut to packets anew.
    const arrived = [...first, ...again].flatMap(({ samples }) => [...samples])
    const wanted = Array.from({ length: 10 }, (_, i) => [...frame(i + 1)]).flat()
    expect(arrived).toEqual([...wanted, ...frame(11, 480), ...frame(12, 480)])
    expect(packetsTo(last(page))).toHaveLength(6)
    expect(dropped).toEqual([])
  })

  it('encodes all that was kept while the connection was away, however much comes at once', async () => {
    const { client, codecs, page, socket, dropped } = await talking({ waitingAudioMs: 4_000 })
    socket.die(1006)
    for (let i = 0; i < 200; i++) client.sendAudio(frame(i))
    await page.pass(1_000)
    last(page).accept()
    last(page).say(ready({ resumed: true }))
    for (let i = 0; i < 200; i++) codecs.encoders[0]?.letOut(1)
    expect(dropped).toEqual([])
    expect(packetsTo(last(page))).toHaveLength(200)
  })

  it('speaks PCM16 to a gateway that agreed to nothing else', async () => {
    const format = (sampleRate: number) => ({ codec: 'pcm16', sampleRate }) as const
    const { client, heard, socket } = await talking({}, {}, { input: format(16_000), output: format(24_000) })
    client.sendAudio(frame(3, 320))
    socket.play(Int16Array.of(4, 5))
    expect(socket.received.at(-1)).toEqual(frame(3, 320))
    expect(heard).toEqual([[4, 2]])
    expect(() => client.sendAudio(frame(3), 48_000)).toThrow(/ready.input.sampleRate/)
  })
})
