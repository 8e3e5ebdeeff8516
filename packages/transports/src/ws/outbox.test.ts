import type { ServerMessage } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { createPcmOut } from './audio-out.js'
import { eventOf, HandClock, replyId } from './harness.test.support.js'
import { Outbox } from './outbox.js'
import { VoiceSocketTransport } from './voice-socket-transport.js'

const rate = 8_000
const FRAME = 160
const HIGH = 1_000
const MOST = 20_000

/** A socket whose network is opened and shut by hand: bytes wait in it until `flush`. */
class SlowSocket {
  bufferedAmount = 0
  readonly arrived: (string | Uint8Array)[] = []
  #waiting: { data: string | Uint8Array; written: (() => void) | undefined }[] = []

  send(data: string | Uint8Array, _options: object, written?: () => void): void {
    this.#waiting.push({ data, written })
    this.bufferedAmount += data.length
  }

  flush(count: number): void {
    for (const { data, written } of this.#waiting.splice(0, count)) {
      this.bufferedAmount -= data.length
      this.arrived.push(data)
      written?.()
    }
  }

  flushAll(): void {
    while (this.bufferedAmount > 0) this.flush(1)
  }
}

/** What a correct client makes of the messages: the frames of each reply, by the number stamped into them. */
class Ear {
  readonly heard = new Map<string, number[]>()
  readonly faults: string[] = []
  #reply: string | undefined
  #place = 0

  take(data: string | Uint8Array): void {
    if (typeof data !== 'string') return this.#sound(data)
    const message: ServerMessage = JSON.parse(data)
    if (message.type === 'audio-begin') {
      this.#reply = message.reply
      this.#place = message.fromMs / 20
    } else if (message.type === 'clear' && message.reply === this.#reply) this.#reply = undefined
    else if (message.type === 'reply-sent') this.#sent(message)
  }

  #sound(bytes: Uint8Array): void {
    const stamp = Buffer.from(bytes).readInt16LE(0)
    if (this.#reply === undefined) return void this.faults.push('sound of no reply')
    if (stamp !== this.#place) this.faults.push(`${this.#reply}: frame ${stamp} at place ${this.#place}`)
    this.#place += 1
    this.heard.set(this.#reply, [...(this.heard.get(this.#reply) ?? []), stamp])
  }

  #sent({ reply, totalMs }: Extract<ServerMessage, { type: 'reply-sent' }>): void {
    const frames = this.heard.get(reply)?.length ?? 0
    if (frames !== totalMs / 20) this.faults.push(`${reply}: sent ${totalMs} ms, heard ${frames} frames`)
  }
}

function stage() {
  const socket = new SlowSocket()
  const clock = new HandClock()
  let stalls = 0
  const outbox = new Outbox({
    socket: socket as unknown as WebSocket,
    clock,
    highWaterBytes: HIGH,
    maxUnsentBytes: MOST,
    stallMs: 10_000,
    onBacklog: () => transport.duck(false),
    onStall: () => {
      stalls += 1
    },
  })
  const transport = new VoiceSocketTransport({
    outbox,
    audio: createPcmOut(),
    outputRate: rate,
    reportsPlayed: true,
    aheadMs: 200,
    jitterMs: 60,
    rttMs: () => 40,
    now: () => clock.now(),
    onClose: () => {},
    onFault: thrown => {
      throw thrown
    },
  })
  return { socket, clock, outbox, transport, stalls: () => stalls }
}

const ready = { type: 'pong', id: 0 } as const

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('play' as const), count: fc.integer({ min: 1, max: 8 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('flush' as const), count: fc.integer({ min: 1, max: 12 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('clear' as const, 'end' as const, 'event' as const),
        count: fc.constant(1),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), count: fc.integer({ min: 1, max: 3_000 }) }),
    },
  ),
  { maxLength: 80 },
)

