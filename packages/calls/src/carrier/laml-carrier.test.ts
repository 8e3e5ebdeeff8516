import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptId } from '../call.js'
import type { DialOrder } from './carrier.js'
import { type CarrierRig, never, openCarrierRig } from './carrier-rig.test-kit.js'
import { createSignalWireCarrier } from './signalwire.js'
import { createTwilioCarrier } from './twilio.js'

const TOKEN = 'token-that-nobody-sees'
const account = `AC${'0'.repeat(32)}`
const sid = `CA${'1'.repeat(32)}`
const order: DialOrder = {
  attempt: 'att_1' as AttemptId,
  from: '+15550001111',
  to: '+34600111222',
  answerUrl: 'https://phone.example/v1/phone/twilio/answer?attempt=att_1',
  statusUrl: 'https://phone.example/v1/phone/twilio/status?attempt=att_1',
  ringSeconds: 25,
  maxSeconds: 600,
}
const created = (ms: number) => new Date(ms).toUTCString()
const since = Date.UTC(2026, 0, 1)

let rig: CarrierRig
beforeEach(async () => {
  rig = await openCarrierRig()
})
afterEach(() => rig.close())

const world = () => ({ fetch, clock: rig.clock, epochMs: () => since })
const twilio = () => createTwilioCarrier({ ...world(), baseUrl: rig.url, account, authToken: TOKEN })
const signalWire = () =>
  createSignalWireCarrier({
    ...world(),
    baseUrl: `${rig.url}/api/laml/2010-04-01/`,
    project: 'p-1',
    token: TOKEN,
    signingKey: 'k',
  })
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('dialling', () => {
  it('posts one form to the account, with the addresses of the attempt', async () => {
    rig.replies.push({ status: 201, body: { sid, status: 'queued', date_created: created(since) } })
    const machineUrl = 'https://phone.example/v1/phone/twilio/machine?attempt=att_1'
    const placed = await twilio().dial({ ...order, machineUrl }, never)
    expect(placed).toEqual({ carrierCall: sid, status: 'initiated', createdAtMs: since })
    const [asked] = rig.asked
    expect(asked).toMatchObject({ method: 'POST', path: `/2010-04-01/Accounts/${account}/Calls.json` })
    expect(asked?.headers.authorization).toBe(`Basic ${btoa(`${account}:${TOKEN}`)}`)
    const form = new URLSearchParams(asked?.body)
    expect(form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed'])
    expect(Object.fromEntries(form)).toMatchObject({
      To: order.to,
      From: order.from,
      Url: order.answerUrl,
      FallbackUrl: order.answerUrl,
      StatusCallback: order.statusUrl,
      Timeout: '25',
      TimeLimit: '600',
      MachineDetection: 'DetectMessageEnd',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: machineUrl,
    })
  })

  it('goes to the place of SignalWire with its project and token', async () => {
    rig.replies.push({ status: 201, body: { sid: 'b3877c40-da60-4998-90ad-b792e98472af', status: 'queued' } })
    await signalWire().dial(order, never)
    expect(rig.asked[0]?.path).toBe('/api/laml/2010-04-01/Accounts/p-1/Calls.json')
    expect(rig.asked[0]?.headers.authorization).toBe(`Basic ${btoa(`p-1:${TOKEN}`)}`)
  })

  it('is authorised by an API key where there is one', async () => {
    rig.replies.push({ status: 201, body: { sid, status: 'queued' } }, { status: 401, body: { code: 20003 } })
    const keyed = createTwilioCarrier({
      ...world(),
      ...{ baseUrl: rig.url, account, authToken: TOKEN, apiKey: { sid: 'SK1', secret: 'hidden-key' } },
    })
    await keyed.dial(order, never)
    expect(rig.asked[0]?.headers.authorization).toBe(`Basic ${btoa('SK1:hidden-key')}`)
    expect(await failure(keyed.dial(order, never))).toMatchObject({
      code: 'carrier_refused',
      message: expect.stringContaining('TWILIO_API_KEY and TWILIO_API_SECRET'),
    })
  })

  it('refuses a number that is none before anybody is asked', async () => {
    for (const to of ['600111222', '+0600', '+34 600', '', '+1234567890123456'])
      expect(await failure(twilio().dial({ ...order, to }, never))).toMatchObject({
        code: 'bad_number',
        details: { placed: 'no' },
      })
    expect(rig.asked).toEqual([])
  })

  it.each([
    [400, { code: 21211, message: 'Invalid To', status: 400 }, 'bad_number', 'no', false],
    [400, { code: 21215, message: 'Geo permission' }, 'carrier_refused', 'no', false],
    [401, { code: 20003, message: 'Authenticate' }, 'carrier_refused', 'no', false],
    [404, { code: 20404, message: 'not found' }, 'carrier_refused', 'no', false],
    [429, { code: 20429, message: 'Too many' }, 'carrier_limited', 'no', true],
    [422, { errors: [{ code: '21211', message: 'Invalid To' }] }, 'bad_number', 'no', false],
    [500, '<html>', 'carrier_failed', 'unknown', true],
    [503, { code: 20503 }, 'carrier_failed', 'unknown', true],
    [307, '', 'carrier_refused', 'unknown', false],
    [201, 'no json', 'carrier_failed', 'unknown', true],
    [201, { status: 'queued' }, 'carrier_failed', 'unknown', true],
    [204, undefined, 'carrier_failed', 'unknown', true],
  ] as const)(
    'says what %i %j means, and whether a call may exist',
    async (status, body, code, placed, retryable) => {
      rig.replies.push({ status, body, headers: { location: 'http://127.0.0.1:1/elsewhere' } })
      const error = await failure(twilio().dial(order, never))
      expect(error).toMatchObject({ code, retryable, details: { placed } })
      expect(rig.asked).toHaveLength(1)
    },
  )

  it('says how long to wait where the rate is limited', async () => {
    const limited = { status: 429, body: { code: 20429 } }
    rig.replies.push({ ...limited, headers: { 'retry-after': '7' } }, limited)
    expect(await failure(twilio().dial(order, never))).toMatchObject({ details: { retryAfterMs: 7_000 } })
    expect(await failure(twilio().dial(order, never))).toMatchObject({ details: { retryAfterMs: 1_000 } })
  })

  it('does not know about a call where the connection breaks, no answer comes or it is given up', async () => {
    rig.replies.push({ silent: 'drop' }, { silent: 'hang' }, { silent: 'hang' })
    expect(await failure(twilio().dial(order, never))).toMatchObject({
      code: 'carrier_unreachable',
      details: { placed: 'unknown' },
    })
    const late = failure(twilio().dial(order, never))
    await rig.came(2)
    await rig.clock.advance(15_000)
    expect(await late).toMatchObject({
      code: 'carrier_failed',
      retryable: true,
      details: { placed: 'unknown' },
    })
    const leaving = new AbortController()
    const left = failure(twilio().dial(order, leaving.signal))
    await rig.came(3)
    leaving.abort()
    expect(await left).toMatchObject({ code: 'carrier_failed', details: { placed: 'unknown' } })
    expect(rig.clock.pending).toBe(0)
  })

  it('knows that there is no call where no connection came about', async () => {
    const gone = await openCarrierRig()
    await gone.close()
    const at = (baseUrl: string) => createTwilioCarrier({ ...world(), baseUrl, account, authToken: TOKEN })
    expect(await failure(at(gone.url).dial(order, never))).toMatchObject({
      code: 'carrier_unreachable',
      details: { placed: 'no' },
    })
    expect(await failure(at('http://carrier.invalid').dial(order, never))).toMatchObject({
      details: { placed: 'no' },
    })
    expect(await failure(twilio().dial(order, AbortSignal.abort()))).toMatchObject({
      details: { placed: 'no' },
    })
    expect(rig.asked).toEqual([])
  })

  it('never shows a secret, not even one that the carrier quotes', async () => {
    rig.replies.push({
      status: 400,
      body: { code: 1, message: `bad ${TOKEN} and ${btoa(`${account}:${TOKEN}`)}` },
    })
    const error = await failure(twilio().dial(order, never))
    expect(error).toMatchObject({ code: 'carrier_refused' })
    expect(inspect(error, { depth: 9 })).not.toContain(TOKEN)
    expect(inspect(error, { depth: 9 })).not.toContain(btoa(`${account}:${TOKEN}`))
  })
})

describe('finding what a crash left behind', () => {
  const call = (id: string, ms: number, more = {}) => ({
    ...{
      sid: id,
      status: 'in-progress',
      direction: 'outbound-api',
      date_created: created(ms),
      start_time: null,
    },
    ...more,
  })
  const find = { attempt: order.attempt, from: order.from, to: order.to, sinceMs: since }

  it('gives calls between the two numbers since then, newest first, over all pages', async () => {
    rig.replies.push(
      {
        body: {
          calls: [
            call('CA1', since + 1_000),
            call('CA2', since - 3_600_000),
            call('CA3', since, { direction: 'inbound' }),
          ],
          next_page_uri: `/2010-04-01/Accounts/${account}/Calls.json?Page=1&PageToken=PACA1`,
        },
      },
      { body: { calls: [call('CA4', since + 5_000, { status: 'completed' })], next_page_uri: null } },
    )
    expect(await twilio().find(find, never)).toEqual([
      { carrierCall: 'CA4', status: 'completed', createdAtMs: since + 5_000, evidence: 'numbers' },
      { carrierCall: 'CA1', status: 'in-progress', createdAtMs: since + 1_000, evidence: 'numbers' },
    ])
    const [first, second] = rig.asked.map(({ path }) => new URL(path, rig.url).searchParams)
    expect(Object.fromEntries(first ?? [])).toMatchObject({ To: order.to, From: order.from })
    expect(Object.fromEntries(second ?? [])).toEqual({ Page: '1', PageToken: 'PACA1' })
  })

  it('is an error, never "none", where the list is garbage, fails or has no end', async () => {
    const page = { body: { calls: [], next_page_uri: '/x?Page=1' } }
    rig.replies.push({ body: { calls: 'many' } }, { status: 500 }, { body: { calls: [{ status: 'x' }] } })
    for (let i = 0; i < 3; i++)
      expect(await failure(twilio().find(find, never))).toMatchObject({ code: 'carrier_failed' })
    rig.replies.push(...Array.from({ length: 30 }, () => page))
    expect(await failure(twilio().find(find, never))).toMatchObject({ code: 'carrier_failed' })
    expect(rig.asked).toHaveLength(23)
  })

  it('asks nobody but the carrier, whatever the answer says', async () => {
    rig.replies.push(
      { body: { calls: [], next_page_uri: 'http://evil.example/steal?Page=2' } },
      { body: { calls: [] } },
    )
    expect(await twilio().find(find, never)).toEqual([])
    expect(rig.asked[1]?.path).toBe(`/2010-04-01/Accounts/${account}/Calls.json?Page=2`)
  })
})

describe('a live call', () => {
  it('is hung up, and it is well if it was over', async () => {
    rig.replies.push(
      { body: { sid, status: 'completed' } },
      { status: 404, body: { code: 20404 } },
      { status: 400, body: { code: 21220 } },
      { status: 500 },
    )
    for (let i = 0; i < 3; i++) await twilio().hangUp(sid, never)
    expect(rig.asked[0]).toMatchObject({
      path: `/2010-04-01/Accounts/${account}/Calls/${sid}.json`,
      body: 'Status=completed',
    })
    expect(await failure(twilio().hangUp(sid, never))).toMatchObject({ code: 'carrier_failed' })
  })

  it('goes on at an address, or with a document where that is taken', async () => {
    const url = 'https://phone.example/v1/phone/twilio/hold?attempt=att_1'
    await twilio().redirect(sid, [{ step: 'redirect', url }], never)
    await twilio().redirect(
      sid,
      [{ step: 'say', text: 'a<b', language: 'en-US' }, { step: 'hang-up' }],
      never,
    )
    await signalWire().redirect(sid, [{ step: 'redirect', url }], never)
    expect(rig.asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      { Url: url, Method: 'POST' },
      { Twiml: expect.stringContaining('<Say language="en-US">a&lt;b</Say><Hangup/>') },
      { Url: url, Method: 'POST' },
    ])
  })

  it('is over where the carrier does not know it', async () => {
    rig.replies.push({ status: 404, body: { code: 20404 } })
    const gone = twilio().redirect(sid, [{ step: 'redirect', url: 'https://phone.example/' }], never)
    expect(await failure(gone)).toMatchObject({ code: 'call_over' })
  })

  it('is not asked for what a request cannot carry, nor under an id that is none', async () => {
    const long = [{ step: 'say', text: 'x'.repeat(4_000), language: 'en-US' }] as const
    expect(await failure(twilio().redirect(sid, long, never))).toMatchObject({ code: 'bad_message' })
    expect(await failure(signalWire().redirect(sid, [{ step: 'pause', seconds: 1 }], never))).toMatchObject({
      code: 'bad_message',
    })
    expect(await failure(twilio().hangUp('../../Accounts', never))).toMatchObject({ code: 'bad_message' })
    expect(rig.asked).toEqual([])
  })
})

describe('the address of SignalWire', () => {
  it('comes of the name of the space', async () => {
    const urls: string[] = []
    const seen: typeof fetch = async url => {
      urls.push(String(url))
      return Response.json({ sid: 'x', status: 'queued' })
    }
    for (const space of ['acme', 'acme.signalwire.com', 'https://acme.signalwire.com/'])
      await createSignalWireCarrier({
        ...world(),
        fetch: seen,
        space,
        project: 'p',
        token: 't',
        signingKey: 'k',
      }).dial(order, never)
    expect(new Set(urls)).toEqual(
      new Set(['https://acme.signalwire.com/api/laml/2010-04-01/Accounts/p/Calls.json']),
    )
    expect(() => createSignalWireCarrier({ ...world(), project: 'p', token: 't', signingKey: 'k' })).toThrow(
      'SIGNALWIRE_SPACE',
    )
  })
})
