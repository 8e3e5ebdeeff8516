import { ParleyError } from '@parley/core'
import { type CountryCode, isSupportedCountry, parsePhoneNumberWithError } from 'libphonenumber-js'

/**
 * Phone numbers as people write them, made E.164. A number is taken when its length is possible in its country: whether it
 * is given out changes too often to be known here, and the carrier says so.
 */

/** ISO 3166-1 alpha-2, upper case. */
export type PhoneCountry = string

/**
 * `defaultCountry` reads numbers without a country; without it they are refused.
 * @throws ParleyError `bad_number` that says what is wrong; `bad_config` for a country that is none
 */
export function readPhoneNumber(text: string, defaultCountry?: PhoneCountry): string {
  return parse(text, defaultCountry).number
}

/** Of an E.164 number; undefined for satellites and others without one. @throws ParleyError `bad_number` */
export function countryOf(phone: string): PhoneCountry | undefined {
  return parse(phone, undefined).country
}

/** By its shape only: `+`, no zero, 2 to 15 digits. */
export function isE164(text: string): boolean {
  return /^\+[1-9]\d{1,14}$/.test(text)
}

const longestText = 50

function parse(text: string, defaultCountry: PhoneCountry | undefined) {
  const country = defaultCountry === undefined ? undefined : readCountry(defaultCountry)
  if (text.length > longestText) throw badNumber(text, 'it is too long')
  try {
    const number = parsePhoneNumberWithError(text, {
      ...(country === undefined ? {} : { defaultCountry: country }),
      extract: false,
    })
    if (number.ext !== undefined) throw badNumber(text, 'extensions cannot be dialled; leave it out')
    if (!number.isPossible()) throw badNumber(text, 'it has not as many digits as numbers there have')
    return number
  } catch (thrown) {
    if (thrown instanceof ParleyError) throw thrown
    const code = thrown instanceof Error ? thrown.message : ''
    throw badNumber(text, reasons[code] ?? 'it is none')
  }
}

function readCountry(text: string): CountryCode {
  const country = text.toUpperCase()
  if (isSupportedCountry(country)) return country
  throw new ParleyError(
    'bad_config',
    `“${text.slice(0, 10)}” is not a country of phone numbers; write two letters, as in US, GB or MX.`,
  )
}

const reasons: Readonly<Record<string, string>> = {
  NOT_A_NUMBER: 'it is none',
  INVALID_COUNTRY: 'it has no country, or one that does not exist',
  TOO_SHORT: 'it is too short',
  TOO_LONG: 'it is too long',
  INVALID_LENGTH: 'it has not as many digits as numbers there have',
}

/** Only its end is told: errors go to logs. */
function badNumber(text: string, reason: string): ParleyError {
  return new ParleyError(
    'bad_number',
    `The phone number that ends in “${text.slice(-3)}” cannot be called: ${reason}. ` +
      'Write it with + and the country, as in +15551234567.',
    { details: { reason } },
  )
}
