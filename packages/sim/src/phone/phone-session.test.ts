import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PhoneTalk, startPhoneTalk, stretches, WORD_MS } from './phone-talk.test.support.js'
import { PHONE_FRAME_MS, PHONE_RATE } from './sim-phone.js'

const PER_MS = PHONE_RATE / 1000

/** How far into the reply the ear came, ms. */
function earMs({ phone, said }: PhoneTalk): number {
  return Math.max(0, ...stretches(phone.sound(), said).map(({ to }) => to / PER_MS))
}

/** The words whose last sample the ear heard. */
function earWords(ms: number): string {
  const count = Math.floor(ms / WORD_MS + 1e-6)
  return Array.from({ length: count }, (_, index) => `w${index}`).join(' ')
}

describe('an agent on the phone', () => {
  it('is heard to its end, without a gap, and known to have been', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(5_000)
    expect(stretches(talk.phone.sound(), talk.said)).toEqual([{ from: 0, to: talk.said.length }])
    const sounding = talk.phone.heard.filter(({ soundSamples }) => soundSamples > 0)
    expect((sounding.at(-1)?.atMs ?? 0) - (sounding[0]?.atMs ?? 0)).toBeCloseTo(
      (sounding.length - 1) * PHONE_FRAME_MS,
    )
    expect(talk.of('reply-ended')).toMatchObject([
      { interrupted: false, heard: { complete: true, source: 'reported', ms: 10 * WORD_MS } },
    ])
    expect(talk.session.floor).toBe('open')
  })

  it('never has more than its head start in the carrier’s buffer', async () => {
    const talk = await startPhoneTalk()
    let most = 0
    for (let ms = 0; ms < 3_000; ms += 20) {
      await talk.clock.advance(20)
      most = Math.max(most, talk.phone.bufferedMs)
    }
    expect(most).toBeGreaterThan(100)
    expect(most).toBeLessThanOrEqual(260)
  })

  it('is cut, and history holds the words and the milliseconds that the ear heard', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(1_200)
    await talk.speak(800)
    await talk.clock.advance(3_000)
    const [ended] = talk.of('reply-ended')
    const ms = earMs(talk)
    expect(ended).toMatchObject({ interrupted: true, heard: { source: 'reported', complete: false } })
    expect(Math.abs((ended?.heard.ms ?? 0) - ms)).toBeLessThanOrEqual(PHONE_FRAME_MS)
    expect(talk.session.history[0]).toMatchObject({ role: 'agent', text: earWords(ms) })
    expect(ms).toBeGreaterThan(1_000)
  })

  it('is not heard any more from the frame after a clear on', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(1_200)
    await talk.speak(2_000)
    const [clear] = talk.phone.clears
    expect(clear?.bytes).toBeGreaterThan(0)
    const after = talk.phone.heard.filter(({ atMs }) => atMs > (clear?.atMs ?? 0))
    expect(after.length).toBeGreaterThan(50)
    expect(after.every(({ soundSamples, rmsDbfs }) => soundSamples === 0 && rmsDbfs <= -100)).toBe(true)
  })

  it('goes on after a cough from where it was silenced: nothing lost, no more repeated than a report is off', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(1_200)
    await talk.speak(100)
    await talk.clock.advance(6_000)
    const [first, second, ...more] = stretches(talk.phone.sound(), talk.said)
    expect(talk.of('resumed')).toHaveLength(1)
    expect(more).toEqual([])
    expect(second?.to).toBe(talk.said.length)
    const repeatedMs = ((first?.to ?? 0) - (second?.from ?? 0)) / PER_MS
    expect(repeatedMs).toBeGreaterThanOrEqual(0)
    expect(repeatedMs).toBeLessThanOrEqual(2 * PHONE_FRAME_MS)
    expect(talk.of('reply-ended')).toMatchObject([
      { interrupted: false, heard: { complete: true, ms: 10 * WORD_MS } },
    ])
  })

  it('is cut after it went on, and the account still holds', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(900)
    await talk.speak(100)
    await talk.clock.advance(1_300)
    await talk.speak(900)
    await talk.clock.advance(3_000)
    const [ended] = talk.of('reply-ended')
    expect(ended?.interrupted).toBe(true)
    expect(Math.abs((ended?.heard.ms ?? 0) - earMs(talk))).toBeLessThanOrEqual(PHONE_FRAME_MS)
    expect(ended?.heard.text).toBe(earWords(earMs(talk)))
  })

  it('is cut by a key', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(1_000)
    talk.phone.dtmf('5')
    await talk.clock.advance(2_000)
    expect(talk.of('dtmf')).toMatchObject([{ digit: '5' }])
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: true }])
    expect(Math.abs((talk.of('reply-ended')[0]?.heard.ms ?? 0) - earMs(talk))).toBeLessThanOrEqual(
      PHONE_FRAME_MS,
    )
    expect(talk.phone.clears).toHaveLength(1)
  })

  it('is accounted for as the ear heard it, wherever it is cut and however far away the carrier is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2_800 }),
        fc.integer({ min: 0, max: 180 }),
        fc.integer({ min: 0, max: 180 }),
        fc.constantFrom('twilio' as const, 'signalwire' as const),
        async (cutAtMs, uplinkMs, downlinkMs, dialect) => {
          const talk = await startPhoneTalk({ phone: { uplinkMs, downlinkMs, dialect } })
          await talk.clock.advance(uplinkMs + downlinkMs + 60 + cutAtMs)
          talk.phone.dtmf('1')
          await talk.clock.advance(6_000)
          const [ended] = talk.of('reply-ended')
          expect(Math.abs((ended?.heard.ms ?? 0) - earMs(talk))).toBeLessThanOrEqual(2 * PHONE_FRAME_MS)
          const words = earWords(earMs(talk)).split(' ').length - (ended?.heard.text ?? '').split(' ').length
          expect(Math.abs(words)).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('loses at most 30 ms of sound to a cough on a line that shakes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 2_500 }),
        fc.integer({ min: 10, max: 150 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 30 })),
        async (coughAtMs, wayMs, shakes) => {
          const jitterMs = () => shakes.next().value ?? 0
          const talk = await startPhoneTalk({ phone: { uplinkMs: wayMs, downlinkMs: wayMs, jitterMs } })
          await talk.clock.advance(2 * wayMs + 60 + coughAtMs)
          await talk.speak(100)
          await talk.clock.advance(7_000)
          const found = stretches(talk.phone.sound(), talk.said)
          expect(found[0]?.from).toBe(0)
          expect(found.at(-1)?.to).toBe(talk.said.length)
          for (const [index, { to }] of found.slice(0, -1).entries()) {
            const lostMs = ((found[index + 1]?.from ?? 0) - to) / PER_MS
            expect(lostMs).toBeLessThanOrEqual(30)
            expect(-lostMs).toBeLessThanOrEqual(2 * PHONE_FRAME_MS + 60)
          }
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('a caller on the phone', () => {
  it('is heard in time: a hole in the line is silence, no longer and no shorter', async () => {
    const talk = await startPhoneTalk({ opens: false })
    await talk.clock.advance(500)
    const before = talk.frames.length
    talk.phone.lose(400)
    await talk.clock.advance(1_000)
    // The stretch that was lost came as silence with the first chunk after it.
    expect((talk.frames.length - before) * PHONE_FRAME_MS).toBeCloseTo(1_000, -2)
  })

  it('who hangs up ends the session', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(800)
    talk.phone.hangUp()
    await talk.clock.advance(6_000)
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'client' }])
    expect(talk.phone.closed).toMatchObject({ code: 1000 })
    expect(talk.clock.pending).toBe(0)
  })

  it('whose line breaks ends the session: nobody can come back to it', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(800)
    talk.phone.drop()
    await talk.clock.advance(10_000)
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'client' }])
    expect(talk.clock.pending).toBe(0)
  })
})
