/** Calls over real UDP with another WebRTC stack at the far end. */
import { decodeUlaw, sine } from '@parley/audio'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultRtcLimits } from './rtc-limits.js'
import { openRtcPeer, type RtcWorld } from './rtc-peer.js'
import {
  connect,
  decodeAll,
  joined,
  keepingHandlers,
  measuredHz,
  openFarEnd,
  rtcWorld,
  tonePackets,
  until,
} from './rtc-peer.test-kit.js'

let world: RtcWorld

beforeAll(async () => {
  world = await rtcWorld()
})

/** A far end on the library itself, which sends nothing of its own accord. */
function openLibraryEnd() {
  const connection = new world.library.PeerConnection('far', { iceServers: [], disableAutoNegotiation: true })
  const audio = new world.library.Audio('0', 'SendRecv')
  audio.addOpusCodec(111)
  audio.addSSRC(42, 'far', 'far', 'audio')
  const track = connection.addTrack(audio)
  const channel = connection.createDataChannel('oai-events')
  return {
    connection,
    track,
    channel,
    offer: () =>
      new Promise<string>(resolve => {
        connection.onGatheringStateChange(
          state => state === 'complete' && resolve(connection.localDescription()?.sdp ?? ''),
        )
        connection.setLocalDescription('offer')
      }),
    close: () => connection.close(),
  }
}

