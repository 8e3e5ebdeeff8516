import { loadOpus, type Opus } from '@parley/audio'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAudioReceiver } from './audio-receiver.js'
import { defaultRtcLimits } from './rtc-limits.js'
import { joined, measuredHz, tonePackets } from './rtc-peer.test-kit.js'
import { openG711Decoder, openOpusDecoder, type RtpDecoder } from './rtp-codec.js'
import { writeRtpHeader } from './rtp-packet.js'

let opus: Opus

beforeAll(async () => {
  opus = await loadOpus()
})

interface Sent {
  readonly sequence: number
  readonly timestamp: number
  readonly payload: Uint8Array
  readonly payloadType?: number
  readonly ssrc?: number
}

function packet({ sequence, timestamp, payload, payloadType = 0, ssrc = 1 }: Sent): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length)
  writeRtpHeader(bytes, { marker: false, payloadType, sequence, timestamp, ssrc })
  bytes.set(payload, 12)
  return bytes
}

function setUp(decoder: RtpDecoder = openG711Decoder('PCMU')) {
  const heard: { atMs: number; samples: Int16Array }[] = []
  const receiver = createAudioReceiver({
    decoder,
    payloadType: 0,
    limits: defaultRtcLimits,
    hear: ({ samples, atMs }) => heard.push({ samples: samples.slice(), atMs }),
  })
  const loud = new Uint8Array(160).fill(0x80)
  return {
    heard,
    receiver,
    /** The n-th packet of a steady stream of 20 ms. */
    take: (index: number, nowMs = index * 20, payload: Uint8Array = loud) =>
      receiver.take(packet({ sequence: index & 0xffff, timestamp: index * 160, payload }), nowMs),
  }
}

const isSilent = ({ samples }: { samples: Int16Array }) => samples.every(sample => sample === 0)

describe('sound that comes', () => {
  it('is given out as it comes, on one time line', () => {
    const { heard, take } = setUp()
    for (let index = 0; index < 5; index++) take(index)
    expect(heard.map(({ atMs }) => atMs)).toEqual([0, 20, 40, 60, 80])
  })

  it('keeps its time where packets are lost, and where silence was not sent', () => {
    const { heard, receiver, take } = setUp()
    take(0)
    take(3)
    receiver.beat(110)
    expect(heard.map(item => [item.atMs, isSilent(item)])).toEqual([
      [0, false],
      [20, true],
      [40, true],
      [60, false],
    ])
    receiver.take(packet({ sequence: 4, timestamp: 9 * 160, payload: new Uint8Array(160).fill(0x80) }), 180)
    expect(receiver.mediaMs).toBe(200)
    expect(receiver.counts).toMatchObject({ lost: 2, concealedMs: 40, filledMs: 100 })
  })

  it('goes on as silence on the beat where nothing comes, and takes no time twice when it comes again', () => {
    const { heard, receiver, take } = setUp()
    take(0, 0)
    for (let nowMs = 20; nowMs <= 400; nowMs += 20) receiver.beat(nowMs)
    const filled = heard.length - 1
    expect(filled).toBe(10)
    receiver.take(packet({ sequence: 1, timestamp: 20 * 160, payload: new Uint8Array(160).fill(0x80) }), 400)
    expect(receiver.mediaMs).toBe(420)
    expect(heard.at(-1)?.atMs).toBe(400)
  })

  it('stops filling for a sender that is gone', () => {
    const { receiver, take } = setUp()
    take(0, 0)
    for (let nowMs = 0; nowMs < 60_000; nowMs += 20) receiver.beat(nowMs)
    expect(receiver.mediaMs).toBe(20 + defaultRtcLimits.mostFillMs)
  })

  it('leaves out what is no sound: other types, padding only, rubbish, and all after its end', async () => {
    const { heard, receiver, take } = setUp(await openOpusDecoder(opus, 16_000))
    receiver.take(packet({ sequence: 0, timestamp: 0, payload: Uint8Array.of(1, 2), payloadType: 101 }), 0)
    receiver.take(packet({ sequence: 1, timestamp: 0, payload: new Uint8Array(0) }), 0)
    receiver.take(packet({ sequence: 2, timestamp: 0, payload: Uint8Array.of(0xff, 0xff, 0xff) }), 0)
    receiver.take(Uint8Array.of(1, 2, 3), 0)
    expect(heard).toEqual([])
    expect(receiver.counts).toMatchObject({ malformed: 1, packets: 3, lost: 0 })
    receiver.close()
    receiver.close()
    take(3)
    expect(heard).toEqual([])
  })

  it('goes on with another source, and with stamps that were set anew', () => {
    const { heard, receiver, take } = setUp()
    take(0)
    const payload = new Uint8Array(160).fill(0x80)
    receiver.take(packet({ sequence: 9_000, timestamp: 3_000_000_000, payload, ssrc: 2 }), 20)
    receiver.take(packet({ sequence: 9_001, timestamp: 5, payload, ssrc: 2 }), 40)
    expect(heard.map(({ atMs }) => atMs)).toEqual([0, 20, 40])
  })

  it('of Opus with a fifth of the packets lost and the rest shuffled is a tone of the same length and pitch', async () => {
    const encoder = await opus.encoder({ sampleRate: 48_000, fec: true, packetLossPercent: 20 })
    const payloads = tonePackets(encoder, 440, 250)
    encoder.close()
    const { heard, receiver } = setUp(await openOpusDecoder(opus, 16_000))
    const sent = payloads.flatMap((payload, index) =>
      index % 5 === 3 ? [] : [{ atMs: index * 20 + ((index * 7) % 4) * 12, index, payload }],
    )
    for (const { atMs, index, payload } of sent.sort((a, b) => a.atMs - b.atMs)) {
      receiver.beat(atMs)
      receiver.take(packet({ sequence: index, timestamp: index * 960, payload }), atMs)
    }
    receiver.beat(5_060)
    const whole = joined(heard.map(({ samples }) => samples))
    expect(whole.length).toBe(250 * 320)
    expect(measuredHz(whole.subarray(16_000, 64_000), 16_000)).toBeCloseTo(440, -1)
    expect(receiver.counts).toMatchObject({ lost: 50, late: 0, malformed: 0, concealedMs: 1_000 })
    expect(receiver.report()).toMatchObject({ ssrc: 1, lost: 50, fractionLost: Math.floor((50 * 256) / 250) })
    receiver.close()
  })

  it('never throws and never runs ahead of what came by more than it may fill, whatever bytes come', () => {
    const any = fc.record({
      sequence: fc.integer({ min: 0, max: 0xffff }),
      timestamp: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      payload: fc.uint8Array({ maxLength: 200 }),
      passMs: fc.integer({ min: 0, max: 100 }),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 100 }), steps => {
        const { heard, receiver } = setUp()
        let nowMs = 0
        for (const { passMs, ...sent } of steps) {
          nowMs += passMs
          receiver.take(packet(sent), nowMs)
          receiver.beat(nowMs)
        }
        heard.reduce((dueMs, { atMs, samples }) => {
          expect(atMs).toBeCloseTo(dueMs, 6)
          return atMs + samples.length / 8
        }, 0)
        expect(receiver.mediaMs).toBeLessThanOrEqual(
          steps.length * (25 + defaultRtcLimits.fillMs + 120) + nowMs,
        )
      }),
    )
  })
})
