import { callOver, NOT_TO_BE_CALLED } from '@parley/calls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiRig, all, openApi, type Sent, sse as sseOf, tokenOf } from './api-rig.test-kit.js'

let rig: ApiRig
let phones = 5_550_200_000
const phone = () => `+1${phones++}`
const sse = (path: string, headers?: Record<string, string>) => sseOf(rig.url + path, headers)

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

  it('comes back from its hold, or ends there, by its carrier', async () => {
    const call = await talking()
    rig.told.length = 0
    rig.away = 'hold'
    const tell = (body: object) => rig.ask(`/api/calls/${call.id}/commands`, { body })
    expect((await tell({ do: 'hold', on: false })).json.where).toBe('carrier')
    expect((await tell({ do: 'hang-up' })).json.where).toBe('carrier')
    rig.away = undefined
    expect((await tell({ do: 'hang-up' })).json.where).toBe('elsewhere')
    expect(rig.told).toEqual([{ comeBack: call.id }, { end: call.id, reason: 'ended over the API' }])
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

describe('recordings', () => {
  const bytes = Uint8Array.from({ length: 600_000 }, (_, at) => at % 251)

  it('say why there is none yet', async () => {
    const call = await talking({ record: true })
    const wav = async () => (await rig.ask(`/api/calls/${call.id}/recording.wav`)).json.error?.message
    expect(await wav()).toContain('when the call is over')
    await call.end()
    expect(await wav()).toContain('nobody was talked to')
    rig.files.set(`${call.id}/segment-1-a.wav`, bytes)
    rig.files.set(`${call.id}/call.wav`, bytes)
    expect(await wav()).toContain('being made')
  })

  it('are given whole, in parts, and as their head', async () => {
    const call = await talking()
    await call.end()
    for (const name of ['call.wav', 'call.ogg']) rig.files.set(`${call.id}/${name}`, bytes)
    rig.files.set(`${call.id}/call.json`, new TextEncoder().encode('{"buckets":[]}'))
    const authorization = `Bearer ${await tokenOf('acme')}`
    const get = (name: string, range?: string, method = 'GET') =>
      fetch(`${rig.url}/api/calls/${call.id}/${name}`, {
        method,
        headers: { authorization, ...(range === undefined ? {} : { range }) },
      })
    const whole = await get('recording.wav')
    expect(whole.headers.get('content-type')).toBe('audio/wav')
    expect(Buffer.compare(Buffer.from(await whole.arrayBuffer()), bytes)).toBe(0)
    const part = await get('recording.ogg', 'bytes=300000-')
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 300000-599999/600000'])
    expect(Buffer.compare(Buffer.from(await part.arrayBuffer()), bytes.subarray(300_000))).toBe(0)
    const head = await get('recording.wav', 'bytes=-10', 'HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([206, '10'])
    const beyond = await get('recording.wav', 'bytes=600000-')
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */600000'])
    expect(await (await get('waveform')).json()).toEqual({ buckets: [] })
  })
})

describe('leads', () => {
  it('are made, changed and found by their own tenant', async () => {
    const to = phone()
    const made = await rig.ask('/api/leads', { body: { phone: to, name: 'Ana', fields: { order: 1 } } })
    expect(made).toMatchObject({ status: 201, json: { name: 'Ana', status: 'new', phone: to } })
    const path = `/api/leads/${made.json.id}`
    const changed = await rig.ask(path, { method: 'PUT', body: { phone: to, status: 'won' } })
    expect(changed.json).toMatchObject({ name: 'Ana', status: 'won', version: 2 })
    expect((await rig.ask(path)).json).toEqual(changed.json)
    expect((await rig.ask(path, { tenant: 'rival' })).status).toBe(404)
    const found = await rig.ask(`/api/leads?phone=${encodeURIComponent(to)}`)
    expect(found.json.leads).toMatchObject([{ id: made.json.id }])
    const call = await placed({ to: undefined, lead: made.json.id, facts: { order: 2 } })
    expect(call).toMatchObject({ to, lead: made.json.id, facts: { name: 'Ana', order: 2 } })
  })

  it('need a number and a time zone that are some', async () => {
    expect((await rig.ask('/api/leads', { body: { phone: '1' } })).json.error.code).toBe('bad_number')
    const body = { phone: phone(), timeZone: 'Mars/Base' }
    expect((await rig.ask('/api/leads', { body })).json.error.message).toContain('Europe/Madrid')
  })
})

describe('campaigns', () => {
  it('have their calls wait, go on, and end', async () => {
    const body = { id: 'spring', name: 'Spring' }
    const made = await rig.ask('/api/campaigns', { body })
    expect(made).toMatchObject({ status: 201, json: { id: 'spring', status: 'running', agent: 'clinic' } })
    expect((await rig.ask('/api/campaigns', { body })).status).toBe(200)
    expect((await rig.ask('/api/campaigns', { body: { ...body, name: 'Other' } })).status).toBe(409)
    const call = await placed({ campaign: 'spring' })
    const step = (name: string, tenant = 'acme') =>
      rig.ask(`/api/campaigns/spring/${name}`, { method: 'POST', tenant })
    expect((await step('pause', 'rival')).status).toBe(404)
    expect((await step('pause')).json).toMatchObject({ status: 'paused', counts: { queued: 1 } })
    expect((await step('resume')).json.status).toBe('running')
    expect((await step('cancel')).json).toMatchObject({ status: 'cancelled', counts: { cancelled: 1 } })
    expect((await step('resume')).status).toBe(409)
    expect((await rig.ask(`/api/calls/${call.id}`)).json.status).toBe('cancelled')
    expect((await rig.ask('/api/campaigns')).json.campaigns).toMatchObject([{ id: 'spring' }])
  })

  it('take people from a CSV file, and tell each bad row', async () => {
    await rig.ask('/api/campaigns', { body: { id: 'summer', name: 'Summer' } })
    const [one, two] = [phone(), phone()]
    const file = `phone,name\n${one},Ana\nnonsense,Bo\n${two},Cy\n${one},Ana\n`
    const send = async (path = '/api/campaigns/summer/import', tenant = 'acme') => {
      const headers = { 'content-type': 'text/csv' }
      const { status, text } = await rig.ask(path, { body: file, headers, tenant })
      return {
        status,
        lines: text
          .trim()
          .split('\n')
          .map(line => JSON.parse(line)),
      }
    }
    const dry = await send('/api/campaigns/summer/import?dryRun=true')
    expect(dry.lines.at(-1).done).toMatchObject({ good: 2, bad: 1, repeated: 1 })
    const { lines } = await send()
    expect(lines[0].bad).toMatchObject({ line: 3 })
    expect(lines.at(-1).done).toMatchObject({ rows: 4, good: 2, known: 0 })
    expect((await send()).lines.at(-1).done).toMatchObject({ good: 0, known: 2 })
    const { json } = await rig.ask('/api/calls?campaign=summer')
    expect(json.calls.map((call: { to: string }) => call.to).sort()).toEqual([one, two])
    expect((await send('/api/campaigns/summer/import', 'rival')).status).toBe(404)
  })

  it('refuse a file without numbers, and one that is too large before it is read', async () => {
    const path = '/api/campaigns/summer/import'
    const headers = { 'content-type': 'text/csv' }
    const none = await rig.ask(path, { body: 'a,b\n1,2\n', headers })
    expect([none.status, none.json.error.code]).toEqual([400, 'bad_message'])
    const huge = await rig.ask(path, { body: 'x'.repeat(17_000_000), headers }).catch(() => undefined)
    expect(huge?.status ?? 413).toBe(413)
  })
})

describe('people', () => {
  it('are not called once they say so, until they say otherwise', async () => {
    const to = phone()
    const waits = await placed({ to })
    const path = `/api/do-not-call/${encodeURIComponent(to)}`
    expect((await rig.ask(path, { method: 'PUT', body: { reason: 'asked' } })).json.listed).toBe(true)
    expect((await rig.ask(`/api/calls/${waits.id}`)).json).toMatchObject({ status: 'failed' })
    expect((await rig.ask(path, { tenant: 'rival' })).json.listed).toBe(false)
    await rig.ask(path, { method: 'DELETE' })
    expect((await rig.ask(path)).json.listed).toBe(false)
  })

  it('are forgotten with their recordings, but not while they talk', async () => {
    const to = phone()
    const call = await talking({ to })
    const erase = () => rig.ask('/api/people/erase', { body: { phone: to } })
    expect((await erase()).json.error.code).toBe('conflict')
    await call.end()
    rig.files.set(`${call.id}/call.wav`, new Uint8Array(1))
    expect((await erase()).json).toEqual({ calls: 1, sessions: 0, leads: 0 })
    expect(rig.files.has(`${call.id}/call.wav`)).toBe(false)
    expect((await rig.ask(`/api/calls/${call.id}`)).status).toBe(404)
  })
})

describe('letters', () => {
  it('that are dead are shown without keys, and sent again', async () => {
    const call = await talking()
    await call.end()
    const { id, tenant } = call
    const letter = { id: `letter-${id}`, tenant, kind: 'webhook' as const, body: { a: 1 }, atMs: rig.nowMs }
    await rig.store.finish({
      outcome: {
        ...{ call: id, tenant, summary: 'She will come.', result: { comes: true }, problems: [] },
        ...{
          sentiment: { caller: 0.5, reasons: [] },
          statistics: {},
          followUps: [],
          by: 'extract',
          madeAtMs: 1,
        },
      },
      letters: [{ ...letter, target: 'https://app.example/calls?key=secret' }],
    })
    await rig.store.takeOutbox(rig.nowMs, 10, 1_000)
    await rig.store.notSent(letter.id, 'gone', undefined)
    const { json, text } = await rig.ask('/api/letters/dead')
    expect(json.letters).toMatchObject([
      { id: letter.id, target: 'https://app.example/calls', problem: 'gone' },
    ])
    expect(text).not.toContain('secret')
    const revive = (who = 'acme') =>
      rig.ask(`/api/letters/${letter.id}/revive`, { method: 'POST', tenant: who })
    expect([(await revive('rival')).status, (await revive()).status, (await revive()).status]).toEqual([
      404, 202, 404,
    ])
    const { json: detail } = await rig.ask(`/api/calls/${id}`)
    expect(detail.outcome).toMatchObject({ summary: 'She will come.', result: { comes: true } })
  })
})

describe('what nobody should send', () => {
  const deep = `{"phone":"+15550201234","fields":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`
  const json = { 'content-type': 'application/json' }

  it.each([
    ['POST', '/api/leads', { phone: '+15550201234', name: 'a\u0000b' }],
    ['POST', '/api/leads', { phone: '+15550201234', fields: { 'a\u0000': 1 } }],
    ['POST', '/api/leads', { phone: '+15550201234', fields: { a: '\ud800 \u0000' } }],
    ['POST', '/api/leads', deep],
    ['POST', '/api/leads', '{"phone":'],
    ['POST', '/api/calls', { to: '+15550201234', key: 'a\u0000' }],
    ['POST', '/api/calls', { to: '+15550201234', language: 'a\u0000' }],
    ['POST', '/api/calls', { to: '+15550201234', lead: '\u0000' }],
    ['POST', '/api/calls', { to: '+15550201234', campaign: '\u0000' }],
    ['POST', '/api/calls', { to: '+15550201234', notBefore: 'tomorrow' }],
    ['POST', '/api/campaigns', { name: 'a\u0000' }],
    ['PUT', '/api/leads/a%00b', { phone: '+15550201234' }],
    ['PUT', '/api/do-not-call/+15550201234', { reason: '\u0000' }],
    ['POST', '/api/people/erase', { phone: '\u0000' }],
    ['POST', '/api/letters/a%00/revive', {}],
    ['POST', '/api/campaigns/a%00/pause', {}],
    ['GET', '/api/calls?before=nonsense', undefined],
    ['GET', '/api/calls?limit=100000', undefined],
    ['GET', '/api/calls?lead=%00', undefined],
    ['GET', '/api/calls/%00', undefined],
    ['GET', '/api/calls/%E0%A4%A', undefined],
    ['GET', '/api/calls/call_x/events?after=-1', undefined],
    ['GET', '/api/leads?status=%00', undefined],
    ['GET', '/api/do-not-call/call-me', undefined],
  ])('%s %s is no fault of ours (%#)', async (method, path, body) => {
    const headers = typeof body === 'string' ? json : {}
    const answer = await rig.ask(path, { method, body, headers })
    expect(answer.status, answer.text.slice(0, 300)).toBeLessThan(500)
  })
})

it('is open to pages of this machine, with all it takes', async () => {
  const origin = rig.url
  const { headers, status } = await rig.ask('/api/leads/l1', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization, idempotency-key, range, x-other',
    },
  })
  expect(status).toBe(204)
  expect(headers.get('access-control-allow-methods')).toContain('PUT, DELETE')
  expect(headers.get('access-control-allow-headers')).toBe(
    'authorization, content-type, idempotency-key, range',
  )
})

it('is described whole', async () => {
  const { json } = await rig.ask('/openapi.json')
  const paths = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method} ${path}`),
  )
  expect(paths).toEqual(
    expect.arrayContaining([
      ...['post /api/calls', 'get /api/calls', 'get /api/calls/{id}', 'post /api/calls/{id}/cancel'],
      ...['post /api/calls/{id}/commands', 'get /api/calls/events', 'get /api/calls/{id}/events'],
      ...[
        'get /api/calls/{id}/recording.wav',
        'get /api/calls/{id}/recording.ogg',
        'get /api/calls/{id}/waveform',
      ],
      ...['post /api/leads', 'get /api/leads', 'put /api/leads/{id}', 'get /api/leads/{id}'],
      ...['post /api/campaigns', 'get /api/campaigns', 'get /api/campaigns/{id}'],
      ...['post /api/campaigns/{id}/{step}', 'post /api/campaigns/{id}/import'],
      ...['get /api/do-not-call/{phone}', 'put /api/do-not-call/{phone}', 'delete /api/do-not-call/{phone}'],
      ...['post /api/people/erase', 'get /api/letters/dead', 'post /api/letters/{id}/revive'],
    ]),
  )
})

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise(resolve => setImmediate(resolve))
}
