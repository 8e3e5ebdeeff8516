import { ParleyError } from '@parley/core'
import { phoneCarrierMessageSchema, phoneGatewayMessageSchema } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareEdge } from './bare-edge.test-kit.js'
import { startPhoneTalk } from './phone-talk.test.support.js'

const refuse = async (): Promise<never> => {
  throw new ParleyError('unauthenticated')
}

describe('the wire', () => {
  it.each(['twilio', 'signalwire'] as const)(
    'carries valid messages both ways, as %s speaks',
    async dialect => {
      const talk = await startPhoneTalk({ phone: { dialect } })
      const written: unknown[] = []
      talk.line.gateway.on('message', data => written.push(JSON.parse(String(data))))
      await talk.clock.advance(1_000)
      talk.phone.dtmf('7')
      await talk.clock.advance(500)
      talk.phone.hangUp()
      await talk.clock.advance(500)
      const sent = talk.line.sent.map(text => phoneGatewayMessageSchema.parse(JSON.parse(text)))
      expect(new Set(sent.map(({ event }) => event))).toEqual(new Set(['media', 'mark', 'clear']))
      expect(new Set(sent.map(({ streamSid }) => streamSid)).size).toBe(1)
      const read = written.map(message => phoneCarrierMessageSchema.parse(message).event)
      expect(new Set(read)).toEqual(new Set(['connected', 'start', 'media', 'mark', 'dtmf', 'stop']))
    },
  )

  it('has a mark for each 100 ms of sound and one at the end', async () => {
    const talk = await startPhoneTalk({ words: 5 })
    await talk.clock.advance(3_000)
    const names = talk.line.sent.flatMap(text => JSON.parse(text).mark?.name ?? [])
    expect(names[0]).toMatch(/^rpl_\d+:0#1$/)
    expect(names.map((name: string) => Number(/:(\d+)#/.exec(name)?.[1]))).toEqual([
      0,
      ...Array.from({ length: 15 }, (_, index) => (index + 1) * 100),
      1_550,
    ])
  })
})

describe('a stream', () => {
  it('opens a session for the token, the agent and the language of its parameters', async () => {
    const tokens: unknown[] = []
    const talk = await startPhoneTalk({
      phone: { customParameters: { token: 'abc', agent: 'reception', language: 'es-MX' } },
      identify: async token => {
        tokens.push(token)
        return { tenant: 'acme', subject: 'ada' }
      },
    })
    await talk.clock.advance(500)
    expect(tokens).toEqual(['abc'])
    expect(talk.asked).toMatchObject([
      {
        hello: { agent: 'reception', language: 'es-MX' },
        principal: { tenant: 'acme', subject: 'ada' },
        edge: 'phone',
        transport: { outputRate: 8_000, rewinds: true, reportsPlayed: true },
      },
    ])
  })

  it('with a bad token is closed with 1008, a reason, and nothing opened', async () => {
    const talk = await startPhoneTalk({ identify: refuse })
    await talk.clock.advance(500)
    expect(talk.phone.closed).toMatchObject({ code: 1008, reason: expect.stringMatching(/^unauthenticated/) })
    expect(talk.asked).toEqual([])
    expect(talk.line.sent).toEqual([])
    await talk.clock.advance(100)
    expect(talk.clock.pending).toBe(0)
  })

  it('for an agent that is not there, or with a parameter that makes no sense, is closed with 1008', async () => {
    for (const [customParameters, host] of [
      [{}, async () => Promise.reject(new ParleyError('not_found'))],
      [{ language: 'klingon in the dark' }, undefined],
    ] as const) {
      const talk = await startPhoneTalk({
        phone: { customParameters },
        ...(host === undefined ? {} : { host: () => ({ open: host }) }),
      })
      await talk.clock.advance(500)
      expect(talk.phone.closed?.code).toBe(1008)
    }
  })

  it('to a gateway that leaves is told to come again', async () => {
    const open = async () => Promise.reject(new ParleyError('draining'))
    const talk = await startPhoneTalk({ host: () => ({ open }) })
    await talk.clock.advance(500)
    expect(talk.phone.closed?.code).toBe(1012)
  })

  it('whose socket goes while its session opens leaves no session behind', async () => {
    let open: () => void = () => {}
    const wait = new Promise<void>(resolve => {
      open = resolve
    })
    const talk = await startPhoneTalk({
      host: host => ({
        async open(request) {
          await wait
          return host.open(request)
        },
      }),
    })
    await talk.clock.advance(200)
    talk.phone.drop()
    open()
    await talk.clock.advance(6_000)
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'client' }])
    expect(talk.clock.pending).toBe(0)
  })

  it('keeps what the caller says while the session opens', async () => {
    const talk = await startPhoneTalk({
      opens: false,
      host: host => ({
        async open(request) {
          await new Promise<void>(resolve => request.signal.aborted || talk.clock.after(300, resolve))
          return host.open(request)
        },
      }),
    })
    await talk.speak(600)
    await talk.clock.advance(200)
    const voiced = talk.frames.filter(({ level }) => level > 1_000)
    expect(voiced.length).toBeGreaterThanOrEqual(29)
  })

  it('that falls silent without a word is dead after 10 s', async () => {
    const talk = await startPhoneTalk({ opens: false })
    await talk.clock.advance(1_000)
    talk.phone.lose(60_000)
    await talk.clock.advance(21_000)
    expect(talk.phone.closed).toMatchObject({ code: 1001, reason: 'silent' })
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'client' }])
  })

  it('is closed by a session that hangs up', async () => {
    const talk = await startPhoneTalk()
    await talk.clock.advance(500)
    await Promise.all([talk.session.end('hang-up'), talk.clock.advance(100)])
    expect(talk.phone.closed).toMatchObject({ code: 1000, reason: 'hang-up' })
  })
})

