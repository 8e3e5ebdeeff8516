import { createRequire } from 'node:module'
import fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import type { CallStep } from './carrier.js'
import { callDocument } from './document.js'
import { fitsXml } from './xml.js'

const require = createRequire(import.meta.url)
const signalWire = require('@signalwire/compatibility-api') as {
  RestClient: { LaML: { VoiceResponse: new () => InstanceType<typeof twilio.twiml.VoiceResponse> } }
}
const parser = new XMLParser({
  ignoreAttributes: false,
  preserveOrder: true,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
})
const tree = (document: string) => parser.parse(document) as unknown

type Make = (response: InstanceType<typeof twilio.twiml.VoiceResponse>) => unknown
const stream = {
  step: 'stream',
  url: 'wss://phone.example/v1/phone',
  parameters: { token: 'a"b<c>&\'d' },
} as const

const cases: readonly (readonly [CallStep, Make])[] = [
  [
    { ...stream, statusUrl: 'https://phone.example/s?attempt=a&b=c' },
    r =>
      r
        .connect()
        .stream({
          url: stream.url,
          statusCallback: 'https://phone.example/s?attempt=a&b=c',
          statusCallbackMethod: 'POST',
        })
        .parameter({ name: 'token', value: stream.parameters.token }),
  ],
  [
    { step: 'say', text: 'Grüß <Gott> & "co"', language: 'de-DE' },
    r => r.say({ language: 'de-DE' }, 'Grüß <Gott> & "co"'),
  ],
  [
    { step: 'play', url: 'https://phone.example/a.wav?x=1&y=2', times: 0 },
    r => r.play({ loop: 0 }, 'https://phone.example/a.wav?x=1&y=2'),
  ],
  [{ step: 'pause', seconds: 3 }, r => r.pause({ length: 3 })],
  [
    {
      step: 'dial',
      to: '+34600111222',
      from: '+15550001111',
      ringSeconds: 20,
      thenUrl: 'https://e.x/d',
      whisperUrl: 'https://e.x/w',
    },
    r =>
      r
        .dial({
          answerOnBridge: true,
          callerId: '+15550001111',
          timeout: 20,
          action: 'https://e.x/d',
          method: 'POST',
        })
        .number({ url: 'https://e.x/w', method: 'POST' }, '+34600111222'),
  ],
  [
    { step: 'dial', to: 'sip:desk@example.com', from: '', ringSeconds: 20, thenUrl: 'https://e.x/d' },
    r =>
      r
        .dial({ answerOnBridge: true, timeout: 20, action: 'https://e.x/d', method: 'POST' })
        .sip('sip:desk@example.com'),
  ],
  [
    { step: 'conference', room: 'call_1', holdUrl: 'https://e.x/h', ends: true, thenUrl: 'https://e.x/d' },
    r =>
      r.dial({ action: 'https://e.x/d', method: 'POST' }).conference(
        {
          beep: 'false',
          startConferenceOnEnter: true,
          endConferenceOnExit: true,
          waitUrl: 'https://e.x/h',
          waitMethod: 'POST',
        },
        'call_1',
      ),
  ],
  [
    { step: 'gather', digits: 4, seconds: 5, say: 'PIN', language: 'en-US', thenUrl: 'https://e.x/g' },
    r =>
      r
        .gather({
          input: ['dtmf'],
          numDigits: 4,
          timeout: 5,
          actionOnEmptyResult: true,
          action: 'https://e.x/g',
          method: 'POST',
        })
        .say({ language: 'en-US' }, 'PIN'),
  ],
  [{ step: 'digits', digits: 'ww12#' }, r => r.play({ digits: 'ww12#' })],
  [
    { step: 'redirect', url: 'https://e.x/r?a=1&b=2' },
    r => r.redirect({ method: 'POST' }, 'https://e.x/r?a=1&b=2'),
  ],
  [{ step: 'reject', reason: 'busy' }, r => r.reject({ reason: 'busy' })],
  [{ step: 'hang-up' }, r => r.hangup()],
]

