import { isIPv4 } from 'node:net'
import { dialledNumber } from '@parley/calls/dialled-number'
import { fromBase64url } from '@parley/protocol/sframe'
import { z } from 'zod'
import { readSentryDsn } from '../error-tracking/sentry-dsn.js'
import { type DurationRange, durationMs } from './duration-text.js'

/**
 * The kinds of values a setting can have: how the text of a variable becomes a value, and in one clause what the text
 * must be. A kind knows nothing of names or defaults.
 */
export interface Kind<Value> {
  /** From the variable's text, never empty, trimmed. */
  readonly schema: z.ZodType<Value, string>
  /** Completes "NAME must be …". */
  readonly must: string
  /** A text that would do. */
  readonly example: string
  /** What looks wrong with a value and may be right all the same, as one clause without its end. */
  suspicion?(value: Value): string | undefined
}

function digits(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

function kind<Value>(must: string, example: string, read: (text: string) => Value | undefined): Kind<Value> {
  const schema = z.string().transform((text, context): Value => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `must be ${must}` })
    return z.NEVER
  })
  return { schema, must, example }
}

const within = (value: number, min: number, max: number) => (value >= min && value <= max ? value : undefined)

export function wholeNumber({ min, max }: { min: number; max: number }): Kind<number> {
  return kind(`a whole number (${min}-${max})`, String(min), text => within(digits(text), min, max))
}

/** So many random bytes, as base64url without padding. */
export function bytesAsText(count: number): Kind<string> {
  const must = `${count} bytes as base64url`
  return kind(must, 'A'.repeat(Math.ceil((count * 4) / 3)), text =>
    fromBase64url(text, count) === undefined ? undefined : text,
  )
}

/** A number with or without a fraction. */
export function decimal({ min, max }: { min: number; max: number }): Kind<number> {
  return kind(`a number (${min}-${max})`, '1.5', value =>
    /^\d+(\.\d+)?$/.test(value) ? within(Number(value), min, max) : undefined,
  )
}

/** E.164. */
export function phoneNumber(): Kind<string> {
  return kind('a phone number with + and the country', '+12025550100', value =>
    dialledNumber.test(value) ? value : undefined,
  )
}

/** One of a few numbers. */
export function oneNumberOf<const Value extends number>(values: readonly [Value, ...Value[]]): Kind<Value> {
  const must = `one of ${values.join(', ')}`
  return kind(must, String(values[0]), text => values.find(value => value === digits(text)))
}

export function ipv4(): Kind<string> {
  return kind('an IPv4 address', '203.0.113.7', text => (isIPv4(text) ? text : undefined))
}

export interface PortRange {
  readonly from: number
  readonly to: number
}

/** As text; `portRangeOf` reads it. */
export function portRange(): Kind<string> {
  const must = 'two ports from 1024 to 65535, as in 50000-50100, or one'
  return kind(must, '50000-50100', text => (portRangeOf(text) === undefined ? undefined : text))
}

/** Both ends are in it. */
export function portRangeOf(text: string): PortRange | undefined {
  const [, first = '', last = first] = /^(\d{4,5})(?:-(\d{4,5}))?$/.exec(text) ?? []
  const [from, to] = [Number(first), Number(last)]
  return from >= 1024 && to >= from && to <= 65_535 ? { from, to } : undefined
}

/** `0` lets the system choose. */
export function port({ min }: { min: number }): Kind<number> {
  return kind(`a valid port number (${min}-65535)`, '8080', text => within(digits(text), min, 65_535))
}

/** Milliseconds, or a number with `ms`, `s`, `m`, `h` or `d`. */
export function duration({ minMs, maxMs }: DurationRange): Kind<number> {
  const must = `a time from ${minMs} to ${maxMs} ms (a number is milliseconds; 30s, 5m and 1h are understood)`
  return kind(must, '30s', text => durationMs(text, { minMs, maxMs }))
}

export function flag(): Kind<boolean> {
  return kind('true or false', 'true', text => {
    const word = text.toLowerCase()
    if (['true', '1', 'yes', 'on'].includes(word)) return true
    return ['false', '0', 'no', 'off'].includes(word) ? false : undefined
  })
}

/** As `flag`, and any other word is true: `DEBUG=app:*` is a habit of many tools. */
export function looseFlag(): Kind<boolean> {
  return kind('true or false', 'true', text => !['false', '0', 'no', 'off'].includes(text.toLowerCase()))
}

export function choice<const Word extends string>(words: readonly [Word, ...Word[]]): Kind<Word> {
  const must = `one of ${words.join(', ')}`
  return kind(must, words[0], text => words.find(word => word === text.toLowerCase()))
}

export function text({ min = 1, must }: { min?: number; must: string }): Kind<string> {
  return kind(must, 'text', value => (value.length >= min ? value : undefined))
}

export function languageTag(): Kind<string> {
  const tag = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/
  return kind('a language tag such as en or es-MX', 'en', value => (tag.test(value) ? value : undefined))
}

/** A URL of one of these schemes, without the colon. */
export function url(schemes: readonly [string, ...string[]], example: string): Kind<string> {
  const must = `an address that begins with ${schemes.map(scheme => `${scheme}://`).join(' or ')}`
  return kind(must, example, value => {
    if (!URL.canParse(value)) return undefined
    return schemes.includes(new URL(value).protocol.slice(0, -1)) ? value : undefined
  })
}

/** Address of a project at an error tracker. */
export function sentryDsn(): Kind<string> {
  const example = 'https://key@errors.example/1'
  return kind(`an address with a key and the number of a project, such as ${example}`, example, value =>
    readSentryDsn(value) === undefined ? undefined : value,
  )
}

/** Comma-separated; every part must satisfy `part`. */
export function list(
  must: string,
  example: string,
  part: (value: string) => boolean,
): Kind<readonly string[]> {
  return kind(must, example, value => {
    const parts = value.split(',').map(each => each.trim())
    const filled = parts.filter(each => each !== '')
    return filled.length > 0 && filled.every(part) ? filled : undefined
  })
}

export interface KeyKind {
  readonly vendor: string
  /** What its keys begin with, as far as is known; others are warned of, since vendors change it now and then. */
  readonly begins?: string
}

/** One key or several, separated by commas. */
export function keys({ vendor, begins }: KeyKind): Kind<readonly string[]> {
  const every = kind(`a key for ${vendor}, or several separated by commas`, 'key', value => {
    const parts = value.split(',').map(each => each.trim())
    const filled = parts.filter(each => each !== '')
    return filled.length > 0 && filled.every(each => !/\s/.test(each)) ? [...new Set(filled)] : undefined
  })
  if (begins === undefined) return every
  const suspicion = (given: readonly string[]) =>
    given.every(each => each.startsWith(begins)) ? undefined : `${vendor} API key format appears incorrect`
  return { ...every, suspicion }
}