describe('what leaves a voice socket', () => {
  it('is each reply from its beginning without a hole, whatever waits, drains, is cleared or overtaken', () => {
    fc.assert(
      fc.property(steps, fc.nat({ max: 10 }), (list, openAt) => {
        const { socket, clock, outbox, transport, stalls } = stage()
        const ear = new Ear()
        let reply = 0
        let frames = 0
        for (const [index, step] of list.entries()) {
          if (index === openAt) outbox.open(ready)
          const id = replyId(`r${reply}`)
          if (step.do === 'play') {
            for (let i = 0; i < step.count; i++, frames++) {
              transport.play({ samples: new Int16Array(FRAME).fill(frames), rate, atMs: frames * 20 }, id)
            }
          } else if (step.do === 'flush') socket.flush(step.count)
          else if (step.do === 'wait') clock.advance(step.count)
          else if (step.do === 'event') transport.send(eventOf({ kind: 'note', atMs: index, data: index }))
          else {
            if (step.do === 'clear') transport.clear(id)
            else transport.send(eventOf({ kind: 'reply-sent', atMs: index, reply: id, totalMs: frames * 20 }))
            reply += 1
            frames = 0
          }
        }
        if (list.length <= openAt) outbox.open(ready)
        socket.flushAll()
        for (const data of socket.arrived) ear.take(data)
        expect(ear.faults).toEqual([])
        if (stalls() === 0) expect(ear.heard.get(`r${reply}`)?.length ?? 0).toBe(frames)
      }),
      { numRuns: 500 },
    )
  })

  it('never holds more than its limit and one message', () => {
    const { socket, clock, outbox, transport, stalls } = stage()
    outbox.open(ready)
    for (let i = 0; i < 1_000; i++) {
      transport.play({ samples: new Int16Array(FRAME).fill(i), rate, atMs: i * 20 }, replyId('r'))
      expect(transport.pathMs).toBeLessThan(80 + (MOST * 1000) / (2 * rate) + 40)
    }
    clock.advance(0)
    expect(stalls()).toBe(1)
    expect(socket.bufferedAmount).toBeLessThan(HIGH + 3 * FRAME)
  })

  it('goes to the socket only as the socket drains, so that a clear can take the rest back', () => {
    const { socket, outbox, transport } = stage()
    outbox.open(ready)
    for (let i = 0; i < 30; i++) {
      transport.play({ samples: new Int16Array(FRAME).fill(i), rate, atMs: i * 20 }, replyId('r'))
    }
    for (let i = 0; i < 10; i++) {
      socket.flush(1)
      expect(socket.bufferedAmount).toBeLessThanOrEqual(HIGH + 2 * FRAME)
    }
    transport.clear(replyId('r'))
    socket.flushAll()
    expect(socket.arrived.filter(data => typeof data !== 'string').length).toBeLessThan(15)
  })

  it('waits again from zero once the queue has run empty', () => {
    const { socket, clock, outbox, transport, stalls } = stage()
    outbox.open(ready)
    let place = 0
    const burst = () => {
      for (let i = 0; i < 10; i++, place++) {
        transport.play({ samples: new Int16Array(FRAME).fill(place), rate, atMs: place * 20 }, replyId('r'))
      }
    }
    burst()
    clock.advance(9_000)
    socket.flushAll()
    burst()
    clock.advance(9_000)
    expect(stalls()).toBe(0)
    clock.advance(1_000)
    expect(stalls()).toBe(1)
    expect(clock.waiting).toBe(0)
  })

  it('tells sound not yet sent as part of the way to the ear', () => {
    const { socket, outbox, transport } = stage()
    outbox.open(ready)
    socket.flushAll()
    for (let i = 0; i < 20; i++) {
      transport.play({ samples: new Int16Array(FRAME).fill(i), rate, atMs: i * 20 }, replyId('r'))
    }
    expect(transport.pathMs).toBeGreaterThanOrEqual(80 + 400)
    expect(transport.pathMs).toBeLessThan(80 + 400 + 20)
    socket.flushAll()
    expect(transport.pathMs).toBe(80)
  })
})