describe('a far end that', () => {
  it('brings no start within 10 s is closed', async () => {
    const { clock, closes, send } = bareEdge()
    send('{"event":"connected"}')
    await clock.advance(9_900)
    expect(closes).toEqual([])
    await clock.advance(200)
    expect(closes).toEqual([{ code: 1008, reason: expect.stringContaining('no start') }])
  })

  it.each([
    ['sound', '{"event":"media","media":{"chunk":1,"timestamp":0,"payload":""}}'],
    ['rubbish', 'hello?'],
    ['too much', `{"event":"connected","protocol":"${'x'.repeat(70_000)}"}`],
  ])('begins with %s is closed at once', async (_, text) => {
    const { closes, send } = bareEdge()
    send(text)
    expect(closes).toMatchObject([{ code: 1008 }])
  })

  it('sends three bad messages in a row is closed with what was wrong', async () => {
    const { clock, closes, send, start } = bareEdge()
    send(start)
    await clock.advance(10)
    for (const text of ['{}', '{"event":"mark","mark":{"name":"a"}}', '{}', '{"event":"later"}', '{}'])
      send(text)
    expect(closes).toEqual([])
    send('[]')
    send('{"event":"dtmf","dtmf":{"digit":"Z"}}')
    expect(closes).toEqual([{ code: 1008, reason: expect.stringContaining('bad_message') }])
  })

  it('writes a message over 64 KiB is closed', async () => {
    const { clock, closes, send, start } = bareEdge()
    send(start)
    await clock.advance(10)
    send(`{"event":"media","media":{"chunk":1,"timestamp":0,"payload":"${'A'.repeat(65_536)}"}}`)
    expect(closes).toEqual([{ code: 1008, reason: expect.stringContaining('too_large') }])
  })

  it('floods is closed', async () => {
    const { clock, closes, send, start } = bareEdge()
    send(start)
    await clock.advance(10)
    for (let index = 0; index < 1_100; index++) send('{"event":"mark","mark":{"name":"a"}}')
    expect(closes).toEqual([{ code: 1008, reason: expect.stringContaining('rate_limited') }])
  })

  it('sends whatever it likes gets a close or is served, and nothing throws', async () => {
    const events = ['connected', 'start', 'media', 'dtmf', 'mark', 'stop', '__proto__']
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          event: fc.constantFrom(...events),
          start: fc.jsonValue(),
          media: fc.oneof(
            fc.jsonValue(),
            fc.record({
              chunk: fc.oneof(fc.integer(), fc.string()),
              timestamp: fc.oneof(fc.integer(), fc.double(), fc.string()),
              payload: fc.oneof(fc.base64String(), fc.string()),
              track: fc.constantFrom('inbound', 'outbound', ''),
            }),
          ),
          mark: fc.record({ name: fc.string() }),
          dtmf: fc.record({ digit: fc.string() }),
        })
        .map(value => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), fc.boolean(), async (texts, started) => {
        const { clock, closes, warnings, send, start } = bareEdge()
        if (started) send(start)
        await clock.advance(1)
        for (const each of texts) send(each)
        await clock.advance(60_000)
        expect(closes).toHaveLength(1)
        expect([1000, 1001, 1008, 1013]).toContain(closes[0]?.code)
        expect(warnings.filter(message => message.includes('internal'))).toEqual([])
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 150 },
    )
  })
})
