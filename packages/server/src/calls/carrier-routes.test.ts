import { type CallStep, type Carrier, createTwilioCarrier, hmacSignature } from '@parley/calls'
import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problemOf } from '../http/problems.js'
import { type CarrierEvent, type CarrierHost, carrierUrl } from './carrier-host.js'
import { publicAddress } from './carrier-request.js'
import { carrierRoutes } from './carrier-routes.js'

const TOKEN = 'key'
const publicUrl = 'https://phone.example/voice'
const sid = `CA${'1'.repeat(32)}`
const steps: readonly CallStep[] = [{ step: 'pause', seconds: 7 }, { step: 'hang-up' }]

interface Rig {
  readonly app: FastifyInstance
  readonly clock: VirtualClock
  readonly events: [string, CarrierEvent][]
  readonly refused: string[]
  /** What the host does next. */
  act: (what: string, event: CarrierEvent) => Promise<readonly CallStep[]>
  limit: number
}

async function open(carrier: (clock: VirtualClock) => Carrier): Promise<Rig> {
  const clock = new VirtualClock()
  const events: Rig['events'] = []
  const refused: string[] = []
  const app = Fastify()
  const rig: Rig = { app, clock, events, refused, act: async () => steps, limit: 1_000 }
  const did = (what: string) => async (event: CarrierEvent) => {
    events.push([what, event])
    return rig.act(what, event)
  }
  const told = (what: string) => async (event: CarrierEvent) => {
    await did(what)(event)
  }
  const host: CarrierHost = {
    ...{ incoming: did('incoming'), answered: did('answered'), streamOver: did('streamOver') },
    ...{ dialled: did('dialled'), whisper: did('whisper'), digits: did('digits'), hold: did('hold') },
    ...{ status: told('status'), machine: told('machine'), stream: told('stream') },
  }
  app.setErrorHandler((error, _request, reply) => {
    const { status, error: problem } = problemOf(error)
    return reply.code(status).send({ error: { code: problem.code, message: problem.message } })
  })
  const made = carrier(clock)
  await app.register(
    carrierRoutes({
      ...{ host, clock, publicUrl, trustProxy: ['127.0.0.1'], epochMs: () => 5_000 },
      carriers: new Map([[made.name, made]]),
      limits: {
        request: async () =>
          rig.limit-- > 0
            ? { ok: true, release: () => undefined }
            : { ok: false, limit: 'rate', retryAfterMs: 1_000 },
      },
      log: pino({ level: 'silent' }),
      refused: name => refused.push(name),
    }),
  )
  return rig
}

const twilio = (clock: VirtualClock) =>
  createTwilioCarrier({
    ...{ clock, account: 'AC1', authToken: TOKEN, epochMs: () => 0 },
    fetch: () => Promise.reject(new Error('nobody is asked here')),
  })

function signed(
  errand: string,
  fields: Readonly<Record<string, string>>,
  more: InjectOptions = {},
): InjectOptions {
  const form = { CallSid: sid, ...fields }
  const path = `/v1/phone/twilio/${errand}`
  const signature = hmacSignature(TOKEN, `${publicUrl}${path}`, Object.entries(form))
  return {
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    payload: new URLSearchParams(form).toString(),
    ...more,
  }
}

let rig: Rig
beforeEach(async () => {
  rig = await open(twilio)
})
afterEach(() => rig.app.close())

describe('a carrier that asks', () => {
  it.each([
    ['answer', 'incoming'],
    ['answer?attempt=att_1', 'answered'],
    ['resume?attempt=att_1', 'streamOver'],
    ['dialled?attempt=att_1&name=desk&name=other', 'dialled'],
    ['whisper', 'whisper'],
    ['digits', 'digits'],
    ['hold', 'hold'],
  ])('at %s is answered with the steps of %s', async (errand, what) => {
    const reply = await rig.app.inject(signed(errand, { From: '+15550001111', Direction: 'inbound' }))
    expect(reply.statusCode).toBe(200)
    expect(reply.headers['content-type']).toBe('text/xml; charset=utf-8')
    expect(reply.body).toContain('<Response><Pause length="7"/><Hangup/></Response>')
    const [[asked, event] = []] = rig.events
    expect(asked).toBe(what)
    expect(event?.news).toMatchObject({ carrierCall: sid, from: '+15550001111' })
    expect(event?.attempt).toBe(errand.includes('att_1') ? 'att_1' : undefined)
    if (what === 'dialled') expect(event?.query).toEqual({ attempt: 'att_1', name: 'desk' })
  })

  it('is answered by GET, too', async () => {
    const url = `/v1/phone/twilio/answer?CallSid=${sid}`
    const headers = { 'x-twilio-signature': hmacSignature(TOKEN, publicUrl + url, []) }
    expect((await rig.app.inject({ method: 'GET', url, headers })).statusCode).toBe(200)
    expect(rig.events[0]?.[0]).toBe('incoming')
  })

  it('is told to ask again, then hears an apology, where the host fails', async () => {
    rig.act = () => Promise.reject(new Error('secret of the database'))
    const first = await rig.app.inject(signed('answer?attempt=att_1', {}))
    expect(first.statusCode).toBe(200)
    expect(first.body).toContain(
      '<Pause length="1"/><Redirect method="POST">https://phone.example/voice/v1/phone/twilio/answer?attempt=att_1&amp;retry=1</Redirect>',
    )
    expect((await rig.app.inject(signed('answer?attempt=att_1&retry=1', {}))).body).toContain('retry=2')
    for (const retry of ['2', '99', 'x']) {
      const last = await rig.app.inject(signed(`answer?attempt=att_1&retry=${retry}`, {}))
      expect(last.body).toMatch(/<Say language="en-US">We are sorry.*<\/Say><Hangup\/>/)
      expect(last.body).not.toContain('secret')
    }
    expect((await rig.app.inject(signed('whisper', {}))).body).toContain('<Response/>')
    expect((await rig.app.inject(signed('hold', {}))).body).toContain(
      '<Redirect method="POST">https://phone.example/voice/v1/phone/twilio/hold</Redirect>',
    )
  })

  it('is answered in time where the host takes too long, which is told that it is too late', async () => {
    let late: AbortSignal | undefined
    const asked = new Promise<void>(resolve => {
      rig.act = (_what, event) => {
        late = event.signal
        resolve()
        return new Promise(() => undefined)
      }
    })
    const reply = Promise.resolve(rig.app.inject(signed('answer', {})))
    await asked
    await rig.clock.advance(8_000)
    expect((await reply).body).toContain('retry=1')
    expect(late?.aborted).toBe(true)
    expect(rig.clock.pending).toBe(0)
  })

  it('hears an apology where the steps are none that a carrier takes', async () => {
    rig.act = async () => [{ step: 'stream', url: 'http://wrong', parameters: {} }]
    expect((await rig.app.inject(signed('answer', {}))).body).toContain('<Say')
  })
})

