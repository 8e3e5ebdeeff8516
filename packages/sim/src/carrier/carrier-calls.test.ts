import { describe, expect, it } from 'vitest'
import { callee, caller, own, response, startCustomer } from './customer.test-kit.js'
import type { Persona } from './persona.js'

const statusUrl = 'https://gate.example/status'
const all = ['initiated', 'ringing', 'answered', 'completed']
const order = { To: callee, From: own, Url: 'https://gate.example/answer', StatusCallback: statusUrl }

function dial(who: Persona, more: Record<string, string | readonly string[]> = {}) {
  const customer = startCustomer()
  customer.carrier.phone(callee, who)
  customer.documents['https://gate.example/answer'] = response('<Pause length="2"/>')
  const answer = customer.post('/Calls.json', { ...order, StatusCallbackEvent: all, ...more })
  const { sid } = answer.body as { sid: string }
  const call = () => customer.carrier.calls.find(each => each.sid === sid)
  return { ...customer, answer, sid, call }
}

describe('a call that is asked for', () => {
  it('rings, is answered, follows its document and is told of in order', async () => {
    const { clock, statuses, call, answer, carrier } = dial({ kind: 'human', answersAfterMs: 3_000 })
    expect(answer).toMatchObject({ status: 201, body: { status: 'queued', direction: 'outbound-api' } })
    await clock.advance(10_000)
    expect(statuses(statusUrl)).toEqual(['initiated', 'ringing', 'in-progress', 'completed'])
    expect(call()).toMatchObject({ status: 'completed', answeredBy: undefined })
    const told = carrier.asked.filter(({ kind }) => kind === 'callback').map(({ parameters }) => parameters)
    expect(told.map(({ SequenceNumber }) => SequenceNumber)).toEqual(['0', '1', '2', '3'])
    expect(told[3]).toMatchObject({ CallDuration: '2', SipResponseCode: '200' })
  })

  it.each([
    [{ kind: 'busy' }, 'busy'],
    [{ kind: 'refuses' }, 'busy'],
    [{ kind: 'no-answer' }, 'no-answer'],
    [{ kind: 'unreachable' }, 'failed'],
  ] as const)('of %o ends as %s', async (who, status) => {
    const { clock, statuses, call } = dial(who, { Timeout: '20' })
    await clock.advance(30_000)
    expect(call()?.status).toBe(status)
    expect(statuses(statusUrl).at(-1)).toBe(status)
    expect(clock.pending).toBe(0)
  })

  it('is cancelled while it rings, and completed while it is talked', async () => {
    const ringing = dial({ kind: 'no-answer' })
    await ringing.clock.advance(1_000)
    ringing.post(`/Calls/${ringing.sid}.json`, { Status: 'completed' })
    expect(ringing.call()?.status).toBe('canceled')
    const talking = dial({ kind: 'human', answersAfterMs: 100 })
    await talking.clock.advance(1_000)
    talking.post(`/Calls/${talking.sid}.json`, { Status: 'completed' })
    expect(talking.call()?.status).toBe('completed')
    expect(talking.post(`/Calls/${talking.sid}.json`, { Status: 'completed' })).toMatchObject({
      status: 400,
      body: { code: 21220 },
    })
  })

  it('says who answered before its document is fetched, or later and by itself', async () => {
    const machine: Persona = {
      kind: 'machine',
      answersAfterMs: 0,
      greeting: new Int16Array(8_000).fill(9_000),
    }
    const sync = dial(machine, { MachineDetection: 'DetectMessageEnd' })
    await sync.clock.advance(6_000)
    const fetched = sync.carrier.asked.find(({ kind }) => kind === 'document')
    expect(fetched?.parameters.AnsweredBy).toBe('machine_end_beep')
    expect(fetched?.atMs).toBeGreaterThan(2_000)
    const later = dial(machine, {
      MachineDetection: 'Enable',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: 'https://gate.example/machine-status',
    })
    await later.clock.advance(6_000)
    const asked = later.carrier.asked
    expect(asked.find(({ kind }) => kind === 'document')?.parameters.AnsweredBy).toBeUndefined()
    expect(asked.find(({ url }) => url.endsWith('/machine-status'))).toBeUndefined()
    const longer = dial(machine, {
      MachineDetection: 'Enable',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: 'https://gate.example/machine-status',
      Twiml: response('<Pause length="60"/>'),
    })
    await longer.clock.advance(6_000)
    expect(longer.carrier.asked.find(({ url }) => url.endsWith('/machine-status'))?.parameters).toMatchObject(
      {
        AnsweredBy: 'machine_start',
        CallSid: longer.sid,
      },
    )
  })

  it.each([
    ['twice', { times: 2 }, 8],
    ['never', { times: 0 }, 0],
  ] as const)('is told of %s', async (_, callbacks, count) => {
    const { clock, statuses, carrier } = dial({ kind: 'human' })
    carrier.behave({ callbacks: { order: 'as-happened', delayMs: 0, ...callbacks } })
    await clock.advance(20_000)
    expect(statuses(statusUrl).length).toBe(count)
  })

  it('is told of late and out of order, with numbers that say so', async () => {
    const { clock, carrier } = dial({ kind: 'human', answersAfterMs: 100 })
    carrier.behave({ callbacks: { order: 'backwards', delayMs: 60_000, times: 1 } })
    await clock.advance(90_000)
    const numbers = carrier.asked.flatMap(({ parameters }) => parameters.SequenceNumber ?? [])
    expect(numbers).toEqual(['3', '2', '1', '0'])
  })
})