describe('a document', () => {
  it.each(cases)("is for the step %j what Twilio's and SignalWire's libraries write", (step, make) => {
    const theirs = new twilio.twiml.VoiceResponse()
    make(theirs)
    const document = callDocument([step])
    expect(tree(document)).toEqual(tree(theirs.toString()))
    const laml = new signalWire.RestClient.LaML.VoiceResponse()
    if (step.step !== 'stream') {
      make(laml)
      expect(tree(document)).toEqual(tree(laml.toString()))
    }
  })

  it('has its steps one after the other, and none at all where there are none', () => {
    const document = callDocument([stream, { step: 'redirect', url: 'https://e.x/resume' }])
    expect(document).toMatch(
      /<\/Connect><Redirect method="POST">https:\/\/e.x\/resume<\/Redirect><\/Response>$/,
    )
    expect(callDocument([])).toBe('<?xml version="1.0" encoding="UTF-8"?><Response/>')
  })

  it('has the attributes of a dialect on its streams', () => {
    const document = callDocument([stream], { stream: { codec: 'L16@16000h', realtime: 'true' } })
    expect(document).toContain(
      '<Stream url="wss://phone.example/v1/phone" codec="L16@16000h" realtime="true">',
    )
  })

  it('gives every text back as it was put in, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter(fitsXml)
    fc.assert(
      fc.property(text, text, (value, said) => {
        const steps: CallStep[] = [
          { ...stream, parameters: { token: value } },
          { step: 'say', text: `.${said}.`, language: 'en' },
        ]
        const [, response] = tree(callDocument(steps)) as {
          Response: { Connect?: unknown[]; Say?: { '#text': string }[] }[]
        }[]
        expect(JSON.stringify(response?.Response[0])).toContain(
          JSON.stringify({ '@_name': 'token', '@_value': value }),
        )
        expect(response?.Response[1]?.Say?.[0]?.['#text']).toBe(`.${said}.`)
      }),
      { numRuns: 200 },
    )
  })

  it('leaves out of what is said the characters that XML cannot hold', () => {
    const document = callDocument([{ step: 'say', text: 'a\u0000b\ud800c\u001bd', language: 'en' }])
    expect(document).toContain('>abcd</Say>')
  })
})

describe('what a carrier would refuse', () => {
  it.each([
    ['an address with a query', { ...stream, url: 'wss://phone.example/v1/phone?token=x' }],
    ['an address with an empty query', { ...stream, url: 'wss://phone.example/v1/phone?' }],
    ['an address with a fragment', { ...stream, url: 'wss://phone.example/#x' }],
    ['an address that is not encrypted', { ...stream, url: 'ws://phone.example/v1/phone' }],
    ['an address of a page', { ...stream, url: 'https://phone.example/' }],
    ['no address', { ...stream, url: '' }],
    ['a parameter of 500 characters with its name', { ...stream, parameters: { token: 'x'.repeat(495) } }],
    ['a parameter without a name', { ...stream, parameters: { '': 'x' } }],
    ['a parameter that XML cannot hold', { ...stream, parameters: { token: 'a\u0000' } }],
    ['keys that are none', { step: 'digits', digits: '12A' }],
    ['no keys', { step: 'digits', digits: '' }],
  ] as const)('is refused before it is sent: %s', (_what, step) => {
    expect(() => callDocument([step])).toThrow(expect.objectContaining({ code: 'bad_message' }))
  })

  it('is a rejection after something else', () => {
    const steps = [
      { step: 'pause', seconds: 1 },
      { step: 'reject', reason: 'busy' },
    ] as const
    expect(() => callDocument(steps)).toThrow(expect.objectContaining({ code: 'bad_message' }))
  })

  it('is not a parameter of 499 characters, nor an unencrypted address of this machine', () => {
    callDocument([{ ...stream, parameters: { token: 'x'.repeat(494) } }])
    callDocument([{ ...stream, url: 'ws://127.0.0.1:8080/v1/phone' }])
    expect(() => callDocument([{ ...stream, url: 'ws://127.evil.example/' }])).toThrow()
  })
})
