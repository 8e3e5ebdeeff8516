import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.js'
import { closeError, messageIn, refusalError } from './vendor-error.js'

describe('what a vendor says when it refuses', () => {
  it.each([
    [401, { error: { message: 'Incorrect API key' } }, 'provider_refused', false],
    [403, {}, 'provider_refused', false],
    [402, {}, 'provider_quota', false],
    [429, { error: { code: 'insufficient_quota' } }, 'provider_quota', false],
    [401, { detail: { status: 'quota_exceeded' } }, 'provider_quota', false],
    [429, { error: { code: 'rate_limit_exceeded' } }, 'provider_limited', true],
    [429, { detail: { status: 'system_busy' } }, 'provider_overloaded', true],
    [529, { type: 'error', error: { type: 'overloaded_error' } }, 'provider_overloaded', true],
    [503, 'busy', 'provider_overloaded', true],
    [500, '', 'provider_failed', true],
    [504, '', 'timeout', true],
    [400, { error: { message: 'bad model' } }, 'provider_rejected', false],
    [404, {}, 'provider_rejected', false],
  ] as const)('takes %i with %j for %s', (status, body, code, retryable) => {
    expect(refusalError('Vendor', { status, body })).toMatchObject({ code, retryable, details: { status } })
  })

  it('finds the sentence wherever vendors put it', () => {
    expect(messageIn({ error: { message: 'a' } })).toBe('a')
    expect(messageIn({ detail: { error: 'x', message: 'b' } })).toBe('x')
    expect(messageIn({ detail: 'c' })).toBe('c')
    expect(messageIn({ detail: [{ loc: ['text'], msg: 'd' }] })).toBe('d')
    expect(messageIn({ message: 'e' })).toBe('e')
    expect(messageIn('<html>\n 502 </html>')).toBe('<html> 502 </html>')
    expect(messageIn(undefined)).toBe('')
  })

  it('makes one short line of any body at all', () => {
    fc.assert(
      fc.property(fc.anything(), body => {
        const sentence = messageIn(body)
        expect(sentence.length).toBeLessThanOrEqual(300)
        expect(sentence).not.toMatch(/[\n\r\0]/)
      }),
    )
  })

  it('tells a broken line from a closed one that must not be tried again', () => {
    expect(closeError('Vendor', 1006, '')).toMatchObject({ code: 'provider_failed', retryable: true })
    expect(closeError('Vendor', 1008, 'bad')).toMatchObject({ code: 'provider_rejected', retryable: false })
  })
})

describe('how long a vendor asks to wait', () => {
  const header = (values: Readonly<Record<string, string>>) => (name: string) => values[name] ?? null

  it('is read in milliseconds, seconds, and as a date', () => {
    expect(retryAfterMs(header({ 'retry-after-ms': '120', 'retry-after': '9' }), 0)).toBe(120)
    expect(retryAfterMs(header({ 'retry-after': '1.5' }), 0)).toBe(1_500)
    expect(retryAfterMs(header({ 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT' }), 2_000)).toBe(3_000)
    expect(retryAfterMs(header({ 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT' }), 9_000)).toBe(0)
    expect(retryAfterMs(header({ 'retry-after': 'soon' }), 0)).toBeUndefined()
    expect(retryAfterMs(header({}), 0)).toBeUndefined()
  })
})
