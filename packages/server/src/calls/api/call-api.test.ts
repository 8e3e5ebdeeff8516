import { callOver, NOT_TO_BE_CALLED } from '@parley/calls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiRig, openApi, tokenOf } from './api-rig.test-kit.js'

let rig: ApiRig
let phones = 5_550_200_000
const phone = () => `+1${phones++}`

beforeAll(async () => {
  rig = await openApi()
})
afterAll(() => rig.stop())

async function placed(body: object = {}, tenant = 'acme') {
  const { json, status } = await rig.ask('/api/calls', { body: { to: phone(), ...body }, tenant })
  expect(status).toBe(201)
  return json
}

/** Dialled and answered; what the carrier says of its end is told by `end`. */
async function talking(body: object = {}) {
  const call = await placed(body)
  const key = { tenant: 'acme', id: call.id }
  const attempt = await rig.store.beginAttempt({
    id: `att_${call.id}` as never,
    call: key,
    carrier: 'emulator',
    atMs: rig.nowMs,
  })
  if (attempt === undefined) throw new Error('it was not to be dialled')
  const carrierCall = `CA${call.id}`
  await rig.store.placed(attempt.id, carrierCall)
  let news = 0
  const tell = (status: 'in-progress' | 'completed') =>
    rig.store.tell(
      {
        attempt: attempt.id,
        carrierCall,
        carrier: 'emulator',
        id: `${call.id}-${news++}`,
        status,
        atMs: rig.nowMs,
      },
      () => callOver('completed'),
    )
  await tell('in-progress')
  return { ...call, end: () => tell('completed') }
}

describe('a call that is asked for', () => {
  it('is made, dialled, and found again by its own tenant alone', async () => {
    const to = '(555) 020-1234'
    const { status, json, headers } = await rig.ask('/api/calls', { body: { to, facts: { order: 42 } } })
    expect(status).toBe(201)
    expect(json).toMatchObject({
      ...{ to: '+15550201234', from: '+15550100000', agent: 'clinic', status: 'queued', maxAttempts: 2 },
      ...{ facts: { order: 42 }, tenant: 'acme', direction: 'outbound', record: false },
    })
    expect(headers.get('location')).toBe(`/api/calls/${json.id}`)
    expect(rig.woken.at(-1)?.id).toBe(json.id)
    expect((await rig.ask(`/api/calls/${json.id}`)).json).toMatchObject({ id: json.id, legs: [] })
    const page = await rig.ask('/api/calls?limit=1&status=queued')
    expect(page.json.calls).toMatchObject([{ id: json.id }])
    for (const path of [
      `/api/calls/${json.id}`,
      `/api/calls/${json.id}/events`,
      `/api/calls/${json.id}/waveform`,
    ])
      expect(await rig.ask(path, { tenant: 'rival' })).toMatchObject({ status: 404 })
    const cancel = { tenant: 'rival', method: 'POST' }
    expect((await rig.ask(`/api/calls/${json.id}/cancel`, cancel)).status).toBe(404)
    expect((await rig.ask('/api/calls', { tenant: 'rival' })).json.calls).toEqual([])
  })

  it('is made once for a key, and the key is for nothing else', async () => {
    const headers = { 'idempotency-key': 'order-7' }
    const body = { to: phone() }
    const first = await rig.ask('/api/calls', { body, headers })
    const again = await rig.ask('/api/calls', { body: { ...body, key: 'order-7' } })
    expect([first.status, again.status, again.json.id]).toEqual([201, 200, first.json.id])
    const other = await rig.ask('/api/calls', { body: { to: phone() }, headers })
    expect(other.json.error).toMatchObject({ code: 'conflict' })
    const torn = await rig.ask('/api/calls', { body: { ...body, key: 'order-8' }, headers })
    expect(torn.status).toBe(400)
  })

  it('waits for its time, also where that is a date with its zone', async () => {
    const notBefore = new Date(rig.nowMs + 3_600_000).toISOString()
    expect(await placed({ notBefore })).toMatchObject({
      ...{ status: 'scheduled', notBeforeMs: rig.nowMs + 3_600_000 },
    })
    const far = await rig.ask('/api/calls', { body: { to: phone(), notBefore: rig.nowMs * 2 } })
    expect(far.status).toBe(400)
  })

  it.each([
    [{ to: '12' }, 400, 'bad_number'],
    [{}, 400, 'bad_number'],
    [{ to: '+15550201234', agent: 'nobody' }, 404, 'not_found'],
    [{ to: '+15550201234', lead: 'nobody' }, 404, 'not_found'],
    [{ to: '+15550201234', campaign: 'none' }, 404, 'not_found'],
    [{ to: '+15550201234', from: '+15550199999' }, 403, 'forbidden'],
    [{ to: '+15550201234', priority: 0 }, 400, 'bad_message'],
    [{ to: '+15550201234', colour: 'red' }, 400, 'bad_message'],
    [{ to: '+15550201234', facts: { long: 'x'.repeat(20_000) } }, 413, 'too_large'],
    [{ to: '+15550201234', facts: { long: 'x'.repeat(70_000) } }, 413, 'too_large'],
  ])('is refused where it cannot be made: %j', async (body, status, code) => {
    const answer = await rig.ask('/api/calls', { body })
    expect([answer.status, answer.json.error.code]).toEqual([status, code])
  })

  it('names the agents there are', async () => {
    const { json } = await rig.ask('/api/calls', { body: { to: phone(), agent: 'x' } })
    expect(json.error.message).toContain('clinic')
  })

  it('needs the scope, a carrier, and a number to show', async () => {
    const body = { to: phone() }
    expect((await rig.ask('/api/calls', { body, scopes: ['calls:read'] })).status).toBe(403)
    expect((await rig.ask('/api/calls', { scopes: ['talk', 'sessions:read'] })).status).toBe(403)
    expect((await fetch(`${rig.url}/api/calls`, { headers: { authorization: 'Bearer x' } })).status).toBe(401)
    expect((await rig.ask('/api/calls', { body, tenant: 'bare' })).json.error.message).toContain(
      'PARLEY_PHONE_NUMBER',
    )
    rig.carrier = 'none'
    const none = await rig.ask('/api/calls', { body })
    rig.carrier = 'emulator'
    expect([none.status, none.json.error.code]).toEqual([409, 'conflict'])
  })

  it('fails at once where the number is not to be called', async () => {
    const to = phone()
    await rig.store.setDoNotCall({ tenant: 'acme', phone: to, on: true, atMs: rig.nowMs })
    expect(await placed({ to })).toMatchObject({ status: 'failed', reason: NOT_TO_BE_CALLED })
  })

  it('is cancelled once, also when it is asked again', async () => {
    const { id } = await placed()
    const cancel = () => rig.ask(`/api/calls/${id}/cancel`, { body: { reason: 'a mistake' } })
    expect((await cancel()).json).toMatchObject({ status: 'cancelled', reason: 'a mistake' })
    expect((await cancel()).json).toMatchObject({ status: 'cancelled', reason: 'a mistake' })
  })

  it('is ended when it is cancelled while somebody talks, and not again when it is over', async () => {
    const call = await talking()
    rig.holdHere(call)
    rig.told.length = 0
    expect((await rig.ask(`/api/calls/${call.id}/cancel`, { method: 'POST' })).status).toBe(200)
    expect(rig.told).toEqual([{ hangUp: 'cancelled over the API' }])
    await call.end()
    const late = await rig.ask(`/api/calls/${call.id}/cancel`, { method: 'POST' })
    expect([late.status, late.json.error?.code]).toEqual([409, 'call_over'])
  })
})