describe('a call over WebRTC', () => {
  it('is heard: a tone comes out of the far end’s packets at 16 kHz with its frequency, in order and whole', async () => {
    const call = await connect(world)
    const encoder = await world.opus.encoder({ sampleRate: 48_000 })
    for (const payload of tonePackets(encoder, 440, 50)) {
      call.far.sendPacket(payload)
      await new Promise(resolve => setImmediate(resolve))
    }
    encoder.close()
    await until(() => call.kept.heard.length >= 50, 'the sound')
    expect(call.kept.heard.every(({ rate }) => rate === 16_000)).toBe(true)
    expect(call.kept.heard.slice(0, 50).map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 50 }, (_, i) => i * 20),
    )
    const heard = joined(call.kept.heard.slice(5, 50).map(({ samples }) => samples))
    expect(measuredHz(heard, 16_000)).toBeCloseTo(440, 0)
    expect(call.peer.counts?.received).toMatchObject({ lost: 0, late: 0, duplicate: 0, malformed: 0 })
    await call.close()
  })

  it('speaks: a tone of 24 kHz arrives as Opus with its frequency, stamps in step, the first packet marked', async () => {
    const call = await connect(world)
    const samples = sine({ rate: 24_000, hz: 330, durationMs: 600 })
    for (let at = 0; at < samples.length; at += 480) {
      call.peer.play({ samples: samples.subarray(at, at + 480), rate: 24_000, atMs: at / 24 })
    }
    call.peer.endStretch()
    await until(() => call.far.packets.length >= 32, 'the packets')
    await until(() => call.kept.told.includes('drained'), 'the end')
    expect(call.far.packets[0]?.header.marker).toBe(true)
    // Where a busy machine let the beat come late, the next packet begins anew, further on the same line.
    const stamps = call.far.packets.map(({ header }) => header.timestamp)
    const steps = stamps.slice(1).map((stamp, at) => (stamp - (stamps[at] ?? 0)) >>> 0)
    expect(steps.filter(step => step < 960 || step % 960 !== 0)).toEqual([])
    const decoder = await world.opus.decoder({ sampleRate: 24_000 })
    const decoded = decodeAll(
      decoder,
      call.far.packets.map(({ payload }) => payload),
    )
    decoder.close()
    expect(measuredHz(decoded.subarray(2_400, 14_000), 24_000)).toBeCloseTo(330, 0)
    expect(call.kept.told.filter(what => what !== 'open')).toEqual(['started', 'drained'])
    await call.close()
  })

  it('carries text both ways on the channel with the label', async () => {
    const call = await connect(world)
    expect(call.peer.send('{"type":"session.created"}')).toBe('sent')
    call.far.channel?.send('{"type":"response.create"}')
    await until(() => call.far.messages.length > 0 && call.kept.messages.length > 0, 'the messages')
    expect(call.far.messages).toEqual(['{"type":"session.created"}'])
    expect(call.kept.messages).toEqual(['{"type":"response.create"}'])
    expect(call.peer.send('x'.repeat(100_000))).toBe('too-large')
    await call.close()
    expect(call.peer.send('late')).toBe('closed')
  })

  it('takes what is sent at the moment the channel opens', async () => {
    const far = openFarEnd()
    const { handlers } = keepingHandlers()
    const channelOpen = () => void peer.send('at once')
    const offerSdp = await far.offer()
    const peer = await openRtcPeer({
      offerSdp,
      world,
      handlers: { ...handlers, channelOpen },
      channelLabel: 'oai-events',
    })
    await far.accept(peer.answerSdp)
    await until(() => far.messages.includes('at once'), 'the message')
    peer.close()
    await far.close()
  })

  it('is without sound where the offer has none, and without a channel where it has none', async () => {
    const silent = await connect(world, { audio: false })
    expect(silent.peer.codec).toBeUndefined()
    silent.peer.play({ samples: new Int16Array(480), rate: 24_000, atMs: 0 })
    expect(silent.peer.clear()).toBe(0)
    await silent.close()
    const mute = await connect(world, { label: null })
    expect(mute.peer.send('hello')).toBe('closed')
    expect(mute.peer.codec).toBe('opus')
    await mute.close()
  })

  it('tells its end once, whoever ends it, and closing it again does nothing', async () => {
    const ours = await connect(world)
    ours.peer.close()
    ours.peer.close()
    expect(ours.kept.ends).toEqual([{ end: 'closed', error: undefined }])
    await until(() => ours.far.channel?.readyState === 'closed', 'the far end’s end')
    await ours.far.close()
  })

  it('is told that the far end closed it, where that says so', async () => {
    const { kept, handlers } = keepingHandlers()
    const far = openLibraryEnd()
    const { track, channel } = far
    const offerSdp = await far.offer()
    const peer = await openRtcPeer({ offerSdp, world, handlers, channelLabel: 'oai-events' })
    far.connection.setRemoteDescription(peer.answerSdp, 'answer')
    await until(() => kept.told.includes('open') && track.isOpen() && channel.isOpen(), 'the channel')
    far.close()
    await until(() => kept.ends.length > 0, 'the end')
    peer.close()
    peer.play({ samples: new Int16Array(480), rate: 24_000, atMs: 0 })
    expect(kept.ends).toEqual([{ end: 'gone', error: undefined }])
    expect(peer.rttMs).toBeGreaterThan(0)
  })

  it('finds a far end by its addresses where that finds no way to us', async () => {
    const { kept, handlers } = keepingHandlers()
    const far = openLibraryEnd()
    const limits = { ...defaultRtcLimits, findMs: 50 }
    const offerSdp = await far.offer()
    const peer = await openRtcPeer({ offerSdp, world, handlers, channelLabel: 'oai-events', limits })
    expect(peer.answerSdp).toMatch(/^a=candidate:/m)
    far.connection.setRemoteDescription(peer.answerSdp.replace(/^a=candidate:.*\r\n/gm, ''), 'answer')
    await until(() => kept.told.includes('open'), 'the channel')
    peer.close()
    far.close()
  })

  it('has lost a far end that reported and then is silent, and none that goes on reporting', async () => {
    let beat: (nowMs: number) => void = () => {}
    const ticker = {
      periodMs: 20,
      add(run: typeof beat) {
        beat = run
        return () => {}
      },
    }
    const { kept, handlers } = keepingHandlers()
    const far = openLibraryEnd()
    const offerSdp = await far.offer()
    const peer = await openRtcPeer({
      offerSdp,
      world: { ...world, ticker },
      handlers,
      channelLabel: 'oai-events',
      // The silence that is put in comes much faster than time here.
      limits: { ...defaultRtcLimits, audioBurstMs: 1_000_000 },
    })
    far.connection.setRemoteDescription(peer.answerSdp, 'answer')
    await until(() => kept.told.includes('open') && far.track.isOpen(), 'the channel')
    const emptyReport = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 42])
    const packet = (sequence: number) =>
      Buffer.from([0x80, 111, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 42, 0xf8, 0xff, 0xfe])
    let now = 0
    const pass = (ms: number) => {
      for (const end = now + ms; now < end; now += 20) beat(now)
    }
    for (let round = 1; round <= 3; round++) {
      pass(14_900)
      far.track.sendMessageBinary(emptyReport)
      far.track.sendMessageBinary(packet(round))
      await until(() => peer.counts?.received.packets === round, 'the packets')
    }
    pass(14_980)
    expect(kept.ends).toEqual([])
    pass(60)
    expect(kept.ends).toEqual([{ end: 'failed', error: expect.objectContaining({ code: 'timeout' }) }])
    far.close()
  })

  it('knows the round trip by RTCP once the far end has reported', async () => {
    const limits = { ...defaultRtcLimits, reportMs: 200 }
    const call = await connect(world, {}, { limits })
    call.peer.play({ samples: new Int16Array(24_000), rate: 24_000, atMs: 0 })
    const before = call.peer.rttMs
    await until(() => call.peer.rttMs !== before && call.peer.rttMs < 100, 'a round trip')
    expect(call.peer.pathMs).toBe(call.peer.rttMs / 2 + limits.farBufferMs)
    await call.close()
  })

  it('ends with an error where a handler throws', async () => {
    const { kept, handlers } = keepingHandlers()
    const ill = {
      ...handlers,
      message: () => {
        throw new TypeError('the host is ill')
      },
    }
    const far = openFarEnd()
    const offerSdp = await far.offer()
    const peer = await openRtcPeer({ offerSdp, world, handlers: ill, channelLabel: 'oai-events' })
    await far.accept(peer.answerSdp)
    await until(() => kept.told.includes('open'), 'the channel')
    far.channel?.send('hello')
    await until(() => kept.ends.length > 0, 'the end')
    expect(kept.ends).toEqual([{ end: 'error', error: expect.objectContaining({ code: 'internal' }) }])
    await far.close()
  })
})

