import { createClientSecrets, createMemoryShelf } from '@parley/platform'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Rig, type RigOptions, startRig, tokenFor } from '../testing/gateway-rig.js'
import { badField } from './openai-problem.js'
import type { RealtimeArrival } from './realtime-door.js'
import { realtimeRoute } from './realtime-door.js'
import { createRealtimeIdentity } from './realtime-identity.js'
import { type RealtimeCalls, realtimeRoutes } from './realtime-routes.js'

let rig: Rig | undefined
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

const calls: RealtimeCalls = {
  async begin({ offer, principal, session }) {
    return { id: 'rtc_1', answer: JSON.stringify({ offer, tenant: principal.tenant, session }) }
  },
  hangUp: (id, { tenant }) => id === 'rtc_1' && tenant === 'acme',
}

/** A gateway with the door and the pages of Realtime clients; what comes through the door is said back. */
async function start(env: NodeJS.ProcessEnv = {}, more: { calls?: RealtimeCalls } = { calls }) {
  let nowMs = Date.now()
  const epochMs = () => nowMs
  let made = 0
  const randomBytes = () => new Uint8Array(16).fill(++made)
  const secrets = createClientSecrets({ shelf: createMemoryShelf({ epochMs }), epochMs, randomBytes })
  const arrivals: RealtimeArrival[] = []
  const edge: RigOptions['edge'] = ({ identity, limits, config, log, door }) => {
    const visitors = createRealtimeIdentity(identity, secrets)
    door.routes.set(
      '/v1/realtime',
      realtimeRoute({
        identity: visitors,
        defaultModel: 'front-desk',
        maxPayloadBytes: 1_000,
        hasCall: (id, { tenant }) => id === 'rtc_1' && tenant === 'acme',
        serve(arrival) {
          arrivals.push(arrival)
          const { query, session, principal } = arrival
          arrival.socket.send(JSON.stringify({ query, session, tenant: principal.tenant }))
        },
      }),
    )
    return realtimeRoutes({
      config,
      limits,
      identity: visitors,
      secrets,
      log,
      epochMs,
      models: ['front-desk', 'recepción'],
      readSession(given) {
        if (typeof given === 'object' && given !== null && 'wrong' in given)
          throw badField('session.wrong', 'unknown_parameter', "Unknown parameter: 'session.wrong'.")
        return { ...(given as object), object: 'realtime.session' }
      },
      calls: more.calls,
    })
  }
  const started = await startRig({ env, edge })
  rig = started
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { url: started.url, pass, arrivals }
}

interface Answer {
  readonly status: number
  readonly body: { readonly [name: string]: unknown }
  readonly headers: Headers
}

async function ask(url: string, key?: string, init: RequestInit = {}): Promise<Answer> {
  const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const response = await fetch(url, { ...init, headers: { ...authorization, ...init.headers } })
  return {
    status: response.status,
    body: (await response.json()) as Answer['body'],
    headers: response.headers,
  }
}

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

/** What the door said: the first message, or the status and body of its refusal. */
function knock(url: string, { key, protocols = [] }: { key?: string; protocols?: string[] } = {}) {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const socket = new WebSocket(url.replace('http', 'ws'), protocols, { headers })
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    socket.once('message', data => {
      resolve({ ...JSON.parse(String(data)), protocol: socket.protocol })
      socket.terminate()
    })
    socket.once('unexpected-response', (_, response) => {
      let text = ''
      response.on('data', part => {
        text += String(part)
      })
      response.once('end', () => resolve({ status: response.statusCode, ...JSON.parse(text) }))
    })
    socket.once('error', reject)
  })
}

const locked = { PARLEY_AUTH_REQUIRED: 'true' }

