import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import type { CarrierRequest } from './carrier.js'
import { type HmacSigner, hmacSignature, verifyHmac } from './hmac-signature.js'

const require = createRequire(import.meta.url)
const signalWire = require('@signalwire/compatibility-api') as {
  RestClient: { getExpectedTwilioSignature?: unknown; validateRequest: typeof twilio.validateRequest }
}

const KEY = '12345'
const signer: HmacSigner = {
  keys: [KEY],
  headers: ['x-twilio-signature'],
  name: 'Twilio',
  variable: 'TWILIO_AUTH_TOKEN',
}
const expected =
  twilio.getExpectedTwilioSignature ?? require('twilio/lib/webhooks/webhooks.js').getExpectedTwilioSignature
const FORM = 'application/x-www-form-urlencoded'

function post(
  url: string,
  body: string,
  signature: string,
  more: Partial<CarrierRequest> = {},
): CarrierRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': FORM, 'x-twilio-signature': signature },
    body: Buffer.from(body),
    atMs: 0,
    ...more,
  }
}

function accepts(request: CarrierRequest, by: HmacSigner = signer): boolean {
  try {
    verifyHmac(request, by)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad_signature' })
    return false
  }
}

const paramName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,11}$/)
const paramValue = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 8 }))
const params = fc.dictionary(
  paramName,
  fc.oneof(paramValue, fc.array(paramValue, { minLength: 1, maxLength: 3 })),
  {
    maxKeys: 8,
    noNullPrototype: true,
  },
)

function encoded(fields: Record<string, string | string[]>): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
  return form.toString()
}

