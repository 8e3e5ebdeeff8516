import { decodeUlaw } from '@parley/audio'
import type { CloseReason, Inbox, ReplyId } from '@parley/core'
import { phoneGatewayMessageSchema } from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import { createPhoneCodec } from './phone-codec.js'
import { defaultPhoneLimits } from './phone-limits.js'
import { PhoneTransport } from './phone-transport.js'

const [first, second] = ['rpl_1' as ReplyId, 'rpl_2' as ReplyId]

/** A transport over a socket that keeps what it was given, and a clock moved by hand. */
function setUp() {
  let nowMs = 0
  let timers: { atMs: number; run: () => void }[] = []
  const socket = {
    bufferedAmount: 0,
    sent: [] as unknown[],
    send(text: string) {
      this.sent.push(phoneGatewayMessageSchema.parse(JSON.parse(text)))
    },
  }
  const played: [ReplyId, number][] = []
  const closes: CloseReason[] = []
  let stalls = 0
  const transport = new PhoneTransport({
    socket,
    facts: { dialect: 'twilio', streamSid: 'MZ"1' },
    codec: createPhoneCodec({ encoding: 'mulaw', sampleRate: 8_000 }, 'little'),
    clock: {
      now: () => nowMs,
      after(ms, run) {
        const timer = { atMs: nowMs + ms, run }
        timers.push(timer)
        return () => {
          timers = timers.filter(other => other !== timer)
        }
      },
    },
    limits: defaultPhoneLimits,
    onClose: reason => closes.push(reason),
    onStall: () => {
      stalls += 1
    },
  })
  transport.open({ played: (reply, ms) => played.push([reply, ms]) } as Partial<Inbox> as Inbox)
  return {
    transport,
    socket,
    played,
    closes,
    stalls: () => stalls,
    pending: () => timers.length,
    pass(ms: number) {
      nowMs += ms
      const due = timers.filter(({ atMs }) => atMs <= nowMs)
      timers = timers.filter(({ atMs }) => atMs > nowMs)
      for (const { run } of due) run()
    },
    play(reply: ReplyId, atMs: number, count = 160) {
      transport.play({ samples: new Int16Array(count).fill(1_000), rate: 8_000, atMs }, reply)
    },
    marks: () => socket.sent.flatMap(message => nameOf(message) ?? []),
  }
}

function nameOf(message: unknown): string | undefined {
  const parsed = phoneGatewayMessageSchema.parse(message)
  return parsed.event === 'mark' ? parsed.mark.name : undefined
}

describe('the leg over a phone stream', () => {
  it('says of itself that it rewinds and reports, at 8 kHz', () => {
    const { transport } = setUp()
    expect(transport).toMatchObject({ rewinds: true, reportsPlayed: true, outputRate: 8_000, aheadMs: 240 })
  })

  it('sends sound as µ-law of the stream, with a mark before it and behind each 100 ms', () => {
    const { play, socket, marks } = setUp()
    for (let atMs = 0; atMs < 200; atMs += 20) play(first, atMs)
    expect(marks()).toEqual(['rpl_1:0#1', 'rpl_1:100#2', 'rpl_1:200#3'])
    const media = phoneGatewayMessageSchema.parse(socket.sent[1])
    expect(media.streamSid).toBe('MZ"1')
    const payload = media.event === 'media' ? Buffer.from(media.media.payload, 'base64') : Buffer.alloc(0)
    expect(decodeUlaw(payload)).toHaveLength(160)
    expect(decodeUlaw(payload)[0]).toBeCloseTo(1_000, -2)
  })

  it('marks the end of a reply at once when told, and soon when not', () => {
    const { transport, play, marks, pass, pending } = setUp()
    play(first, 0)
    transport.send({ kind: 'reply-sent', atMs: 0, reply: first, totalMs: 20 })
    expect(marks().at(-1)).toBe('rpl_1:20#2')
    expect(pending()).toBe(0)
    play(first, 20, 80)
    pass(100)
    expect(marks().at(-1)).toBe('rpl_1:30#3')
  })

  it('reports what an echo proves', () => {
    const { transport, play, marks, played, pass } = setUp()
    for (let atMs = 0; atMs < 100; atMs += 20) play(first, atMs)
    pass(180)
    for (const name of marks()) transport.echoed(name)
    transport.echoed('not ours')
    expect(played).toEqual([
      [first, 0],
      [first, 100],
    ])
  })

  it('tells the round trip that marks show, and none before the first is back', () => {
    const { transport, play, marks, pass } = setUp()
    expect(transport.rttMs).toBeUndefined()
    play(first, 0)
    pass(80)
    transport.echoed(marks()[0] ?? '')
    expect(transport.rttMs).toBe(80)
    for (let atMs = 20; atMs < 100; atMs += 20) play(first, atMs)
    pass(200)
    transport.echoed(marks()[1] ?? '')
    // Sent with what was queued before it at 160 ms, it came back 120 ms later; the newest weighs a quarter.
    expect(transport.rttMs).toBe(90)
  })

  it('sends a clear and a mark behind it, and begins anew after it wherever the reply goes on', () => {
    const { transport, play, socket, marks, played } = setUp()
    for (let atMs = 0; atMs < 200; atMs += 20) play(first, atMs)
    const before = marks()
    transport.clear(first)
    expect(socket.sent.slice(-2)).toMatchObject([
      { event: 'clear' },
      { event: 'mark', mark: { name: 'clear#4' } },
    ])
    play(first, 60)
    expect(marks().at(-1)).toBe('rpl_1:60#5')
    for (const name of before) transport.echoed(name)
    expect(played).toEqual([])
  })

  it('begins a stretch for another reply', () => {
    const { play, marks } = setUp()
    play(first, 0)
    play(second, 0)
    expect(marks()).toEqual(['rpl_1:0#1', 'rpl_1:20#2', 'rpl_2:0#3'])
  })

  it('gives a far end up that does not read, once and not from within a call', () => {
    const { play, socket, stalls, pass } = setUp()
    play(first, 0)
    const sent = socket.sent.length
    socket.bufferedAmount = 65_537
    play(first, 20)
    play(first, 40)
    expect(stalls()).toBe(0)
    pass(1)
    expect(stalls()).toBe(1)
    expect(socket.sent).toHaveLength(sent)
  })

  it('sends nothing once it is shut, and leaves no timer', () => {
    const { transport, play, socket, closes, pending } = setUp()
    play(first, 0)
    const sent = socket.sent.length
    transport.shut()
    play(first, 20)
    transport.clear(first)
    transport.close('hang-up')
    expect(socket.sent).toHaveLength(sent)
    expect(closes).toEqual([])
    expect(pending()).toBe(0)
  })
})