describe('the door of Realtime clients', () => {
  it('takes any key, or none, where this machine needs none', async () => {
    const { url } = await start()
    const expected = { query: { kind: 'realtime', model: 'gpt-realtime-2.1' }, tenant: 'local' }
    const address = `${url}/v1/realtime?model=gpt-realtime-2.1`
    expect(await knock(address)).toMatchObject(expected)
    expect(await knock(address, { key: 'sk-whatever-the-sdk-insists-on' })).toMatchObject(expected)
    const protocols = ['realtime', 'openai-insecure-api-key.anything', 'openai-agents-sdk.0.20.0']
    expect(await knock(address, { protocols })).toMatchObject({ ...expected, protocol: 'realtime' })
  })

  it('takes tokens alone where they are required, and refuses in the words of the vendor', async () => {
    const { url } = await start(locked)
    const refusal = {
      status: 401,
      error: { type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
    }
    const address = `${url}/v1/realtime`
    for (const key of [undefined, 'sk-anything', 'ek_00000000000000000000000000000000', 'a.b.c'])
      expect(await knock(address, key === undefined ? {} : { key })).toMatchObject(refusal)
    const token = await tokenFor('acme')
    expect(await knock(address, { key: token })).toMatchObject({
      tenant: 'acme',
      query: { model: 'front-desk' },
    })
    const protocols = ['realtime', `openai-insecure-api-key.${token}`]
    expect(await knock(address, { protocols })).toMatchObject({ tenant: 'acme', protocol: 'realtime' })
    const mute = await knock(address, { key: await tokenFor('acme', ['sessions:read']) })
    expect(mute).toMatchObject({ status: 403, error: { code: 'forbidden' } })
  })

  it('refuses a bad token also where none is needed', async () => {
    const { url } = await start()
    expect(await knock(`${url}/v1/realtime`, { key: 'a.b.c' })).toMatchObject({ status: 401 })
  })

  it('reads what is asked for, and refuses two things at once and calls of others', async () => {
    const { url } = await start()
    const address = `${url}/v1/realtime`
    expect(await knock(`${address}?intent=transcription`)).toMatchObject({ query: { kind: 'transcription' } })
    expect(await knock(`${address}?model=a&call_id=b`)).toMatchObject({
      status: 400,
      error: { param: 'model', code: 'invalid_parameter' },
    })
    expect(await knock(`${address}?intent=poetry`)).toMatchObject({ status: 400, error: { param: 'intent' } })
    expect(await knock(`${address}?call_id=rtc_1`)).toMatchObject({
      status: 404,
      error: { param: 'call_id' },
    })
    expect(await knock(`${address}?call_id=rtc_1`, { key: await tokenFor('acme') })).toMatchObject({
      query: { kind: 'sideband', call: 'rtc_1' },
    })
  })

  it('closes for an event over its own bound, whatever that of other edges is', async () => {
    const { url, arrivals } = await start()
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/realtime`)
    const closed = new Promise<number>(resolve => socket.once('close', resolve))
    await new Promise(resolve => socket.once('message', resolve))
    socket.send('x'.repeat(1_001))
    expect(await closed).toBe(1009)
    expect(arrivals).toHaveLength(1)
  })
})

describe('client secrets', () => {
  it('open the door for whoever made them, with the session they were made for, until they expire', async () => {
    const { url, pass } = await start(locked)
    const token = await tokenFor('acme')
    const session = { type: 'realtime', model: 'recepción' }
    const body = { expires_after: { anchor: 'created_at', seconds: 60 }, session }
    const made = await ask(`${url}/v1/realtime/client_secrets`, token, post(body))
    expect(made).toMatchObject({
      status: 200,
      body: { value: expect.stringMatching(/^ek_/), session: { object: 'realtime.session' } },
    })
    const key = String(made.body.value)
    const arrival = { tenant: 'acme', session, query: { kind: 'realtime', model: 'recepción' } }
    expect(await knock(`${url}/v1/realtime`, { key })).toMatchObject(arrival)
    const protocols = ['realtime', `openai-insecure-api-key.${key}`]
    expect(await knock(`${url}/v1/realtime?model=other`, { protocols })).toMatchObject({
      tenant: 'acme',
      query: { model: 'other' },
    })
    pass(61_000)
    expect(await knock(`${url}/v1/realtime`, { key })).toMatchObject({ status: 401 })
  })

  it('make no others, read no sessions, and are not made for what is wrong', async () => {
    const { url } = await start(locked)
    const token = await tokenFor('acme')
    const address = `${url}/v1/realtime/client_secrets`
    const { body } = await ask(address, token, { method: 'POST' })
    const key = String(body.value)
    expect(await ask(address, key, post({}))).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    })
    expect((await ask(`${url}/api/sessions`, key)).status).toBe(401)
    expect(await ask(address, undefined, post({}))).toMatchObject({
      status: 401,
      body: { error: { code: 'invalid_api_key' } },
    })
    expect(await ask(address, token, post({ session: { wrong: 1 } }))).toMatchObject({
      status: 400,
      body: { error: { param: 'session.wrong', code: 'unknown_parameter' } },
    })
    for (const seconds of [9, 7_201, 60.5])
      expect(await ask(address, token, post({ expires_after: { seconds } }))).toMatchObject({
        status: 400,
        body: { error: { param: 'expires_after.seconds', code: 'invalid_value' } },
      })
  })

  it('may be asked for by pages whose SDK sends headers of its own', async () => {
    const { url } = await start()
    const { status, headers } = await fetch(`${url}/v1/realtime/client_secrets`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:5173',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,OpenAI-Beta,x-openai-agents-sdk,x-evil',
      },
    })
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, openai-beta, x-openai-agents-sdk',
    )
  })
})

describe('calls', () => {
  const sdp = (body: string): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/sdp' },
  })

  it('begin with an offer alone, or with a session beside it, and end when their owner says so', async () => {
    const { url } = await start()
    const address = `${url}/v1/realtime/calls`
    const token = await tokenFor('acme')
    const alone = await ask(address, token, sdp('v=0'))
    expect(alone).toMatchObject({ status: 201, body: { offer: 'v=0', tenant: 'acme' } })
    expect(alone.headers.get('location')).toBe('/v1/realtime/calls/rtc_1')
    expect(alone.headers.get('content-type')).toContain('application/sdp')
    const form = new FormData()
    form.set('sdp', new Blob(['v=0'], { type: 'application/sdp' }))
    form.set('session', new Blob(['{"type":"realtime"}'], { type: 'application/json' }))
    expect(await ask(address, token, { method: 'POST', body: form })).toMatchObject({
      status: 201,
      body: { offer: 'v=0', session: { type: 'realtime' } },
    })
    const hangUp = `${address}/rtc_1/hangup`
    expect((await ask(hangUp, await tokenFor('other'), { method: 'POST' })).status).toBe(404)
    expect((await ask(hangUp, token, { method: 'POST' })).status).toBe(200)
  })

  it('are refused for what is no form, has no offer or a session that is none', async () => {
    const { url } = await start()
    const address = `${url}/v1/realtime/calls`
    const form = new FormData()
    form.set('session', '{')
    expect(await ask(address, undefined, { method: 'POST', body: form })).toMatchObject({
      status: 400,
      body: { error: { param: 'sdp' } },
    })
    form.set('sdp', 'v=0')
    expect(await ask(address, undefined, { method: 'POST', body: form })).toMatchObject({
      status: 400,
      body: { error: { param: 'session' } },
    })
    const torn = { 'content-type': 'multipart/form-data; boundary=x' }
    expect(await ask(address, undefined, { method: 'POST', body: 'torn', headers: torn })).toMatchObject({
      status: 400,
    })
    expect((await ask(address, undefined, sdp('x'.repeat(300_000)))).status).toBe(413)
  })

  it('are told to be none where none are served', async () => {
    const { url } = await start({}, {})
    expect(await ask(`${url}/v1/realtime/calls`, undefined, sdp('v=0'))).toMatchObject({
      status: 501,
      body: { error: { code: 'not_implemented', message: expect.stringContaining('WebSocket') } },
    })
  })
})

it('lists agents as models', async () => {
  const { url } = await start()
  const { body } = await ask(`${url}/v1/models`)
  expect(body).toMatchObject({ object: 'list', data: [{ id: 'front-desk', object: 'model' }, {}] })
  expect((await ask(`${url}/v1/models/front-desk`)).body).toMatchObject({ id: 'front-desk' })
  expect(await ask(`${url}/v1/models/gpt`)).toMatchObject({
    status: 404,
    body: { error: { code: 'model_not_found' } },
  })
})
