import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encodeUlaw } from '@parley/audio'
import { PROSODY_FRAME_BYTES, readProsodyFrames } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openProsodyStage, pcm } from './prosody-socket.test-kit.js'

describe('a prosody socket', () => {
  it('greets first, and answers each hop of PCM16 with a frame', () => {
    const { socket, counts } = openProsodyStage()
    expect(socket.sent.map(String)).toEqual([
      '{"type":"connected","timestamp":1700000000000,"message":"Prosody stream ready"}',
    ])
    socket.take()
    socket.sound(pcm(1_300))
    const frames = socket.take()
    expect(frames).toHaveLength(2)
    expect(frames[0]).toMatchObject({
      ...{ type: 'prosody', timestamp: 1_700_000_000_000, pitch: 220, pitchHz: 220, energy: 0.5 },
      ...{ voicing: 0.912, speaking: true, emotion: 'neutral', clipped: false },
    })
    expect(counts.sent).toBe(2)
  })

  it('hears the same samples however the bytes are cut, in every encoding and way', () => {
    const samples = pcm(40, -20)
    const floats = Buffer.from(Float32Array.from({ length: 40 }, (_, index) => index / 64 - 0.3).buffer)
    const mulaw = Buffer.from(encodeUlaw(new Int16Array(new Uint8Array(samples).buffer)))
    const kinds = { pcm16: samples, float32: floats, mulaw }
    const cuts = fc.array(fc.nat({ max: 160 }), { maxLength: 6 })
    fc.assert(
      fc.property(
        fc.constantFrom('pcm16', 'float32', 'mulaw'),
        cuts,
        fc.boolean(),
        (encoding, at, base64) => {
          const bytes = kinds[encoding]
          const heard = (pieces: readonly Buffer[]) => {
            const { socket, analysers } = openProsodyStage()
            socket.say({ type: 'config', encoding })
            for (const piece of pieces)
              if (base64) socket.say({ type: 'audio', data: piece.toString('base64') })
              else socket.sound(piece)
            expect(socket.types()).not.toContain('error')
            return analysers.at(-1)?.heard
          }
          const places = [0, ...at, bytes.length].sort((a, b) => a - b)
          const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
          expect(heard(pieces)).toEqual(heard([bytes]))
          expect(heard([bytes])).toHaveLength(40)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('understands base64 with a type and without', () => {
    const { socket, analysers } = openProsodyStage()
    socket.say({ audio: pcm(3, 7).toString('base64') })
    socket.say({ type: 'audio', data: pcm(1, 10).toString('base64url') })
    expect(analysers[0]?.heard).toEqual([7, 8, 9, 10])
  })

  it('is configured by its address, and says how it is', () => {
    const { socket } = openProsodyStage({ url: '/prosody?token=x&sampleRate=8000&batchMs=64' })
    const [, configured] = socket.take()
    expect(configured).toEqual({
      ...{ type: 'configured', sampleRate: 8000, frameSize: 512, hopSize: 256, hopMs: 32, delayMs: 32 },
      ...{ encoding: 'pcm16', batch: 2, output: 'json', manner: 'fast' },
    })
    socket.sound(pcm(256))
    expect(socket.types()).toBe('')
    socket.sound(pcm(256))
    expect(socket.take()).toMatchObject([{ type: 'batch', frames: [{ atMs: 1, pitch: 220 }, { atMs: 2 }] }])
  })

  it.each([
    ['sampleRate=96000', 'sampleRate'],
    ['hopSize=2048', 'hopSize'],
    ['frameSize=200', 'frameSize'],
    ['encoding=mp3', 'encoding'],
  ])('closes for an address that asks for %s', (query, field) => {
    const { socket, counts } = openProsodyStage({ url: `/prosody?${query}` })
    expect(socket.take()[1]).toMatchObject({ type: 'error', message: expect.stringContaining(field) })
    expect(socket.closedWith).toBe('1008 bad_message')
    expect(counts.open).toBe(0)
  })

  it('goes on as before where a configuration does not fit', () => {
    const { socket, analysers } = openProsodyStage()
    socket.take()
    socket.say({ type: 'config', sampleRate: 48_000, frameSize: 480 })
    socket.sound(pcm(512))
    expect(socket.types()).toBe('error prosody')
    expect(analysers).toHaveLength(1)
  })

  it('sends a batch that does not fill up a little later', () => {
    const { socket, clock } = openProsodyStage()
    socket.say({ type: 'config', batch: 4 })
    socket.sound(pcm(1_024))
    socket.take()
    clock.advance(4 * 32 + 99)
    expect(socket.types()).toBe('')
    clock.advance(1)
    expect(socket.take()).toMatchObject([{ type: 'batch', frames: [{ atMs: 1 }, { atMs: 2 }] }])
  })

  it('sends frames as Float32 to those who ask', () => {
    const { socket, counts } = openProsodyStage()
    socket.say({ type: 'config', output: 'binary', batch: 2 })
    socket.take()
    socket.sound(pcm(2_048))
    const pages = socket.sent.filter(data => typeof data !== 'string')
    expect(pages.map(page => page.length)).toEqual([2 * PROSODY_FRAME_BYTES, 2 * PROSODY_FRAME_BYTES])
    expect(pages.flatMap(page => readProsodyFrames(page).map(({ atMs }) => atMs))).toEqual([1, 2, 3, 4])
    expect(counts.sent).toBe(4)
  })

  it('tells all of a stream at its end, and begins anew', () => {
    const { socket, analysers } = openProsodyStage()
    socket.say({ type: 'config', batch: 3 })
    socket.sound(pcm(513))
    socket.sound(Buffer.from([1]))
    socket.take()
    socket.say({ type: 'end' })
    const told = socket.take()
    expect(told.map(({ type }) => type).join(' ')).toBe('batch utterance ended')
    expect(told[2]).toEqual({ type: 'ended', frames: 1 })
    socket.sound(pcm(2, 5))
    expect(analysers[0]?.heard).toEqual([5, 6])
    socket.say({ type: 'reset' })
    expect(socket.types()).toBe('reset')
    expect(analysers[0]?.heard).toEqual([])
  })

  it('answers a ping with its id, and none without', () => {
    const { socket } = openProsodyStage()
    socket.take()
    socket.say({ type: 'ping', id: 'a' })
    socket.say({ type: 'ping' })
    const timestamp = 1_700_000_000_000
    expect(socket.take()).toEqual([
      { type: 'pong', timestamp, id: 'a' },
      { type: 'pong', timestamp },
    ])
  })
})

describe('what a prosody client does wrong', () => {
  it.each([
    ['text that is no JSON', 'hello'],
    ['JSON that is no object', '[1]'],
    ['an unknown type', { type: 'dance' }],
    ['bad base64', { type: 'audio', data: '§§§§' }],
    ['a wrong field', { type: 'subscribe', session: 7 }],
  ])('%s is told, and the socket stays', (_, message) => {
    const { socket } = openProsodyStage()
    socket.take()
    socket.say(message)
    expect(socket.take()).toMatchObject([{ type: 'error', code: 'bad_message' }])
    socket.sound(pcm(512))
    expect(socket.types()).toBe('prosody')
    expect(socket.closedWith).toBeUndefined()
  })

  it('closes after many in a row, not after as many among good ones', () => {
    const { socket, counts } = openProsodyStage({ limits: { badMessages: 3 } })
    for (const text of ['x', 'x', '{"type":"ping"}', 'x', 'x']) socket.say(text)
    expect(socket.closedWith).toBeUndefined()
    socket.say('x')
    expect(socket.closedWith).toBe('1008 bad_message;in_a_row=3')
    expect(counts.open).toBe(0)
  })

  it('refuses a message of too much sound whole, and hears the next', () => {
    const { socket, analysers } = openProsodyStage()
    socket.take()
    socket.sound(Buffer.alloc(320_002))
    expect(socket.take()).toMatchObject([{ type: 'error', code: 'too_large' }])
    socket.sound(pcm(2))
    expect(analysers[0]?.heard).toEqual([0, 1])
  })

  it('survives whatever comes', () => {
    const text = fc.oneof(fc.string(), fc.json(), fc.record({ type: fc.string(), data: fc.anything() }))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(text, fc.uint8Array({ maxLength: 3_000 })), { maxLength: 8 }),
        messages => {
          const { socket, logged } = openProsodyStage({ limits: { badMessages: 1_000 } })
          for (const message of messages)
            if (message instanceof Uint8Array) socket.sound(message)
            else socket.say(typeof message === 'string' ? message : (JSON.stringify(message) ?? ''))
          socket.take()
          expect(logged).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is told nothing of a fault of ours but that it is one', () => {
    const { socket, logged } = openProsodyStage({
      createAnalyser() {
        throw new Error('inner detail')
      },
    })
    socket.sound(pcm(2))
    expect(socket.closedWith).toBe('1011 internal')
    expect(socket.types()).toBe('connected')
    expect(logged.join()).toContain('internal fault')
  })

  it('may not stream without the right to, and may still follow', () => {
    const { socket } = openProsodyStage({ mayStream: false })
    socket.take()
    socket.sound(pcm(512))
    expect(socket.take()).toMatchObject([{ type: 'error', code: 'forbidden' }])
  })
})

describe('the limits of a prosody socket', () => {
  const bytesOfMs = (ms: number) => pcm(16 * ms)

  it('reads sound that comes faster than eight times time only as fast, and loses none', () => {
    const { socket, clock, analysers } = openProsodyStage({ limits: { paceFactor: 8, paceBurstMs: 10_000 } })
    for (let piece = 0; piece < 10; piece++) socket.sound(bytesOfMs(1_000))
    expect(socket.paused).toBe(false)
    socket.sound(bytesOfMs(1_000))
    expect(socket.paused).toBe(true)
    // What was on its way before the pause counts as well.
    socket.sound(bytesOfMs(1_000))
    clock.advance(874)
    expect(socket.paused).toBe(true)
    clock.advance(1)
    expect(socket.paused).toBe(false)
    expect(analysers[0]?.heard).toHaveLength(12 * 16_000)
  })

  it('makes an analyser only so often, and is soon done with who wants more', () => {
    const { socket, clock, analysers } = openProsodyStage({
      limits: { configsPerSecond: 2, configsAtOnce: 5 },
    })
    socket.take()
    for (let count = 0; count < 12; count++) socket.say({ type: 'config', hopSize: 256 })
    expect(analysers).toHaveLength(5)
    expect(socket.take().filter(({ type }) => type === 'error')).toHaveLength(7)
    clock.advance(4_000)
    socket.say({ type: 'config', hopSize: 512 })
    expect(socket.take()).toMatchObject([{ type: 'configured', hopSize: 512 }])
    for (let count = 0; count < 4_000; count++) socket.say({ type: 'config', hopSize: 256 })
    expect(analysers.length).toBeLessThanOrEqual(11)
    expect(socket.closedWith).toBe('1008 rate_limited;in_a_row=8')
  })

  it('makes empty messages and pings cost something', () => {
    const { socket } = openProsodyStage({ limits: { paceBurstMs: 100, messageCostMs: 2 } })
    for (let count = 0; count < 25; count++) {
      socket.sound(Buffer.alloc(0))
      socket.say({ type: 'ping' })
    }
    expect(socket.paused).toBe(false)
    socket.say({ type: 'ping' })
    expect(socket.paused).toBe(true)
  })

  it('closes when nothing comes, and tells why', () => {
    const { socket, clock, counts } = openProsodyStage({ limits: { idleMs: 60_000 } })
    socket.take()
    clock.advance(20_000)
    socket.say({ type: 'ping' })
    socket.take()
    const pong = setPong(socket)
    clock.advance(59_999)
    expect(socket.closedWith).toBeUndefined()
    clock.advance(1)
    pong()
    expect(socket.closedWith).toBe('1001 idle')
    expect(socket.take()).toMatchObject([{ type: 'error', code: 'session_idle' }])
    expect(counts.open).toBe(0)
    clock.advance(2_000)
    expect(clock.waiting).toBe(0)
  })

  it('closes when it is too old, whatever comes', () => {
    const { socket, clock } = openProsodyStage({ limits: { totalMs: 60_000 } })
    for (let second = 0; second < 59; second++) {
      clock.advance(1_000)
      socket.sound(pcm(2))
    }
    expect(socket.closedWith).toBeUndefined()
    clock.advance(1_000)
    expect(socket.closedWith).toBe('1001 expired')
    expect(socket.take().at(-1)).toMatchObject({ type: 'error', code: 'session_expired' })
  })

  it('is cut when nothing comes between two pings', () => {
    const { socket, clock, counts } = openProsodyStage({ limits: { heartbeatMs: 10_000 } })
    clock.advance(10_000)
    expect(socket.pings).toBe(1)
    socket.emit('pong', Buffer.alloc(0))
    clock.advance(10_000)
    expect(socket.closedWith).toBeUndefined()
    clock.advance(10_000)
    expect(socket.closedWith).toBe('cut')
    expect(counts.open).toBe(0)
  })
})

/** A far end that is there: it answers pings. Returns how to stop. */
function setPong(socket: ReturnType<typeof openProsodyStage>['socket']): () => void {
  const ping = socket.ping.bind(socket)
  socket.ping = () => {
    ping()
    socket.emit('pong', Buffer.alloc(0))
  }
  return () => {
    socket.ping = ping
  }
}

describe('a client that does not read', () => {
  it('loses the oldest frames, is told how many, and goes on with the newest', () => {
    const { socket, counts } = openProsodyStage({
      limits: { highWaterBytes: 1_000, keptFrames: 3, keptMs: 0 },
    })
    socket.take()
    socket.full = true
    for (let frame = 0; frame < 10; frame++) socket.sound(pcm(512))
    const before = socket.take().map(message => 'atMs' in message && message.atMs)
    socket.drain()
    const after = socket.take()
    const dropped = 10 - before.length - 3
    expect(after.map(({ type }) => type)).toEqual(['dropped', 'prosody', 'prosody', 'prosody'])
    expect(after[0]).toEqual({ type: 'dropped', frames: dropped })
    expect(after.slice(1)).toMatchObject([{ atMs: 8 }, { atMs: 9 }, { atMs: 10 }])
    expect(counts).toMatchObject({ sent: before.length + 3, dropped })
  })

  it('loses nothing of a file, which is read no further until its frames are', () => {
    const { socket, clock, counts } = openProsodyStage()
    socket.take()
    socket.full = true
    socket.sound(pcm(160_000))
    expect(socket.paused).toBe(true)
    clock.advance(3_000)
    expect(socket.paused).toBe(true)
    const early = socket.take().length
    socket.drain()
    expect(socket.paused).toBe(false)
    const later = socket.take()
    expect(new Set(later.map(({ type }) => type))).toEqual(new Set(['prosody']))
    expect(early + later.length).toBe(Math.floor(160_000 / 512))
    expect(counts.dropped).toBe(0)
  })

  it('is heard on while it speaks live, and shown the present', () => {
    const { socket, clock } = openProsodyStage({ limits: { highWaterBytes: 1_000, keptFrames: 10 } })
    socket.take()
    socket.full = true
    for (let frame = 0; frame < 60; frame++) {
      socket.sound(pcm(512))
      clock.advance(32)
    }
    expect(socket.paused).toBe(false)
    socket.take()
    socket.drain()
    const [first, ...frames] = socket.take()
    expect(first?.type).toBe('dropped')
    expect(frames.length).toBeLessThanOrEqual(1_000 / 32 + 1)
    expect(frames.at(-1)).toMatchObject({ atMs: 60 })
  })

  it('keeps all that is no frame, in its place', () => {
    const { socket } = openProsodyStage({ limits: { highWaterBytes: 100, keptFrames: 1, keptMs: 0 } })
    socket.take()
    socket.full = true
    socket.sound(pcm(512))
    socket.say({ type: 'ping', id: 1 })
    socket.sound(pcm(1_024))
    socket.say({ type: 'ping', id: 2 })
    socket.take()
    socket.drain()
    expect(socket.types()).toBe('dropped pong prosody pong')
  })

  it('is given up when it takes nothing for long, or too much waits', () => {
    const patient = openProsodyStage({ limits: { highWaterBytes: 100, stallMs: 5_000 } })
    patient.socket.full = true
    for (let frame = 0; frame < 3; frame++) patient.socket.sound(pcm(512))
    patient.clock.advance(4_999)
    expect(patient.socket.closedWith).toBeUndefined()
    patient.clock.advance(1)
    expect(patient.socket.closedWith).toBe('1013 slow_reader')
    expect(patient.counts).toMatchObject({ open: 0, dropped: 2 })

    const greedy = openProsodyStage({ limits: { highWaterBytes: 100, maxUnsentBytes: 5_000 } })
    greedy.socket.full = true
    for (let ping = 0; ping < 200; ping++) greedy.socket.say({ type: 'ping', id: ping })
    greedy.clock.advance(0)
    expect(greedy.socket.closedWith).toBe('1013 slow_reader')
  })
})

describe('a prosody socket that is over', () => {
  it('keeps no timer and no analyser, and hears nothing more', () => {
    const { socket, clock, analysers, counts } = openProsodyStage()
    socket.say({ type: 'config', batch: 5 })
    socket.sound(pcm(512))
    socket.gone(1000)
    expect(clock.waiting).toBe(0)
    expect(counts.open).toBe(0)
    socket.sound(pcm(512))
    expect(analysers[0]?.heard).toHaveLength(512)
  })

  it('leaves nothing behind: no analyser, no timer, no heap of a thousand sockets', async () => {
    const left: WeakRef<object>[] = []
    const openAndClose = () => {
      const { socket, analysers, clock, counts } = openProsodyStage({ feed: { follow: () => () => {} } })
      socket.sound(pcm(512))
      socket.say({ type: 'subscribe', session: 'ses_1' })
      left.push(new WeakRef(analysers.splice(0)[0] ?? {}))
      socket.gone(left.length % 2 === 0 ? 1000 : 1006)
      expect([clock.waiting, counts.open]).toEqual([0, 0])
    }
    const heap = async () => {
      // Weak references keep what they were asked for until the turn of the loop is over.
      await new Promise(resolve => setImmediate(resolve))
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    for (let count = 0; count < 50; count++) openAndClose()
    const before = await heap()
    for (let count = 0; count < 1_000; count++) openAndClose()
    const after = await heap()
    expect(left.filter(ref => ref.deref() !== undefined).length).toBeLessThan(5)
    // A socket that is held costs over 10 KB.
    expect(after - before).toBeLessThan(2_000_000)
  })
})

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}