describe('a request', () => {
  it.each([
    [{ To: '555' }, 400, 21211],
    [{ From: 'nobody' }, 400, 21212],
    [{ Url: 'nowhere' }, 400, 21205],
    [{ MachineDetection: 'perhaps' }, 400, 20001],
  ])('with %o is refused', (wrong, status, code) => {
    const { post } = startCustomer()
    expect(post('/Calls.json', { ...order, ...wrong })).toMatchObject({ status, body: { code, status } })
  })

  it('without the right password, or for what is not there, is refused', () => {
    const { carrier, get } = startCustomer()
    const url = `/2010-04-01/Accounts/${carrier.account}/Calls.json`
    const authorization = `Basic ${Buffer.from(`${carrier.account}:wrong`).toString('base64')}`
    expect(carrier.rest({ method: 'GET', url, authorization, body: '' })).toMatchObject({
      status: 401,
      body: { code: 20003 },
    })
    expect(get('/Calls/CA404.json')).toMatchObject({ status: 404, body: { code: 20404 } })
  })

  it('is limited by calls a second', async () => {
    const { post, clock } = startCustomer({ callsPerSecond: 2 })
    const statuses = () => [1, 2, 3].map(() => post('/Calls.json', order).status)
    expect(statuses()).toEqual([201, 201, 429])
    await clock.advance(1_001)
    expect(statuses()).toEqual([201, 201, 429])
  })

  it('for calls finds them by number, time and state, a page at a time', async () => {
    const { post, get, clock } = startCustomer()
    for (let count = 0; count < 5; count++) post('/Calls.json', order)
    post('/Calls.json', { ...order, To: caller })
    await clock.advance(100)
    const page = get(`/Calls.json?To=${encodeURIComponent(callee)}&PageSize=2&StartTime>=2026-01-05`).body
    expect(page).toMatchObject({ calls: [{ to: callee }, { to: callee }], end: 1, page: 0 })
    expect((page as { next_page_uri: string }).next_page_uri).toContain('Page=1')
    expect(get('/Calls.json?StartTime>=2026-01-06').body).toMatchObject({ calls: [] })
    expect(get('/Calls.json?Status=in-progress').body).toMatchObject({ calls: [] })
  })
})

describe('500 calls at once', () => {
  it('all stream, all end, and leave nothing behind', async () => {
    const customer = startCustomer({ keepHeardMs: 0 })
    const { clock, carrier, documents, streams } = customer
    documents['https://gate.example/voice'] = response(
      '<Connect><Stream url="wss://gate.example/stream"/></Connect>',
    )
    for (let index = 0; index < 500; index++)
      carrier.call({ from: `+1555${1_000_000 + index}`, to: own, who: { kind: 'hangs-up-after', ms: 400 } })
    await clock.advance(200)
    expect(streams).toHaveLength(500)
    expect(carrier.calls.every(({ status }) => status === 'in-progress')).toBe(true)
    await clock.advance(600)
    expect(carrier.calls.every(({ status }) => status === 'completed')).toBe(true)
    expect(clock.pending).toBe(0)
  })
})