describe('the signature of a form', () => {
  it('is the one that Twilio documents for its example', () => {
    const fields = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    }
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
    const signature = expected(KEY, url, fields)
    expect(hmacSignature(KEY, url, Object.entries(fields))).toBe(signature)
    expect(accepts(post(url, encoded(fields), signature))).toBe(true)
  })

  it("is that of Twilio's library for any fields, repeated ones included", () => {
    const url = 'https://phone.example/v1/phone/twilio/status?attempt=att_1'
    fc.assert(
      fc.property(params, fields => {
        expect(accepts(post(url, encoded(fields), expected(KEY, url, fields)))).toBe(true)
      }),
      { numRuns: 150 },
    )
  })

  it("is taken for the address with and without its port, as Twilio's and SignalWire's libraries do", () => {
    const fields = { CallSid: 'CA1' }
    const given = 'https://phone.example/answer?a=b'
    for (const signed of [given, 'https://phone.example:443/answer?a=b']) {
      const signature = expected(KEY, signed, fields)
      expect(twilio.validateRequest(KEY, signature, given, fields)).toBe(true)
      expect(signalWire.RestClient.validateRequest(KEY, signature, given, fields)).toBe(true)
      expect(accepts(post(given, encoded(fields), signature))).toBe(true)
      expect(accepts(post('https://phone.example:443/answer?a=b', encoded(fields), signature))).toBe(true)
    }
    expect(
      accepts(post(given, encoded(fields), expected(KEY, 'https://phone.example:8443/answer?a=b', fields))),
    ).toBe(false)
  })

  it("agrees with Twilio's library on addresses with odd characters", () => {
    const odd = fc.stringMatching(/^[a-z0-9'()*!~%20,;:@=&+-]{0,12}$/)
    fc.assert(
      fc.property(odd, odd, fc.boolean(), (path, query, plain) => {
        const url = `https://u:p@phone.example/${path}?q=${query}`
        const signature = expected(KEY, plain ? url : new URL(url).toString(), {})
        const request = { ...post(url, '', signature), method: 'GET' }
        expect(accepts(request)).toBe(twilio.validateRequest(KEY, signature, url, {}))
      }),
      { numRuns: 100 },
    )
  })

  it('is refused when a character of a value, the address or the signature is another', () => {
    const url = 'https://phone.example/v1/phone/twilio/status?attempt=att_1'
    const fields = fc.record({
      CallSid: fc.stringMatching(/^CA[0-9a-f]{8}$/),
      CallStatus: fc.constantFrom('ringing', 'completed'),
    })
    const at = fc.nat(1_000)
    fc.assert(
      fc.property(fields, at, fc.constantFrom('url', 'sid', 'signature'), (given, place, what) => {
        const signature = expected(KEY, url, given)
        const changed = (text: string) => {
          const index = place % text.length
          const other = text[index] === 'x' ? 'y' : 'x'
          return text.slice(0, index) + other + text.slice(index + 1)
        }
        const request = post(
          what === 'url' ? changed(url) : url,
          encoded(what === 'sid' ? { ...given, CallSid: changed(given.CallSid) } : given),
          what === 'signature' ? changed(signature) : signature,
        )
        // The host and scheme are letters of the address like any other.
        expect(accepts(request)).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  it('is refused with fields added, left out or of another key, and when it is missing or empty', () => {
    const url = 'https://phone.example/x'
    const signature = expected(KEY, url, { A: '1', B: '2' })
    expect(accepts(post(url, 'A=1&B=2', signature))).toBe(true)
    expect(accepts(post(url, 'A=1&B=2&C=3', signature))).toBe(false)
    expect(accepts(post(url, 'A=1', signature))).toBe(false)
    expect(accepts(post(url, 'A=1&B=2', expected('54321', url, { A: '1', B: '2' })))).toBe(false)
    expect(accepts(post(url, 'A=1&B=2', ''))).toBe(false)
    expect(accepts(post(url, 'A=1&B=2', signature, { headers: { 'content-type': FORM } }))).toBe(false)
  })

  it('says neither the key nor what was expected', () => {
    const url = 'https://phone.example/x'
    const right = expected(KEY, url, {})
    expect.assertions(3)
    try {
      verifyHmac(post(url, '', 'wrong'), signer)
    } catch (error) {
      const text = JSON.stringify([String(error), error])
      expect(text).not.toContain(KEY)
      expect(text).not.toContain(right)
      expect(text).toContain('PARLEY_PUBLIC_URL')
    }
  })
})

describe('the signature of other requests', () => {
  it('covers a JSON body by its hash in the address', () => {
    const body = '{"CallSid":"CA1"}'
    const hash = createHash('sha256').update(body).digest('hex')
    const url = `https://phone.example/x?bodySHA256=${hash}`
    const signature = expected(KEY, url, {})
    expect(twilio.validateRequestWithBody(KEY, signature, url, body)).toBe(true)
    const json = (text: string) =>
      post(url, text, signature, {
        headers: { 'content-type': 'application/json', 'X-Twilio-Signature': signature },
      })
    expect(accepts(json(body))).toBe(true)
    expect(accepts(json('{"CallSid":"CA2"}'))).toBe(false)
    expect(accepts(json(''))).toBe(false)
  })

  it('is not enough for a body that it does not cover', () => {
    const url = 'https://phone.example/x'
    const signature = expected(KEY, url, {})
    const headers = { 'x-twilio-signature': signature }
    expect(accepts(post(url, '', signature))).toBe(true)
    expect(
      accepts(post(url, '{}', signature, { headers: { ...headers, 'content-type': 'application/json' } })),
    ).toBe(false)
    expect(accepts(post(url, 'x', signature, { headers }))).toBe(false)
    expect(accepts({ ...post(url, 'A=1', signature), method: 'GET' })).toBe(false)
  })

  it('covers the query of a GET and the wss address of a socket that opens', () => {
    const get = 'https://phone.example/x?CallSid=CA1&From=%2B1555'
    expect(accepts({ ...post(get, '', expected(KEY, get, {})), method: 'GET' })).toBe(true)
    const socket = 'wss://phone.example/v1/phone'
    const upgrade = { ...post(socket, '', expected(KEY, socket, {})), method: 'GET' }
    expect(accepts(upgrade)).toBe(true)
    expect(accepts({ ...upgrade, url: 'https://phone.example/v1/phone' })).toBe(false)
  })

  it('is read under either name where the carrier has two', () => {
    const url = 'https://phone.example/x'
    const two = { ...signer, headers: ['x-signalwire-signature', 'x-twilio-signature'] }
    const signature = expected(KEY, url, {})
    for (const name of two.headers)
      expect(accepts(post(url, '', '', { headers: { [name]: signature } }), two)).toBe(true)
    expect(accepts(post(url, '', '', { headers: { 'x-signalwire-signature': signature } }))).toBe(false)
  })

  it('is refused where no key is known, also one that was made with an empty key', () => {
    const url = 'https://phone.example/x'
    expect(accepts(post(url, '', expected('', url, {})), { ...signer, keys: [''] })).toBe(false)
    expect(accepts(post(url, '', expected('', url, {})), { ...signer, keys: [] })).toBe(false)
  })

  it('takes an older key while it is being replaced', () => {
    const url = 'https://phone.example/x'
    const request = post(url, '', expected('older', url, {}))
    expect(accepts(request, { ...signer, keys: ['newer', 'older'] })).toBe(true)
  })

  it('holds for any bytes at all: refused, never a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.string(), (body, url, signature) => {
        expect(accepts({ ...post(url, '', signature), body })).toBe(false)
      }),
      { numRuns: 200 },
    )
  })
})
