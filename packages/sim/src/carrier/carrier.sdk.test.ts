import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@parley/core'
import { Ajv } from 'ajv'
import twilio from 'twilio'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { seededRandom } from '../random.js'
import { callee, caller, own, response } from './customer.test-kit.js'
import { type CarrierSim, openCarrierSim } from './open-carrier-sim.js'

/** The part of SignalWire's SDK that is used here; its own types cannot be found through its `exports`. */
const { RestClient } = createRequire(import.meta.url)('@signalwire/compatibility-api') as {
  RestClient(project: string, token: string, options: object): SignalWireClient
}
interface SignalWireClient {
  readonly calls: {
    (
      sid: string,
    ): {
      fetch(): Promise<{ readonly status: string }>
      update(change: { readonly status: string }): Promise<unknown>
    }
    create(order: object): Promise<{ readonly sid: string }>
    list(filter: object): Promise<readonly unknown[]>
  }
}

const schema = JSON.parse(
  readFileSync(
    new URL('../../../../fixtures/protocols/twilio/calls.strict.schema.json', import.meta.url),
    'utf8',
  ),
)
const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addSchema(schema, 'spec')

function fits(definition: string, value: unknown): void {
  const validate = ajv.getSchema(`spec#/definitions/${definition}`)
  expect(validate?.(value), ajv.errorsText(validate?.errors)).toBe(true)
}

interface SdkRequest {
  readonly method: string
  readonly uri: string
  readonly username?: string
  readonly password?: string
  readonly params?: Record<string, unknown>
  readonly data?: Record<string, unknown>
}

/** The SDKs' own requests, sent to the simulator instead of the vendor. Answers are kept as they came. */
function httpClient(sim: CarrierSim, answers: unknown[]) {
  const formOf = (fields: Record<string, unknown> = {}) =>
    new URLSearchParams(
      Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)])),
    )
  return {
    async request({ method, uri, username, password, params, data }: SdkRequest) {
      const { pathname, search } = new URL(uri)
      const query = params === undefined ? search : `?${formOf(params)}`
      const answer = await fetch(`${sim.baseUrl}${pathname}${query}`, {
        method: method.toUpperCase(),
        headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
        ...(method.toLowerCase() === 'post' ? { body: formOf(data) } : {}),
      })
      const text = await answer.text()
      const body: unknown = text === '' ? '' : JSON.parse(text)
      answers.push(body)
      return { statusCode: answer.status, body }
    },
  }
}

/** A gateway with documents, callbacks and streams on one port, which checks signatures with the vendor's code. */
let gateway: Server
let base = ''
const seen: { readonly path: string; readonly form: Record<string, string>; readonly valid: boolean }[] = []
let documents: Record<string, string> = {}
let token = ''
const sims: CarrierSim[] = []
const streams = new WebSocketServer({ noServer: true })