describe('an offer', () => {
  const options = () => ({ world, channelLabel: 'oai-events', handlers: keepingHandlers().handlers })

  it.each([
    ['nothing', '', 'bad_message'],
    ['rubbish', 'hello', 'bad_message'],
    ['a huge one', `v=0\r\n${'a=x\r\n'.repeat(20_000)}`, 'too_large'],
    ['no section', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n', 'bad_message'],
  ])('that is %s is refused by a typed error', async (_, offerSdp, code) => {
    await expect(openRtcPeer({ ...options(), offerSdp })).rejects.toMatchObject({ code })
  })

  it('is given up when the signal says so', async () => {
    const far = openFarEnd()
    const offerSdp = await far.offer()
    const abort = new AbortController()
    const opening = openRtcPeer({ ...options(), offerSdp, signal: abort.signal })
    abort.abort()
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
    await far.close()
  })
})

describe('a call', () => {
  it('without Opus in its offer is G.711 both ways', async () => {
    const far = openFarEnd()
    const { kept, handlers } = keepingHandlers()
    const offerSdp = (await far.offer()).replace(/^a=rtpmap:96 .*\r\n/gm, '').replace('SAVPF 96 0', 'SAVPF 0')
    const peer = await openRtcPeer({ offerSdp, world, handlers, channelLabel: 'oai-events' })
    expect([peer.codec, peer.speakRate]).toEqual(['PCMU', 8_000])
    await far.accept(peer.answerSdp)
    await until(() => kept.told.includes('open'), 'the channel')
    const samples = sine({ rate: 8_000, hz: 330, durationMs: 400 })
    peer.play({ samples, rate: 8_000, atMs: 0 })
    await until(() => far.packets.length >= 20, 'the packets')
    const decoded = joined(far.packets.slice(0, 20).map(({ payload }) => decodeUlaw(payload)))
    expect(measuredHz(decoded, 8_000)).toBeCloseTo(330, 0)
    peer.close()
    await far.close()
  })

  it('shares its one port with others, and tells the address the world knows', async () => {
    const network = { portRange: { from: 47_311, to: 47_311 } }
    const calls = [await connect(world, {}, { network }), await connect(world, {}, { network })]
    for (const { peer } of calls) expect(peer.answerSdp).toMatch(/ 47311 typ host/)
    for (const [index, { peer }] of calls.entries()) peer.send(`to ${index}`)
    await until(() => calls.every(({ far }) => far.messages.length > 0), 'the messages')
    expect(calls.map(({ far }) => far.messages)).toEqual([['to 0'], ['to 1']])
    for (const call of calls) await call.close()
    const far = openFarEnd()
    const offerSdp = await far.offer()
    const { handlers } = keepingHandlers()
    const advertised = { advertisedAddress: '203.0.113.9' }
    const peer = await openRtcPeer({ offerSdp, world, handlers, channelLabel: 'x', network: advertised })
    expect(peer.answerSdp.match(/UDP \d+ 203\.0\.113\.9 \d+ typ host/g)).toHaveLength(1)
    peer.close()
    await far.close()
  })
})

it('keeps nothing of twenty calls: beats and handles are gone', async () => {
  for (let round = 0; round < 4; round++) {
    const calls = await Promise.all(Array.from({ length: 5 }, () => connect(world)))
    for (const { peer } of calls) peer.play({ samples: new Int16Array(480), rate: 24_000, atMs: 0 })
    await Promise.all(calls.map(call => call.close()))
    expect(calls.every(({ kept }) => kept.ends.length === 1)).toBe(true)
  }
})
