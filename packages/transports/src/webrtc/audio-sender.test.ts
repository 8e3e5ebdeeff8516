import { sine } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import { createAudioSender } from './audio-sender.js'
import { openG711Encoder } from './rtp-codec.js'
import { type RtpPacket, readRtp } from './rtp-packet.js'

function setUp(maxQueuedMs = 200) {
  const packets: RtpPacket[] = []
  const told: string[] = []
  const sender = createAudioSender({
    encoder: openG711Encoder('PCMU'),
    payloadType: 0,
    ssrc: 7,
    firstSequence: 65_535,
    firstTimestamp: 2 ** 32 - 160,
    maxQueuedMs,
    send: bytes => packets.push(readRtp(bytes.slice()) as RtpPacket) > 0,
    onStarted: () => told.push('started'),
    onDrained: () => told.push('drained'),
  })
  const frame = (ms: number) => ({
    samples: sine({ rate: 8_000, hz: 400, durationMs: ms }),
    rate: 8_000,
    atMs: 0,
  })
  return { packets, told, sender, play: (ms: number, nowMs: number) => sender.play(frame(ms), nowMs) }
}

const isSilent = ({ payload }: RtpPacket) => payload.every(code => code === 0xff)

describe('sound that leaves', () => {
  it('leaves at once when the line is idle, then a packet a beat, with counters that wrap', () => {
    const { packets, play, sender } = setUp()
    play(60, 1_000)
    expect(packets).toHaveLength(1)
    for (const nowMs of [1_018, 1_041, 1_060]) sender.beat(nowMs)
    expect(
      packets.slice(0, 3).map(({ sequence, timestamp, marker }) => [sequence, timestamp, marker]),
    ).toEqual([
      [65_535, 2 ** 32 - 160, true],
      [0, 0, false],
      [1, 160, false],
    ])
  })

  it('makes good for a beat that was left out, but not for a long stall', () => {
    const { packets, play, sender } = setUp()
    play(200, 0)
    sender.beat(60)
    expect(packets).toHaveLength(4)
    sender.beat(400)
    expect(packets).toHaveLength(5)
    expect(packets.at(-1)?.marker).toBe(true)
  })

  it('ends with a little silence and rests; after it time has gone on in the stamps, and the marker is set', () => {
    const { packets, told, play, sender } = setUp()
    play(20, 0)
    sender.end()
    for (let nowMs = 20; nowMs <= 1_000; nowMs += 20) sender.beat(nowMs)
    expect(packets.map(isSilent)).toEqual([false, true, true])
    play(20, 1_001)
    expect(packets).toHaveLength(4)
    expect(packets[3]?.marker).toBe(true)
    expect(((packets[3]?.timestamp ?? 0) - (packets[0]?.timestamp ?? 0)) >>> 0).toBe(8_000)
    expect(told).toEqual(['started', 'drained', 'started'])
  })

  it('is dropped by a clear: nothing of it leaves any more', () => {
    const { packets, told, play, sender } = setUp()
    play(100, 0)
    sender.beat(20)
    expect(sender.clear()).toBe(60)
    for (let nowMs = 40; nowMs <= 200; nowMs += 20) sender.beat(nowMs)
    expect(packets.map(isSilent)).toEqual([false, false, true, true])
    expect(told).toEqual(['started', 'drained'])
    expect(sender.clear()).toBe(0)
  })

  it('waits a beat for the rest of a packet, then leaves filled up; at its end it does not wait', () => {
    const { packets, play, sender } = setUp()
    play(30, 0)
    sender.beat(20)
    expect(packets).toHaveLength(1)
    sender.beat(40)
    expect(packets.map(isSilent)).toEqual([false, false, true])
    const ended = setUp()
    ended.play(30, 0)
    ended.sender.end()
    ended.sender.beat(20)
    expect(ended.packets).toHaveLength(2)
    expect(ended.told).toEqual(['started', 'drained'])
  })

  it('is bounded while it waits, and the newest over the bound is dropped and counted', () => {
    const { play, sender } = setUp(100)
    play(500, 0)
    expect(sender.counts.droppedMs).toBe(400)
    expect(sender.queuedMs).toBe(80)
    sender.close()
    sender.close()
    play(20, 0)
    expect(sender.queuedMs).toBe(0)
  })

  it('has to have the rate of the track', () => {
    const { sender } = setUp()
    expect(() => sender.play({ samples: new Int16Array(480), rate: 24_000, atMs: 0 }, 0)).toThrow(RangeError)
  })
})
