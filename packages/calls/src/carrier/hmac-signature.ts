/**
 * Twilio's signature, which SignalWire uses, too: base64 of HMAC-SHA1 over the address and the sorted fields of a form.
 * Other bodies are signed by their SHA-256 in the address (`bodySHA256`); a body that neither covers is refused, since
 * anybody could have put it there. Source: the sheet of media streams, section 4.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { ParleyError } from '@parley/core'
import type { CarrierRequest } from './carrier.js'
import { type Form, queryOf, readForm, textOf } from './form.js'
import { headerOf } from './headers.js'
import { urlVariants } from './url-variants.js'

export interface HmacSigner {
  /** The key; several while one is being replaced. Without any, or with empty ones, all requests are refused. */
  readonly keys: readonly string[]
  /** Names of the header, lowercase; the first that is there counts. */
  readonly headers: readonly string[]
  /** The carrier, and the variable with the key, for people. */
  readonly name: string
  readonly variable: string
}

/** The signature of an address and a form. Names and values are sorted by UTF-16 units; a value that repeats counts once. */
export function hmacSignature(key: string, url: string, form: Form): string {
  return sign(key, url + signedText(form))
}

/** @throws ParleyError `bad_signature`, without saying what was expected */
export function verifyHmac(request: CarrierRequest, signer: HmacSigner): void {
  const keys = signer.keys.filter(key => key !== '')
  if (keys.length === 0) throw refused(signer, 'a signature that cannot be checked without a key')
  const given = signer.headers.map(name => headerOf(request.headers, name)).find(value => value !== undefined)
  if (given === undefined) throw refused(signer, `no ${signer.headers[0]} header`)
  const texts = signedTexts(request)
  if (texts === undefined) throw refused(signer, 'a body that the signature does not cover')
  for (const url of urlVariants(request.url)) {
    for (const text of texts) {
      for (const key of keys) if (same(given, sign(key, url + text))) return
    }
  }
  throw refused(signer, 'a signature of another key or address')
}

/** What follows the address in what is signed, in the ways it may be written; undefined for a body that cannot be signed. */
function signedTexts({ method, url, headers, body }: CarrierRequest): readonly string[] | undefined {
  const hash = new URLSearchParams(queryOf(url)).get('bodySHA256')
  if (hash !== null) {
    const actual = createHash('sha256').update(body).digest('hex')
    return same(hash.toLowerCase(), actual) ? [''] : undefined
  }
  if (body.byteLength === 0) return ['']
  if (method.toUpperCase() !== 'POST' || !isForm(headerOf(headers, 'content-type'))) return undefined
  const form = readForm(textOf(body))
  if (form === undefined) return undefined
  // SignalWire's library takes repeated fields as they come.
  return [...new Set([signedText(form), textAsGiven(form)])]
}

function signedText(form: Form): string {
  return byName(form)
    .flatMap(([name, values]) => [...new Set(values)].sort().map(value => name + value))
    .join('')
}

function textAsGiven(form: Form): string {
  return byName(form)
    .flatMap(([name, values]) => values.map(value => name + value))
    .join('')
}

function byName(form: Form): readonly (readonly [string, readonly string[]])[] {
  const fields = new Map<string, string[]>()
  for (const [name, value] of form) {
    const values = fields.get(name)
    if (values === undefined) fields.set(name, [value])
    else values.push(value)
  }
  return [...fields].sort(([one], [other]) => (one < other ? -1 : 1))
}

export function isForm(contentType: string | undefined): boolean {
  return /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? '')
}

function sign(key: string, text: string): string {
  return createHmac('sha1', key).update(text, 'utf8').digest('base64')
}

/** In constant time for what has the right length, which is no secret. */
function same(given: string, expected: string): boolean {
  const one = Buffer.from(given)
  const other = Buffer.from(expected)
  return one.length === other.length && timingSafeEqual(one, other)
}

function refused({ name, variable }: HmacSigner, what: string): ParleyError {
  return new ParleyError(
    'bad_signature',
    `A request that should be ${name}'s has ${what}; check PARLEY_PUBLIC_URL and ${variable}.`,
  )
}