describe('a live call', () => {
  it('does what it is told where it is held', async () => {
    const call = await talking()
    rig.holdHere(call)
    rig.told.length = 0
    const tell = (body: object) => rig.ask(`/api/calls/${call.id}/commands`, { body })
    expect(await tell({ do: 'digits', digits: '12#' })).toMatchObject({
      status: 202,
      json: { where: 'here' },
    })
    await tell({ do: 'transfer', to: 'sales', about: 'prices' })
    await tell({ do: 'hang-up' })
    expect(rig.told).toEqual([
      { do: 'digits', digits: '12#' },
      { do: 'transfer', to: 'sales', about: 'prices' },
      { hangUp: 'ended over the API' },
    ])
    expect((await tell({ do: 'digits', digits: 'abc' })).status).toBe(400)
    expect((await tell({ do: 'dance' })).status).toBe(400)
    const lost = await tell({ do: 'transfer', to: 'moon' })
    expect([lost.status, lost.json.error.message]).toEqual([404, expect.stringContaining('sales')])
  })

  it('is asked by an event where another node holds it', async () => {
    const call = await talking()
    const { json } = await rig.ask(`/api/calls/${call.id}/commands`, { body: { do: 'hold' } })
    expect(json.where).toBe('elsewhere')
    const events = await rig.store.readEvents({
      tenant: 'acme',
      call: call.id,
      afterSeq: 0,
      kinds: ['asked'],
    })
    expect(events).toMatchObject([{ seq: json.seq, data: { command: { do: 'hold', on: true }, by: 'ana' } }])
  })

  it('cannot be told anything before somebody answered, nor after its end', async () => {
    const waits = await placed()
    const hold = { body: { do: 'hold' } }
    expect((await rig.ask(`/api/calls/${waits.id}/commands`, hold)).json.error.code).toBe('conflict')
    const call = await talking()
    await call.end()
    expect((await rig.ask(`/api/calls/${call.id}/commands`, hold)).json.error.code).toBe('call_over')
  })
})

