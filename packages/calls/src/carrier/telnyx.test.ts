import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { TelnyxWebhook } from 'telnyx/lib/webhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttemptId } from '../call.js'
import type { CarrierRequest } from './carrier.js'
import { type CarrierRig, never, openCarrierRig } from './carrier-rig.test-kit.js'
import { createTelnyxCarrier } from './telnyx.js'
import { writeTelnyxState } from './telnyx-state.js'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const rawKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
const attempt = 'att_1' as AttemptId
const NOW = 1_800_000_000_000
const stream = { step: 'stream', url: 'wss://phone.example/v1/phone', parameters: { token: 't' } } as const

let rig: CarrierRig
beforeEach(async () => {
  rig = await openCarrierRig()
})
afterEach(() => rig.close())
const telnyx = () =>
  createTelnyxCarrier({
    ...{ fetch, clock: rig.clock, epochMs: () => NOW, baseUrl: `${rig.url}/v2` },
    ...{ apiKey: 'KEY', publicKey: rawKey, connectionId: 'c1' },
  })

function event(
  type: string,
  payload: object,
  more: Partial<CarrierRequest> = {},
  atMs = NOW,
): CarrierRequest {
  const body = Buffer.from(
    JSON.stringify({
      data: { id: 'ev1', event_type: type, payload: { call_control_id: 'v3:abc', ...payload } },
    }),
  )
  const timestamp = String(Math.floor(atMs / 1000))
  const signature = sign(null, Buffer.concat([Buffer.from(`${timestamp}|`), body]), privateKey).toString(
    'base64',
  )
  const headers = { 'telnyx-timestamp': timestamp, 'telnyx-signature-ed25519': signature }
  return { method: 'POST', url: 'https://phone.example/', headers, body, atMs: NOW, ...more }
}
const refused = (request: CarrierRequest) =>
  expect(() => telnyx().verify(request)).toThrow(expect.objectContaining({ code: 'bad_signature' }))

describe('an event of Telnyx', () => {
  it("is taken as Telnyx's library takes it", async () => {
    const now = event('call.answered', {}, {}, Date.now())
    await new TelnyxWebhook(rawKey).verify(
      Buffer.from(now.body).toString(),
      now.headers as Record<string, string>,
    )
    telnyx().verify({ ...now, atMs: Date.now() })
  })

  it('is refused when it is older than 300 s, unsigned, or any byte is another', () => {
    telnyx().verify(event('call.answered', {}, {}, NOW - 299_000))
    refused(event('call.answered', {}, {}, NOW - 301_000))
    refused(event('call.answered', {}, {}, NOW + 302_000))
    refused(event('call.answered', {}, { headers: {} }))
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const request = event('call.answered', {})
        const body = Uint8Array.from(request.body)
        const index = place % body.length
        body[index] = (body[index] ?? 0) ^ change
        refused({ ...request, body })
      }),
      { numRuns: 100 },
    )
    const keyless = createTelnyxCarrier({ fetch, clock: rig.clock, epochMs: () => NOW, apiKey: 'KEY' })
    expect(() => keyless.verify(event('call.answered', {}))).toThrow('TELNYX_PUBLIC_KEY')
    expect(() =>
      createTelnyxCarrier({ fetch, clock: rig.clock, epochMs: () => NOW, apiKey: 'K', publicKey: 'x' }),
    ).toThrow('TELNYX_PUBLIC_KEY')
  })

  it('is read with the attempt that was signed, and a dialled leg as news of its call', () => {
    const client_state = writeTelnyxState({ attempt })
    expect(telnyx().read(event('call.answered', { client_state }))).toEqual({
      ...{ id: 'ev1', attempt, carrierCall: 'v3:abc', direction: 'outbound', status: 'in-progress' },
    })
    expect(telnyx().read(event('call.hangup', { hangup_cause: 'user_busy' })).status).toBe('busy')
    expect(telnyx().read(event('streaming.stopped', {})).stream).toBe('over')
    const other = writeTelnyxState({ attempt, parent: 'v3:parent' })
    expect(
      telnyx().read(event('call.hangup', { client_state: other, hangup_cause: 'timeout' })),
    ).toMatchObject({
      ...{ carrierCall: 'v3:parent', dialled: { status: 'no-answer' } },
    })
    expect(() => telnyx().read({ ...event('x', {}), body: Buffer.from('no') })).toThrow(
      expect.objectContaining({ code: 'bad_message' }),
    )
  })
})

describe('a call at Telnyx', () => {
  it('is dialled with the name of the attempt, and found by it', async () => {
    rig.replies.push({ body: { data: { call_control_id: 'v3:abc', is_alive: false } } })
    const order = {
      attempt,
      from: '+15550001111',
      to: '+34600111222',
      answerUrl: 'https://e.x/a',
      statusUrl: 'https://e.x/s',
    }
    expect(await telnyx().dial({ ...order, ringSeconds: 20, maxSeconds: 600 }, never)).toMatchObject({
      carrierCall: 'v3:abc',
    })
    expect(rig.asked[0]?.headers.authorization).toBe('Bearer KEY')
    expect(JSON.parse(rig.asked[0]?.body ?? '')).toMatchObject({
      connection_id: 'c1',
      webhook_url: 'https://e.x/s',
    })
    const [mine, others] = [
      writeTelnyxState({ attempt }),
      writeTelnyxState({ attempt: 'att_2' as AttemptId }),
    ]
    rig.replies.push(
      {
        body: {
          data: [{ call_control_id: 'v3:x', client_state: others }],
          meta: { cursors: { after: 'n' } },
        },
      },
      { body: { data: [{ call_control_id: 'v3:y', client_state: mine }] } },
    )
    const found = await telnyx().find({ ...order, sinceMs: 0 }, never)
    expect(found.map(({ carrierCall, evidence }) => [carrierCall, evidence])).toEqual([['v3:y', 'attempt']])
  })

  it('is picked up with its stream, and does what lasts one after the other', async () => {
    await telnyx().pickUp?.('v3:abc', [stream], never)
    expect(rig.asked[0]?.path).toBe('/v2/calls/v3%3Aabc/actions/answer')
    expect(JSON.parse(rig.asked[0]?.body ?? '')).toMatchObject({
      stream_url: stream.url,
      custom_parameters: [{ name: 'token', value: 't' }],
    })
    await telnyx().redirect(
      'v3:abc',
      [{ step: 'say', text: 'Bye', language: 'en-US' }, { step: 'hang-up' }],
      never,
      attempt,
    )
    const { client_state } = JSON.parse(rig.asked[1]?.body ?? '') as { client_state: string }
    expect(telnyx().read(event('call.speak.ended', { client_state }))).toMatchObject({
      attempt,
      rest: [{ step: 'hang-up' }],
    })
    expect(rig.asked).toHaveLength(2)
    await expect(telnyx().redirect('v3:abc', [{ step: 'redirect', url: 'x' }], never)).rejects.toMatchObject({
      code: 'bad_message',
    })
  })

  it('is well where it was over before it is hung up', async () => {
    rig.replies.push({ status: 422, body: { errors: [{ code: '90018', title: 'Call has already ended' }] } })
    await telnyx().hangUp('v3:abc', never)
  })
})
