import { sine } from '@parley/audio'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { callee, caller, own, response, startCustomer } from './customer.test-kit.js'
import { DocumentError, readDocument } from './document.js'
import type { SimCall } from './leg.js'
import type { PersonaStep } from './persona.js'

const at = (path: string) => `https://gate.example/${path}`
const tone = (hz: number, durationMs = 1_000) => sine({ rate: 8_000, durationMs, hz, amplitude: 0.4 })
const isLoud = (frame: Int16Array) => frame.some(sample => Math.abs(sample) > 3_000)
const loudMs = (call: SimCall | undefined) => (call?.heard ?? []).filter(isLoud).length * 20

function callIn(voice: string, steps: readonly PersonaStep[] = [], options = {}) {
  const customer = startCustomer(options)
  customer.documents[at('voice')] = response(voice)
  const call = customer.carrier.call({ from: caller, to: own, who: { kind: 'human', steps } })
  const asked = (path: string) =>
    customer.carrier.asked.filter(({ url }) => url === at(path)).map(({ parameters }) => parameters)
  const child = () => customer.carrier.calls.find(({ parent }) => parent === call.sid)
  return { ...customer, call, asked, child }
}

describe('a call that comes in', () => {
  it('asks what to do, hears it said, and is over', async () => {
    const { clock, call, asked } = callIn('<Say>Good morning to you</Say>')
    await clock.advance(10_000)
    expect(asked('voice')).toMatchObject([
      { CallStatus: 'ringing', Direction: 'inbound', From: caller, To: own },
    ])
    expect(call.events.map(({ kind, text }) => `${kind} ${text}`)).toContain('say Good morning to you')
    expect(loudMs(call)).toBeGreaterThan(600)
    expect(call.status).toBe('completed')
    expect(clock.pending).toBe(0)
  })

  it('is refused without being answered', async () => {
    const { clock, call, asked } = callIn('<Reject reason="busy"/>')
    await clock.advance(1_000)
    expect(call).toMatchObject({ status: 'busy', answeredAtMs: undefined })
    expect(asked('status').map(({ CallStatus }) => CallStatus)).toEqual(['busy'])
  })

  it.each([
    ['that is no XML', 'hello', 12100],
    ['without a Response', '<Say>x</Say>', 12102],
  ])('with a document %s ends with its code', async (_, text, code) => {
    const { clock, documents, carrier } = startCustomer()
    documents[at('voice')] = text
    const call = carrier.call({ from: caller, to: own, who: { kind: 'human' } })
    await clock.advance(1_000)
    expect(call.status).toBe('completed')
    expect(call.events.find(({ kind }) => kind === 'error')?.text).toMatch(String(code))
  })

  it('goes to the fallback where the first address fails', async () => {
    const customer = startCustomer()
    customer.carrier.number(own, { voiceUrl: at('gone'), fallbackUrl: at('other') })
    customer.documents[at('other')] = response('<Say>still here</Say>')
    const call = customer.carrier.call({ from: caller, to: own, who: { kind: 'human' } })
    await customer.clock.advance(5_000)
    expect(call.events.find(({ kind }) => kind === 'say')?.text).toBe('still here')
  })
})

describe('Gather', () => {
  const gather = `<Gather numDigits="3" timeout="4" action="/keys"><Say>Press some keys please</Say></Gather><Redirect>/none</Redirect>`

  it('takes keys into what is said, and gives them to its action', async () => {
    const { clock, asked, documents } = callIn(gather, [
      { step: 'wait', ms: 300 },
      { step: 'press', digits: '12#' },
    ])
    documents[at('keys')] = response('<Hangup/>')
    await clock.advance(5_000)
    expect(asked('keys')).toMatchObject([{ Digits: '12', FinishedOnKey: '#' }])
  })

  it('goes on to the next verb where no key comes', async () => {
    const { clock, asked } = callIn(gather)
    await clock.advance(20_000)
    expect(asked('keys')).toEqual([])
    expect(asked('none')).toHaveLength(1)
  })
})