beforeAll(async () => {
  gateway = createServer(async (request, answer) => {
    let body = ''
    for await (const part of request) body += String(part)
    const form = Object.fromEntries(new URLSearchParams(body))
    const signature = String(
      request.headers['x-twilio-signature'] ?? request.headers['x-signalwire-signature'],
    )
    const path = request.url ?? '/'
    seen.push({ path, form, valid: twilio.validateRequest(token, signature, `${base}${path}`, form) })
    const document = documents[path]
    answer.writeHead(document === undefined ? 204 : 200, { 'content-type': 'text/xml' })
    answer.end(document)
  })
  gateway.on('upgrade', (request, socket, head) =>
    streams.handleUpgrade(request, socket, head, stream => streams.emit('connection', stream, request)),
  )
  await new Promise<void>(resolve => gateway.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
})

afterEach(async () => {
  for (const sim of sims.splice(0)) await sim.close()
  streams.removeAllListeners('connection')
  seen.length = 0
  documents = {}
})

afterAll(() => {
  gateway.closeAllConnections()
  gateway.close()
})

async function open(
  dialect: 'twilio' | 'signalwire',
  more: Partial<Parameters<typeof openCarrierSim>[0]> = {},
) {
  const sim = await openCarrierSim({ clock: systemClock, random: seededRandom(3), dialect, ...more })
  sims.push(sim)
  token = sim.authToken
  sim.phone(callee, { kind: 'human', answersAfterMs: 20 })
  return sim
}

describe("Twilio's SDK", () => {
  it('makes, reads, lists, changes and ends calls, in the published shapes', async () => {
    const sim = await open('twilio')
    const answers: unknown[] = []
    const client = twilio(sim.account, sim.authToken, { httpClient: httpClient(sim, answers) as never })
    const order = { to: callee, from: own, twiml: response('<Pause length="60"/>') }
    const made = await client.calls.create(order)
    fits('Call', answers[0])
    await sim.until(() => sim.calls[0]?.status === 'in-progress')
    const read = await client.calls(made.sid).fetch()
    fits('Call', answers[1])
    expect(read).toMatchObject({ status: 'in-progress', direction: 'outbound-api', to: callee })
    const list = await client.calls.list({ to: callee, startTimeAfter: new Date('2020-01-01'), limit: 5 })
    fits('CallList', answers[2])
    expect(list.map(({ sid }) => sid)).toEqual([made.sid])
    await client.calls(made.sid).update({ twiml: response('<Pause length="50"/>') })
    await client.calls(made.sid).update({ status: 'completed' })
    expect(sim.calls[0]?.status).toBe('completed')
    fits('Call', answers.at(-1))
    expect(await client.calls(made.sid).remove()).toBe(true)
  })

  it('pages through many calls', async () => {
    const sim = await open('twilio')
    const client = twilio(sim.account, sim.authToken, { httpClient: httpClient(sim, []) as never })
    for (let count = 0; count < 7; count++)
      await client.calls.create({ to: callee, from: own, url: `${base}/none` })
    expect(await client.calls.list({ pageSize: 3 })).toHaveLength(7)
  })

  it.each([
    [{ to: '555', from: own }, 400, 21211],
    [{ to: callee, from: own, machineDetection: 'maybe' }, 400, 20001],
  ])('reads the error of %o', async (wrong, status, code) => {
    const sim = await open('twilio')
    const client = twilio(sim.account, sim.authToken, { httpClient: httpClient(sim, []) as never })
    await expect(client.calls.create({ url: `${base}/a`, ...wrong })).rejects.toMatchObject({ status, code })
  })

  it.each([
    [
      'wrong password',
      401,
      20003,
      (sim: CarrierSim) => twilio(sim.account, 'wrong', { httpClient: httpClient(sim, []) as never }),
    ],
    [
      'too many calls',
      429,
      20429,
      (sim: CarrierSim) => twilio(sim.account, sim.authToken, { httpClient: httpClient(sim, []) as never }),
    ],
  ] as const)('reads what a %s is answered with', async (_, status, code, clientOf) => {
    const sim = await open('twilio', { callsPerSecond: 0 })
    const order = { to: callee, from: own, url: `${base}/a` }
    await expect(clientOf(sim).calls.create(order)).rejects.toMatchObject({ status, code })
  })

  it('finds every request for documents and every callback signed as the vendor signs', async () => {
    const sim = await open('twilio')
    documents['/answer?x=1'] = response('<Say>hello</Say>')
    const client = twilio(sim.account, sim.authToken, { httpClient: httpClient(sim, []) as never })
    await client.calls.create({
      to: callee,
      from: own,
      url: `${base}/answer?x=1`,
      statusCallback: `${base}/status`,
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    })
    await sim.until(
      () =>
        sim.asked.filter(({ status }) => status !== undefined).length >= 4 &&
        sim.calls[0]?.status === 'completed',
    )
    expect(seen.length).toBeGreaterThanOrEqual(4)
    expect(seen.every(({ valid }) => valid)).toBe(true)
  })
})

describe("SignalWire's SDK", () => {
  it('makes, reads, lists and ends calls', async () => {
    const sim = await open('signalwire')
    documents['/answer'] = response('<Pause length="60"/>')
    const client = RestClient(sim.account, sim.authToken, {
      signalwireSpaceUrl: 'example.signalwire.com',
      httpClient: httpClient(sim, []),
    })
    const made = await client.calls.create({ to: callee, from: own, url: `${base}/answer` })
    expect(made.sid).toMatch(/^[0-9a-f-]{36}$/)
    await sim.until(() => sim.calls[0]?.status === 'in-progress')
    expect((await client.calls(made.sid).fetch()).status).toBe('in-progress')
    expect(await client.calls.list({ to: callee })).toHaveLength(1)
    await client.calls(made.sid).update({ status: 'completed' })
    expect(sim.calls[0]?.status).toBe('completed')
    expect(seen.every(({ valid }) => valid)).toBe(true)
  })
})

describe('over real sockets', () => {
  it('a call that comes in streams to a gateway, goes on when that hangs up the stream, and is over', async () => {
    const sim = await open('twilio')
    sim.number(own, { voiceUrl: `${base}/voice` })
    const url = `${base.replace('http', 'ws')}/stream`
    documents['/voice'] = response(
      `<Connect action="/after"><Stream url="${url}"><Parameter name="token" value="t"/></Stream></Connect>`,
    )
    documents['/after'] = response('<Hangup/>')
    const got: { event: string; start?: unknown }[] = []
    let signature: unknown
    streams.on('connection', (stream, request) => {
      signature = request.headers['x-twilio-signature']
      stream.on('message', data => {
        got.push(JSON.parse(String(data)))
        if (got.length === 8) stream.close(1000)
      })
    })
    const call = sim.call({ from: caller, to: own, who: { kind: 'human' } })
    await sim.until(() => call.status === 'completed')
    expect(got.slice(0, 3).map(({ event }) => event)).toEqual(['connected', 'start', 'media'])
    expect(got[1]?.start).toMatchObject({
      callSid: call.sid,
      accountSid: sim.account,
      customParameters: { token: 't' },
    })
    expect(twilio.validateRequest(sim.authToken, String(signature), url, {})).toBe(true)
    expect(seen.map(({ path }) => path)).toEqual(['/voice', '/after'])
  })

  it.each(['refuse', 'unanswered'] as const)(
    'a request that is hit by "%s" fails, and the call %s',
    async kind => {
      const sim = await open('twilio')
      sim.behave({ rest: { kind, times: 1 } })
      const body = new URLSearchParams({ To: callee, From: own, Url: `${base}/none` })
      const headers = {
        authorization: `Basic ${Buffer.from(`${sim.account}:${sim.authToken}`).toString('base64')}`,
      }
      const path = `${sim.baseUrl}/2010-04-01/Accounts/${sim.account}/Calls.json`
      await expect(fetch(path, { method: 'POST', body, headers })).rejects.toThrow()
      const list = (await (await fetch(path, { headers })).json()) as { calls: unknown[] }
      expect(list.calls).toHaveLength(kind === 'refuse' ? 0 : 1)
    },
  )
})
