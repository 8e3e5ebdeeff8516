import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareEdge } from './bare-edge.test-kit.js'
import { type CarrierDialect, createCarrierSpeech } from './carrier-speech.js'
import { startPhoneTalk } from './phone-talk.test.support.js'

/** A call from its first message on. */
function call(dialect: CarrierDialect): readonly string[] {
  const speech = createCarrierSpeech({ dialect, streamSid: 'STREAM1', callSid: 'CALL1' })
  const payload = Buffer.alloc(160, 0x55).toString('base64')
  const media = (count: number) => Array.from({ length: count }, (_, at) => speech.media(payload, at * 20))
  return [
    speech.connected(),
    speech.start({ agent: 'reception' }),
    ...media(6),
    speech.dtmf('1'),
    speech.mark('rpl_1:0#1'),
    ...media(6),
    speech.stop(),
  ]
}

const endings = ['stop', 'stop twice', 'break', 'close', 'stop and break'] as const

describe('a hang-up', () => {
  it('at any message, however it comes, is told to the session once, and nothing stays behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          dialect: fc.constantFrom('twilio' as const, 'signalwire' as const, 'telnyx' as const),
          after: fc.nat(17),
          how: fc.constantFrom(...endings),
          everyMs: fc.constantFrom(0, 1, 20),
          identifyMs: fc.constantFrom(0, 5, 90),
          openMs: fc.constantFrom(0, 5, 90),
          resumable: fc.boolean(),
        }),
        async ({ dialect, after, how, everyMs, ...options }) => {
          const edge = bareEdge(options)
          const { clock, line, send } = edge
          for (const text of call(dialect).slice(0, after)) {
            send(text)
            if (everyMs > 0) await clock.advance(everyMs)
          }
          const stops = after >= 2 && how.startsWith('stop')
          if (stops) send('{"event":"stop"}')
          if (how === 'stop twice') send('{"event":"stop"}')
          if (!how.startsWith('stop') || how === 'stop and break')
            line.carrier.close(how === 'close' ? 1000 : undefined)
          await clock.advance(60_000)
          const reason = options.resumable && !stops && after < 17 ? 'lost' : 'client'
          expect(edge.told).toEqual(edge.asked.map(() => reason))
          for (const { signal } of edge.asked) expect(signal.aborted).toBe(true)
          expect(edge.closes).toHaveLength(1)
          expect(edge.warnings).toEqual([])
          expect(clock.pending).toBe(0)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('at any time of a reply ends a real session once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_500 }), fc.boolean(), async (atMs, says) => {
        const talk = await startPhoneTalk({ words: 3 })
        await talk.clock.advance(atMs)
        if (says) talk.phone.hangUp()
        else talk.phone.drop()
        await talk.clock.advance(12_000)
        expect(talk.of('session-ended')).toHaveLength(talk.asked.length)
        expect(talk.phone.closed).toBeDefined()
        expect(talk.clock.pending).toBe(0)
      }),
      { numRuns: 10 },
    )
  })
})
