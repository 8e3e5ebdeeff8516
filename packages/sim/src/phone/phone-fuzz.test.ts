import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareEdge } from './bare-edge.test-kit.js'

const begins = {
  telnyx: (sampleRate: number) => ({
    event: 'start',
    stream_id: 'S1',
    start: {
      call_control_id: 'v3:1',
      media_format: { encoding: 'L16', sample_rate: sampleRate, channels: 1 },
    },
  }),
  signalwire: (sampleRate: number) => ({
    event: 'start',
    start: { streamSid: 'S1', mediaFormat: { encoding: 'audio/x-L16', sampleRate, channels: 1 } },
  }),
}

const payload = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.uint8Array({ maxLength: 1_500 }).map(bytes => Buffer.from(bytes).toString('base64')),
  },
  // Without its padding, in the alphabet of URLs, cut in the middle of a group, or none at all.
  fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes).toString('base64url')),
  fc.base64String().chain(text => fc.nat(text.length).map(length => text.slice(0, length))),
  fc.string(),
)
const count = fc.oneof(
  fc.nat(40),
  fc.nat(40).map(String),
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 5 }),
)
const message = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      event: fc.constant('media'),
      stream_id: fc.string({ maxLength: 5 }),
      sequence_number: count,
      media: fc.record({
        track: fc.constantFrom('inbound', 'outbound'),
        chunk: count,
        timestamp: count,
        payload,
      }),
    }),
  },
  fc.record({ event: fc.constant('dtmf'), dtmf: fc.record({ digit: fc.string({ maxLength: 2 }) }) }),
  fc.record({ event: fc.constant('mark'), mark: fc.record({ name: fc.string() }) }),
  fc.record({
    event: fc.constant('error'),
    payload: fc.oneof(fc.record({ code: fc.oneof(fc.integer(), fc.string()) }), fc.jsonValue()),
  }),
  fc.record({ event: fc.constantFrom('stop', 'start', 'connected') }),
)

describe('a stream of PCM16, in the manner of Telnyx or SignalWire,', () => {
  it('whatever it brings gets a close or is served in whole frames, and nothing throws', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('telnyx' as const, 'signalwire' as const),
        fc.constantFrom(8_000, 16_000, 24_000),
        fc.constantFrom('little' as const, 'big' as const),
        fc.array(message, { maxLength: 25 }),
        async (dialect, rate, byteOrder, messages) => {
          const { clock, closes, warnings, heard, asked, send } = bareEdge({ byteOrder })
          send(JSON.stringify(begins[dialect](rate)))
          await clock.advance(1)
          for (const each of messages) {
            send(JSON.stringify(each))
            await clock.advance(20)
          }
          await clock.advance(60_000)
          expect(asked[0]?.phone).toMatchObject({ dialect, format: { encoding: 'l16', sampleRate: rate } })
          let atMs = 0
          for (const frame of heard) {
            expect(frame.atMs).toBeCloseTo(atMs, 6)
            expect(frame.samples.length).toBeLessThanOrEqual(rate / 50)
            atMs += (frame.samples.length * 1000) / rate
          }
          expect(closes).toHaveLength(1)
          expect([1000, 1001, 1008]).toContain(closes[0]?.code)
          expect(warnings.filter(text => text.includes('internal'))).toEqual([])
          expect(clock.pending).toBe(0)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is refused after three chunks in a row with half a sample, and not for one', async () => {
    const { clock, closes, heard, send } = bareEdge()
    send(JSON.stringify(begins.telnyx(16_000)))
    await clock.advance(1)
    const media = (chunk: number, bytes: number) =>
      send(
        JSON.stringify({
          event: 'media',
          media: {
            track: 'inbound',
            chunk,
            timestamp: chunk * 20,
            payload: Buffer.alloc(bytes, 1).toString('base64'),
          },
        }),
      )
    for (const [chunk, bytes] of [640, 639, 641, 640].entries()) media(chunk, bytes)
    await clock.advance(500)
    expect(closes).toEqual([])
    // What was bad is silence in its place.
    expect(heard.reduce((sum, { samples }) => sum + samples.length, 0)).toBe(4 * 320)
    for (const chunk of [4, 5, 6]) media(chunk, 639)
    await clock.advance(500)
    expect(closes).toEqual([{ code: 1008, reason: expect.stringContaining('bad_audio') }])
  })

  it.each(['little', 'big'] as const)('is heard %s-endian where the gateway is set so', async byteOrder => {
    const { clock, heard, send } = bareEdge({ byteOrder })
    send(JSON.stringify(begins.signalwire(24_000)))
    await clock.advance(1)
    const bytes = Buffer.alloc(960)
    for (let at = 0; at < 960; at += 2) {
      if (byteOrder === 'big') bytes.writeInt16BE(-1_234, at)
      else bytes.writeInt16LE(-1_234, at)
    }
    send(
      JSON.stringify({
        event: 'media',
        media: { chunk: 1, timestamp: 0, payload: bytes.toString('base64') },
      }),
    )
    expect(heard.map(({ samples }) => [samples.length, new Set(samples)])).toEqual([[480, new Set([-1_234])]])
  })
})
