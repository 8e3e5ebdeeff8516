import { ParleyError } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPcmIn } from './audio-in.js'
import { readClientMessage } from './client-message.js'
import { reasonText } from './close-codes.js'
import { bytesOf, HandClock, replyId } from './harness.test.support.js'
import { createLeakyBucket } from './leaky-bucket.js'
import { PlayedReports } from './played-reports.js'

describe('PCM from a client', () => {
  it('is read whole at any length and alignment, in one place that is used again', () => {
    const pieces = fc.array(fc.tuple(fc.int16Array({ minLength: 1, maxLength: 600 }), fc.nat({ max: 7 })), {
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(pieces, list => {
        const reader = createPcmIn(8_000)
        let received = 0
        for (const [samples, offset] of list) {
          const slab = Buffer.alloc(offset + samples.byteLength)
          bytesOf(samples).copy(slab, offset)
          const frame = reader.read(slab.subarray(offset))
          expect(frame?.samples).toEqual(samples)
          expect(frame?.atMs).toBe((received * 1000) / 8_000)
          received += samples.length
        }
      }),
    )
  })

  it('gives the same frame object for frames of one size', () => {
    const reader = createPcmIn(8_000)
    const first = reader.read(Buffer.alloc(320))
    const samples = first?.samples
    expect(reader.read(Buffer.alloc(320))).toBe(first)
    expect(first?.samples).toBe(samples)
  })
})

describe('the reason of a close', () => {
  it('is the text itself up to 123 bytes, and never ends inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), text => {
        const cut = reasonText(text)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(123)
        expect(text.startsWith(cut)).toBe(true)
        if (Buffer.byteLength(text) <= 123) expect(cut).toBe(text)
        else expect(Buffer.byteLength(cut)).toBeGreaterThan(119)
      }),
    )
  })
})

describe('a bad text message', () => {
  it('is answered by bad_message that repeats none of its values', () => {
    const secret = 'sk-verysecret'
    for (const text of [
      `{"type":"${secret}"}`,
      `{"type":"text","text":["${secret}"]}`,
      `${secret}`,
      `"${secret}"`,
    ]) {
      let caught: unknown
      try {
        readClientMessage(text)
      } catch (thrown) {
        caught = thrown
      }
      expect(caught).toMatchObject({ code: 'bad_message' })
      expect(caught instanceof ParleyError && caught.message).not.toContain(secret)
    }
  })
})

describe('a leaky bucket', () => {
  it('never lets through more than its capacity and what leaked meanwhile', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 2_000 }), fc.nat({ max: 50 })), { maxLength: 50 })
    fc.assert(
      fc.property(steps, list => {
        const clock = new HandClock()
        const bucket = createLeakyBucket(clock, 10, 100)
        let poured = 0
        for (const [ms, amount] of list) {
          clock.advance(ms)
          poured += amount
          if (!bucket.add(amount)) return
          expect(poured).toBeLessThanOrEqual(100 + (clock.now() * 10) / 1000 + 1e-6)
        }
      }),
    )
  })
})

describe('reports of what was played', () => {
  it('grow, stay within what was sent, and end with the reply', () => {
    const step = fc.record({
      what: fc.constantFrom('sent', 'played', 'forget'),
      reply: fc.constantFrom('a', 'b', 'c'),
      ms: fc.nat({ max: 500 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const reports = new PlayedReports()
        const truth = new Map<string, { sent: number; last: number }>()
        for (const { what, reply, ms } of steps) {
          const known = truth.get(reply)
          if (what === 'sent') {
            reports.sent(replyId(reply), ms)
            truth.set(reply, { sent: Math.max(ms, known?.sent ?? 0), last: known?.last ?? -1 })
          } else if (what === 'forget') {
            reports.forget(replyId(reply))
            truth.delete(reply)
          } else {
            const expected = known !== undefined && Math.min(ms, known.sent) > known.last
            const accepted = reports.accept(reply, ms)
            expect(accepted).toBe(expected ? Math.min(ms, known.sent) : undefined)
            if (expected) known.last = Math.min(ms, known.sent)
          }
        }
      }),
    )
  })

  it('are kept of the latest eight replies only', () => {
    const reports = new PlayedReports()
    for (let i = 0; i < 20; i++) reports.sent(replyId(`r${i}`), 100)
    const accepted = Array.from({ length: 20 }, (_, i) => reports.accept(`r${i}`, 50))
    expect(accepted.filter(ms => ms !== undefined)).toHaveLength(8)
    expect(accepted.at(-1)).toBe(50)
  })
})