interface Sent {
  readonly id?: number
  readonly event: string
  readonly data: { readonly kind?: string; readonly call?: string }
}

/** Reads server-sent events until one fits; without one, until the end. */
async function* sse(path: string, headers: Record<string, string> = {}): AsyncGenerator<Sent> {
  const authorization = `Bearer ${await tokenOf('acme')}`
  const response = await fetch(rig.url + path, { headers: { authorization, ...headers } })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const lines = text.slice(0, at).split('\n')
      text = text.slice(at + 2)
      const field = (name: string) => lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const [id, event, data] = [field('id'), field('event'), field('data')]
      if (event !== undefined)
        yield { ...(id === undefined ? {} : { id: Number(id) }), event, data: JSON.parse(data ?? '{}') }
    }
  }
}

async function all(events: AsyncGenerator<Sent>): Promise<readonly Sent[]> {
  const got: Sent[] = []
  for await (const event of events) got.push(event)
  return got
}

describe('events of a call', () => {
  it('are told from the beginning, live until it is over, and go on behind the last one known', async () => {
    const call = await talking()
    const follower = sse(`/api/calls/${call.id}/events`)
    const seen: Sent[] = []
    for (;;) {
      const { value } = await follower.next()
      seen.push(value)
      if (value.data.kind === 'status' && value.data.data.status === 'in-progress') break
    }
    await rig.store.addEvent({
      call: call.id,
      tenant: 'acme',
      atMs: 1,
      kind: 'next',
      data: { token: 'secret' },
    })
    await rig.store.addEvent({ call: call.id, tenant: 'acme', atMs: 1, kind: 'note', data: {} })
    await call.end()
    seen.push(...(await all(follower)))
    const kinds = seen.map(({ event, data }) => data.kind ?? event)
    expect(kinds[0]).toBe('created')
    expect(kinds.at(-1)).toBe('end')
    expect(kinds).toContain('note')
    expect(kinds).not.toContain('next')
    const known = seen[2]?.id
    const rest = await all(sse(`/api/calls/${call.id}/events`, { 'last-event-id': String(known) }))
    expect(rest).toEqual(seen.slice(3))
    const last = seen.at(-2)?.id
    expect(await all(sse(`/api/calls/${call.id}/events?after=${last}`))).toEqual([{ event: 'end', data: {} }])
    expect(rig.feed.followers).toBe(0)
  })

  it('of all calls of the tenant begin now', async () => {
    await placed()
    const follower = sse('/api/calls/events')
    const first = follower.next()
    await until(() => rig.feed.followers === 1)
    await placed({}, 'rival')
    const own = await placed()
    expect((await first).value.data.call).toBe(own.id)
    await follower.return(undefined)
    await until(() => rig.feed.followers === 0)
  })

  it('come over a WebSocket as well', async () => {
    const call = await talking()
    await call.end()
    const token = await tokenOf('acme')
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}/v1/calls/events?token=${token}`)
    const got: { type: string; kind?: string }[] = []
    socket.on('message', data => got.push(JSON.parse(String(data))))
    socket.once('open', () => socket.send(JSON.stringify({ call: call.id })))
    const code = await new Promise(resolve => socket.once('close', resolve))
    expect(code).toBe(1000)
    expect([got[0]?.kind, got.at(-1)?.type]).toEqual(['created', 'end'])
  })

  it.each([
    ['{"call":"call_of_nobody"}', 'not_found'],
    ['nonsense', 'bad_message'],
  ])('are refused with the reason for %s', async (hello, reason) => {
    const token = await tokenOf('rival')
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}/v1/calls/events?token=${token}`)
    socket.once('open', () => socket.send(hello))
    const closed = await new Promise<string>(resolve =>
      socket.once('close', (code, why) => resolve(`${code} ${why}`)),
    )
    expect(closed).toBe(`1008 ${reason}`)
  })

  it('are given to so many of a tenant at once', async () => {
    const followers = Array.from({ length: 5 }, () => sse('/api/calls/events'))
    const waiting = followers.map(each => each.next())
    await until(() => rig.feed.followers === 5)
    expect((await rig.ask('/api/calls/events')).json.error.code).toBe('overloaded')
    const { id } = await placed()
    for (const first of waiting) expect((await first).value.data.call).toBe(id)
    for (const each of followers) await each.return(undefined)
    await until(() => rig.feed.followers === 0)
  })
})

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise(resolve => setImmediate(resolve))
}
