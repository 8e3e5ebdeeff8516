import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countryOf, isE164, readPhoneNumber } from './phone-number.js'

describe('phone numbers', () => {
  it.each([
    ['+1 (555) 123-4567', undefined, '+15551234567'],
    ['(415) 555-2671', 'US', '+14155552671'],
    ['020 7946 0958', 'gb', '+442079460958'],
    ['911 22 33 44', 'ES', '+34911223344'],
    ['00 34 911 22 33 44', 'FR', '+34911223344'],
    ['+52 55 1234 5678', 'US', '+525512345678'],
    ['٠٢٠ ٧٩٤٦ ٠٩٥٨', 'GB', '+442079460958'],
  ])('reads %j (%s) as %s', (text, country, phone) => {
    expect(readPhoneNumber(text, country)).toBe(phone)
    expect(readPhoneNumber(phone)).toBe(phone)
  })

  it.each([
    ['555 1234', undefined, /no country/],
    ['', 'US', /it is none/],
    ['call me', 'US', /it is none/],
    ['call +15551234567 now', 'US', /it is none/],
    ['+1555', undefined, /digits|short/],
    ['+999123456789', undefined, /no country/],
    ['+15551234567 ext. 12', undefined, /extensions/],
    ['1'.repeat(60), 'US', /too long/],
  ])('refuses %j (%s) and says why', (text, country, reason) => {
    expect(() => readPhoneNumber(text, country)).toThrow(
      expect.objectContaining({ code: 'bad_number', message: expect.stringMatching(reason) }),
    )
  })

  it('refuses a country that is none', () => {
    expect(() => readPhoneNumber('911223344', 'Spain')).toThrow(
      expect.objectContaining({ code: 'bad_config' }),
    )
  })

  it('keeps all but the end of a number out of its errors', () => {
    expect(() => readPhoneNumber('6 11 22 33 44 99')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('6 11 22') }),
    )
  })

  it('knows the country of a number', () => {
    expect(countryOf('+34911223344')).toBe('ES')
    expect(countryOf('+870773111632')).toBeUndefined()
  })

  it('gives E.164 or an error, whatever it reads', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[+0-9 ()./-]{0,25}$/))
    fc.assert(
      fc.property(text, fc.constantFrom(undefined, 'US', 'DE', 'MX'), (written, country) => {
        let phone: string
        try {
          phone = readPhoneNumber(written, country)
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'bad_number' })
          return
        }
        expect(isE164(phone)).toBe(true)
      }),
    )
  })
})
