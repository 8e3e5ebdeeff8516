import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closeError } from '../wire/vendor-error.js'
import { faultOf, refined } from './fault.js'
import { finishes } from './finishes.js'
import { paceOf } from './pace.js'
import { textPieces } from './text-pieces.js'

describe('textPieces', () => {
  it('loses nothing, cuts no character in two and keeps the limit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (text, most) => {
          const pieces = textPieces(text, most)
          expect(pieces.join('')).toBe(text)
          for (const piece of pieces) {
            expect([...piece].length).toBeLessThanOrEqual(most)
            expect(piece).not.toMatch(/\p{Cs}/u)
          }
        },
      ),
    )
  })

  it('cuts between words where it can', () => {
    expect(textPieces('one two three', 8)).toEqual(['one two ', 'three'])
    expect(textPieces('incomprehensible', 8)).toEqual(['incompre', 'hensible'])
  })
})

describe('paceOf', () => {
  it('stays on steps of 0.05 within the range, whatever is asked for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: 0.5, max: 1.5, noNaN: true }),
        (speed, own) => {
          const pace = paceOf(own, { emotion: 'excited', speed }, { least: 0.7, most: 1.5 })
          expect(pace).toBeGreaterThanOrEqual(0.7)
          expect(pace).toBeLessThanOrEqual(1.5)
          expect(Math.abs(pace * 20 - Math.round(pace * 20))).toBeLessThan(1e-9)
        },
      ),
    )
  })
})

describe('finishes', () => {
  it('tells each utterance once and in order, however answers come', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), ms: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ kind: fc.constantFrom('settled', 'answered'), ms: fc.integer({ min: 0, max: 1_000 }) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 600 }) }),
    )
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const clock = new VirtualClock()
        const told: number[] = []
        const asked: number[] = []
        const all = finishes({
          clock,
          timeoutMs: 500,
          onFinished: atMs => told.push(atMs),
          onOverdue: streamMs => all.giveUp(streamMs),
        })
        all.start()
        let soundMs = 0
        for (const { kind, ms } of steps) {
          if (kind === 'ask') {
            soundMs += ms
            asked.push(asked.length)
            all.ask(asked.length - 1, soundMs)
          } else if (kind === 'wait') await clock.advance(ms)
          else if (kind === 'settled') all.settled(Math.min(ms, soundMs))
          else all.answered(Math.min(ms, soundMs))
        }
        await clock.advance(500)
        expect(told).toEqual(asked)
        expect(all.isWaiting).toBe(false)
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})

describe("Deepgram's codes", () => {
  it.each([
    ['TOO_MANY_REQUESTS', 'provider_limited', true],
    ['INVALID_AUTH', 'provider_refused', false],
    ['ASR_PAYMENT_REQUIRED', 'provider_quota', false],
    ['UNPARSABLE_CLIENT_MESSAGE', 'provider_rejected', false],
    ['INTERNAL_SERVER_ERROR', 'provider_failed', true],
    ['', 'provider_failed', true],
  ])('are errors of ours: %s is %s', (code, expected, retryable) => {
    expect(faultOf(code, 'Words.')).toMatchObject({ code: expected, retryable })
  })

  it('say more than the code of a close frame', () => {
    const named = (code: number, reason: string) => refined(closeError('Deepgram', code, reason)).code
    expect(named(1008, 'DATA-0000')).toBe('provider_rejected')
    expect(named(1008, 'TOO_MANY_REQUESTS: wait')).toBe('provider_limited')
    expect(named(1011, 'NET-0001: no sound')).toBe('provider_failed')
    expect(named(1009, 'BIG-0000')).toBe('provider_rejected')
    expect(named(1006, '')).toBe('provider_failed')
  })
})