describe('a media stream', () => {
  const stream = `<Connect action="/after"><Stream url="wss://gate.example/stream" statusCallback="/stream-status">
    <Parameter name="token" value="abc"/></Stream></Connect><Say>the end</Say>`

  it('carries the call both ways, signed and with its parameters', async () => {
    const { clock, call, streams, asked, carrier } = callIn(stream, [{ step: 'say', samples: tone(500) }])
    await clock.advance(2_000)
    const [line] = streams
    expect(line?.headers).toHaveProperty('x-twilio-signature')
    expect(call.status).toBe('in-progress')
    const payload = Buffer.alloc(1_600, 0x10).toString('base64')
    line?.gateway.send(JSON.stringify({ event: 'media', streamSid: 'MZ', media: { payload } }))
    line?.gateway.send(JSON.stringify({ event: 'mark', streamSid: 'MZ', mark: { name: 'a' } }))
    await clock.advance(500)
    expect(loudMs(call)).toBe(200)
    expect(call.events.find(({ kind }) => kind === 'mark')?.text).toBe('a')
    expect(asked('stream-status')).toMatchObject([{ StreamEvent: 'stream-started', CallSid: call.sid }])
    carrier.close()
  })

  it.each([
    [
      'closes it',
      (line: { close(code: number, reason: string): void; terminate(): void }) => line.close(1000, ''),
    ],
    ['dies', (line: { close(code: number, reason: string): void; terminate(): void }) => line.terminate()],
  ])('lets the call go on at its action where the gateway %s', async (_, end) => {
    const { clock, call, streams, documents, asked } = callIn(stream)
    documents[at('after')] = response(stream)
    await clock.advance(1_000)
    if (streams[0] !== undefined) end(streams[0].gateway)
    await clock.advance(1_000)
    expect(asked('after')).toHaveLength(1)
    expect(streams).toHaveLength(2)
    expect(call.status).toBe('in-progress')
  })

  it('that cannot be had is told of, and the call goes on', async () => {
    const { clock, call, documents, asked } = callIn(stream, [], { takesStreams: false })
    documents[at('after')] = response('<Say>nobody is here</Say>')
    await clock.advance(10_000)
    expect(asked('stream-status')).toMatchObject([{ StreamEvent: 'stream-error' }])
    expect(call.events.find(({ kind }) => kind === 'say')?.text).toBe('nobody is here')
  })

  it('ends with a stop where the caller hangs up', async () => {
    const { clock, call, streams } = callIn(stream, [{ step: 'wait', ms: 1_000 }, { step: 'hang-up' }])
    const got: string[] = []
    await clock.advance(100)
    streams[0]?.gateway.on('message', data => got.push(String(data)))
    await clock.advance(5_000)
    expect(JSON.parse(got.at(-1) ?? '{}')).toMatchObject({ event: 'stop' })
    expect(call.status).toBe('completed')
    expect(clock.pending).toBe(0)
  })

  it('is left by a call that is sent elsewhere, in the middle of it', async () => {
    const { clock, call, streams, post, asked } = callIn(stream)
    const closes: number[] = []
    await clock.advance(500)
    streams[0]?.gateway.on('close', code => closes.push(code))
    expect(
      post(`/Calls/${call.sid}.json`, { Twiml: response('<Say>moved</Say><Pause length="9"/>') }).status,
    ).toBe(200)
    await clock.advance(1_500)
    expect(closes).toEqual([1000])
    expect(asked('after')).toEqual([])
    expect(call.status).toBe('in-progress')
    expect(loudMs(call)).toBeGreaterThan(100)
  })

  it('with a query, or open to all, is not opened', async () => {
    for (const url of ['wss://gate.example/stream?token=1', 'ws://gate.example/stream']) {
      const { clock, streams, carrier } = callIn(`<Connect><Stream url="${url}"/></Connect>`)
      await clock.advance(500)
      expect(streams).toEqual([])
      expect(carrier.complaints).toHaveLength(1)
    }
  })
})