describe('a carrier that tells', () => {
  it.each([
    ['status', { CallStatus: 'completed', SequenceNumber: '3' }],
    ['machine', { AnsweredBy: 'machine_end_beep' }],
    ['stream', { StreamEvent: 'stream-error', StreamError: 'x' }],
  ])('of %s is heard', async (errand, fields) => {
    const reply = await rig.app.inject(signed(`${errand}?attempt=att_1`, fields))
    expect([reply.statusCode, reply.body]).toEqual([204, ''])
    expect(rig.events[0]).toMatchObject([errand, { attempt: 'att_1', atMs: 5_000 }])
  })

  it('the same twice is heard twice with one id, for the host to fold', async () => {
    const request = signed('status?attempt=att_1', { CallStatus: 'completed' })
    await rig.app.inject(request)
    await rig.app.inject(request)
    const [first, second] = rig.events.map(([, { news }]) => news.id)
    expect(second).toBe(first)
  })

  it('learns that it was not taken where the host fails', async () => {
    rig.act = () => Promise.reject(new ParleyError('store_unavailable'))
    const reply = await rig.app.inject(signed('status', { CallStatus: 'completed' }))
    expect(reply.statusCode).toBe(503)
  })
})

describe('somebody else', () => {
  it('is refused without a word why, and counted', async () => {
    const right = signed('status', { CallStatus: 'completed' })
    const forged: InjectOptions[] = [
      { ...right, headers: { ...right.headers, 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } },
      { ...right, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { ...right, payload: `${String(right.payload)}&Digits=1` },
      { ...right, url: '/v1/phone/twilio/status?attempt=att_9' },
      { ...right, url: '/v1/phone/twilio/machine' },
      { ...right, headers: { ...right.headers, 'content-type': 'application/json' } },
    ]
    for (const request of forged) {
      const reply = await rig.app.inject(request)
      expect(reply.statusCode).toBe(403)
      expect(reply.json()).toEqual({
        error: { code: 'bad_signature', message: 'The request is not signed as it must be.' },
      })
    }
    expect(rig.events).toEqual([])
    expect(rig.refused).toHaveLength(forged.length)
  })

  it('is limited by address, while the carrier never is', async () => {
    rig.limit = 1
    const forged = { ...signed('status', {}), headers: {} }
    expect((await rig.app.inject(forged)).statusCode).toBe(403)
    expect((await rig.app.inject(forged)).statusCode).toBe(429)
    expect((await rig.app.inject(signed('status', {}))).statusCode).toBe(204)
  })

  it('chooses no address by Host or forwarded headers', async () => {
    const evil = 'https://evil.example/v1/phone/twilio/status'
    const signature = hmacSignature(TOKEN, evil, [['CallSid', sid]])
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
    const request = signed('status', {})
    const reply = await rig.app.inject({
      ...request,
      headers: { ...request.headers, ...headers, 'x-twilio-signature': signature },
    })
    expect(reply.statusCode).toBe(403)
    expect(
      (await rig.app.inject({ ...request, headers: { ...request.headers, ...headers } })).statusCode,
    ).toBe(204)
  })

  it('finds no other carrier and no other errand, and sends no more than 64 KiB', async () => {
    for (const url of ['/v1/phone/telnyx/status', '/v1/phone/twilio/other', '/v1/phone/__proto__/status'])
      expect((await rig.app.inject({ ...signed('status', {}), url })).statusCode).toBe(404)
    const huge = await rig.app.inject({ ...signed('status', {}), payload: 'a'.repeat(65_537) })
    expect(huge.statusCode).toBe(413)
    expect(rig.events).toEqual([])
  })
})

describe('public addresses', () => {
  it('have the path of the public URL once, whether a proxy takes it off or not', () => {
    for (const path of ['/v1/phone/x?a=b', '/voice/v1/phone/x?a=b'])
      expect(publicAddress('https://phone.example/voice/', path)).toBe(
        'https://phone.example/voice/v1/phone/x?a=b',
      )
    expect(publicAddress('https://phone.example:8443', '/v1/%20?q')).toBe(
      'https://phone.example:8443/v1/%20?q',
    )
  })

  it('are made for carriers as they come back', () => {
    expect(carrierUrl('https://phone.example/', 'twilio', 'answer', { attempt: 'att_1', name: 'a b' })).toBe(
      'https://phone.example/v1/phone/twilio/answer?attempt=att_1&name=a+b',
    )
  })
})
