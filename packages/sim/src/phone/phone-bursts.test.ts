import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PhoneTalk, startPhoneTalk } from './phone-talk.test.support.js'

const spokenMs = 2_000

/** What was heard of the caller, and whether it is one piece. */
function voiced({ frames }: PhoneTalk) {
  const found = frames.filter(({ level }) => level > 1_000)
  return { count: found.length, spanMs: (found.at(-1)?.atMs ?? 0) - (found[0]?.atMs ?? 0) + 20 }
}

const whole = { count: spokenMs / 20, spanMs: spokenMs }

describe('a caller on a network that stalls', () => {
  it('and then brings everything at once is heard whole, with nothing filled in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('twilio' as const, 'signalwire' as const, 'telnyx' as const),
        fc.array(fc.record({ gap: fc.integer({ min: 1, max: 60 }), stallMs: fc.nat(1_500) }), {
          maxLength: 5,
        }),
        async (dialect, bursts) => {
          const stalls = bursts.flatMap(({ gap, stallMs }) => [...Array<number>(gap).fill(0), stallMs])
          const jitterMs = () => stalls.shift() ?? 0
          const talk = await startPhoneTalk({ opens: false, phone: { dialect, jitterMs } })
          await talk.clock.advance(100)
          await talk.speak(spokenMs)
          await talk.clock.advance(3_000)
          expect(voiced(talk)).toEqual(whole)
          expect(talk.phone.closed).toBeUndefined()
        },
      ),
      { numRuns: 7 },
    )
  })

  it('for 9 s is not taken for dead, and loses no word', async () => {
    let frames = 0
    const jitterMs = () => (frames++ === 40 ? 9_000 : 0)
    const talk = await startPhoneTalk({ opens: false, phone: { jitterMs } })
    await talk.clock.advance(300)
    await talk.speak(spokenMs)
    await talk.clock.advance(10_000)
    expect(voiced(talk)).toEqual(whole)
    talk.phone.hangUp()
    await talk.clock.advance(1_000)
    const ended = talk.log.find(({ message }) => message === 'phone socket ended')
    expect(ended?.facts).toMatchObject({ filledMs: 0, droppedChunks: 0, code: 1000 })
  })

  it('in the disorder of Telnyx is heard in order, and what was given up leaves silence in its place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -200, max: 130 }), { minLength: 1, maxLength: 20 }),
        async late => {
          let frames = 0
          const lateMs = () => Math.max(0, late[frames++ % late.length] ?? 0)
          const talk = await startPhoneTalk({ opens: false, phone: { dialect: 'telnyx', lateMs } })
          await talk.clock.advance(500)
          await talk.speak(spokenMs)
          await talk.clock.advance(1_000)
          const { count, spanMs } = voiced(talk)
          // Until the line has shown how late it is, a chunk may be given up: its place is kept.
          expect(Math.abs(spanMs - spokenMs)).toBeLessThanOrEqual(40)
          expect(count).toBeGreaterThan(0)
          expect(count).toBeLessThanOrEqual(whole.count)
          expect(talk.phone.closed).toBeUndefined()
        },
      ),
      { numRuns: 7 },
    )
  })
})