describe('Dial', () => {
  const dial = `<Dial action="/after" timeout="10"><Number url="/whisper">${callee}</Number></Dial>`

  it('joins two phones, so that each hears the other, after a whisper', async () => {
    const { clock, carrier, documents, call, child, asked } = callIn(dial, [
      { step: 'wait', ms: 6_000 },
      { step: 'say', samples: tone(400) },
    ])
    documents[at('whisper')] = response('<Say>A caller for you</Say>')
    documents[at('after')] = response('<Hangup/>')
    carrier.phone(callee, {
      kind: 'human',
      answersAfterMs: 1_000,
      steps: [
        { step: 'listen', quietMs: 1_000, mostMs: 20_000 },
        { step: 'listen', quietMs: 500, mostMs: 20_000 },
        { step: 'say', samples: tone(700) },
        { step: 'hang-up' },
      ],
    })
    await clock.advance(20_000)
    expect(asked('whisper')).toMatchObject([{ Direction: 'outbound-dial', ParentCallSid: call.sid }])
    expect(loudMs(child())).toBeGreaterThan(1_600)
    expect(asked('after')).toMatchObject([{ DialCallStatus: 'completed', DialBridged: 'true' }])
    expect(call.status).toBe('completed')
  })

  it.each(['busy', 'no-answer', 'unreachable'] as const)(
    'tells its action of a phone that is %s',
    async kind => {
      const { clock, carrier, asked } = callIn(dial)
      carrier.phone(callee, { kind })
      await clock.advance(12_000)
      const status = kind === 'unreachable' ? 'failed' : kind
      expect(asked('after')).toMatchObject([{ DialCallStatus: status, DialBridged: 'false' }])
    },
  )

  it('stops ringing where the caller hangs up', async () => {
    const { clock, carrier, child } = callIn(dial, [{ step: 'wait', ms: 2_000 }, { step: 'hang-up' }])
    carrier.phone(callee, { kind: 'no-answer' })
    await clock.advance(5_000)
    expect(child()?.status).toBe('canceled')
    expect(clock.pending).toBe(0)
  })
})

describe('a conference', () => {
  const room = (more = '') => `<Dial action="/left"><Conference waitUrl="" ${more}>r1</Conference></Dial>`

  it('mixes everybody for everybody else, and ends with the one who ends it', async () => {
    const { clock, carrier, documents, call } = callIn(room(), [
      { step: 'wait', ms: 2_000 },
      { step: 'say', samples: tone(400) },
    ])
    documents[at('left')] = response('<Say>all alone</Say>')
    documents[at('second')] = response(room('endConferenceOnExit="true"'))
    carrier.number('+15550100001', { voiceUrl: at('second') })
    const second = carrier.call({
      from: callee,
      to: '+15550100001',
      who: {
        kind: 'human',
        steps: [{ step: 'wait', ms: 5_000 }, { step: 'say', samples: tone(700) }, { step: 'hang-up' }],
      },
    })
    await clock.advance(4_500)
    expect(loudMs(second)).toBeGreaterThan(900)
    expect(loudMs(call)).toBe(0)
    await clock.advance(10_000)
    expect(loudMs(call)).toBeGreaterThan(900)
    expect(call.events.find(({ kind }) => kind === 'say')?.text).toBe('all alone')
    expect(call.status).toBe('completed')
    expect(clock.pending).toBe(0)
  })
})

describe('reading documents', () => {
  it('takes any text without breaking, and says what is wrong with it', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          readDocument(`<Response>${text}</Response>`)
        } catch (error) {
          expect(error).toBeInstanceOf(DocumentError)
        }
      }),
    )
  })

  it('keeps the order, the attributes and the text of verbs', () => {
    const verbs = readDocument(response('<Say voice="a">one &amp; two</Say><Dial><Number>+1</Number></Dial>'))
    expect(verbs).toMatchObject([
      { name: 'Say', attributes: { voice: 'a' }, text: 'one & two' },
      { name: 'Dial', children: [{ name: 'Number', text: '+1' }] },
    ])
  })
})
