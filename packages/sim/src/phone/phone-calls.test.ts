import { type CloseReason, noSteering } from '@parley/core'
import {
  createPhoneCalls,
  defaultPhoneLimits,
  type PhoneOpenRequest,
  type PhoneTicket,
  servePhoneSocket,
} from '@parley/transports'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../virtual-clock.js'
import { createMemoryLine } from './phone-line.js'

/** Streams of one process, whose sessions only note what they are told. */
function setUp(resumable = false) {
  const clock = new VirtualClock()
  const calls = createPhoneCalls()
  function stream(ticket?: PhoneTicket, begins: object = { callSid: 'TEST123', streamSid: 'STREAM123' }) {
    const line = createMemoryLine()
    const told: CloseReason[] = []
    const keys: string[] = []
    const asked: PhoneOpenRequest[] = []
    const closes: { code: number; reason: string }[] = []
    line.carrier.onClose((code, reason) => closes.push({ code, reason }))
    servePhoneSocket({
      socket: line.gateway,
      calls,
      identify: async () => ({
        principal: { tenant: 'acme', subject: 'ada' },
        ...(ticket === undefined ? {} : { ticket }),
      }),
      host: {
        async open(request) {
          asked.push(request)
          request.transport.open({
            steering: noSteering,
            audio: () => {},
            interrupt: () => undefined,
            commit: () => {},
            text: () => {},
            dtmf: digit => keys.push(digit),
            played: () => {},
            closed: reason => told.push(reason),
          })
          const facts = { agent: 'a', language: 'en', recogniser: null, voice: null }
          return { session: 'ses_1', resumeToken: 't', resumed: false, resumable, ...facts }
        },
      },
      clock,
      log: { info: () => {}, warn: () => {} },
      limits: defaultPhoneLimits,
    })
    const send = (message: object) => line.carrier.send(JSON.stringify(message))
    send({ event: 'start', start: begins })
    return { line, told, keys, asked, closes, send }
  }
  return { clock, stream }
}

const ticket = { call: 'call_1', attempt: 'att_1', callSid: 'TEST123' }

describe('a stream', () => {
  it('without `connected` and without a format is taken as µ-law at 8 kHz', async () => {
    const { clock, stream } = setUp()
    const { asked } = stream()
    await clock.advance(10)
    expect(asked[0]?.phone).toMatchObject({
      callSid: 'TEST123',
      streamSid: 'STREAM123',
      format: { encoding: 'mulaw', sampleRate: 8_000 },
    })
  })

  it('in a format that is not spoken is refused with those that are', async () => {
    const { clock, stream } = setUp()
    const mediaFormat = { encoding: 'audio/opus', sampleRate: 48_000, channels: 1 }
    const { closes } = stream(undefined, { streamSid: 'MZ1', mediaFormat })
    await clock.advance(10)
    expect(closes).toEqual([{ code: 1008, reason: expect.stringMatching(/^bad_audio: .*audio\/x-L16/) }])
  })

  it('of a call that has one is refused, but for one that resumes it', async () => {
    const { clock, stream } = setUp()
    const first = stream(ticket)
    await clock.advance(10)
    const second = stream(ticket)
    await clock.advance(10)
    expect(second.closes).toEqual([{ code: 1008, reason: expect.stringContaining('conflict') }])
    const third = stream({ ...ticket, resumes: 'ses_1' })
    await clock.advance(10)
    expect([first.closes[0]?.code, first.told, third.closes]).toEqual([4409, [], []])
  })

  it('with a ticket for another call is refused', async () => {
    const { clock, stream } = setUp()
    const { closes, asked } = stream({ ...ticket, callSid: 'OTHER' })
    await clock.advance(10)
    expect([closes[0]?.code, asked]).toEqual([1008, []])
  })

  it('that breaks is lost where the call can come back, and a hang-up where not or after `stop`', async () => {
    for (const [resumable, stops, reason] of [
      [true, false, 'lost'],
      [false, false, 'client'],
      [true, true, 'client'],
    ] as const) {
      const { clock, stream } = setUp(resumable)
      const { line, told, send } = stream(ticket)
      await clock.advance(10)
      if (stops) send({ event: 'stop' })
      line.carrier.close()
      await clock.advance(10_000)
      expect(told).toEqual([reason])
      expect(clock.pending).toBe(0)
    }
  })

  it('that is released ends without a word, now or with the carrier', async () => {
    const { clock, stream } = setUp(true)
    const first = stream(ticket)
    await clock.advance(10)
    first.asked[0]?.phone.leg.release(1012)
    expect([first.told, first.closes]).toEqual([[], [{ code: 1012, reason: 'draining' }]])
    const second = stream(ticket)
    await clock.advance(10)
    second.asked[0]?.phone.leg.release()
    second.send({ event: 'stop' })
    await clock.advance(10_000)
    expect([second.told, second.closes[0]?.code]).toEqual([[], 1000])
  })

  it('flooded with keys drops those above its rate and goes on', async () => {
    const { clock, stream } = setUp()
    const { keys, closes, send } = stream()
    await clock.advance(10)
    for (let index = 0; index < 5_000; index++) send({ event: 'dtmf', dtmf: { digit: '5' } })
    await clock.advance(1_000)
    send({ event: 'dtmf', dtmf: { digit: '6' } })
    expect([keys.length, keys.at(-1), closes]).toEqual([31, '6', []])
  })

  it('is sent keys as tones, or as messages where SignalWire takes them', async () => {
    const { clock, stream } = setUp()
    const tones = stream(undefined, { call_control_id: 'v3:1', streamSid: 'S1' })
    const messages = stream(undefined, { streamSid: 'S2' })
    await clock.advance(10)
    expect(tones.asked[0]?.phone.leg.sendDigits('1w2')).toBe(true)
    expect(messages.asked[0]?.phone.leg.sendDigits('12')).toBe(true)
    expect(messages.asked[0]?.phone.leg.sendDigits('x')).toBe(false)
    await clock.advance(2_000)
    const events = ({ line }: typeof tones) => line.sent.map(text => JSON.parse(text).event)
    expect([events(tones), events(messages)]).toEqual([
      ['media', 'media'],
      ['dtmf', 'dtmf'],
    ])
  })
})
