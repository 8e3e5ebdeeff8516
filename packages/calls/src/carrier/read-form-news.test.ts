import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CarrierRequest } from './carrier.js'
import { readFormNews } from './read-form-news.js'

const url = 'https://phone.example/v1/phone/twilio/status?attempt=att_7'
const FORM = 'application/x-www-form-urlencoded; charset=UTF-8'
const sid = `CA${'1'.repeat(32)}`

function post(fields: Readonly<Record<string, string>>, more: Partial<CarrierRequest> = {}): CarrierRequest {
  const body = Buffer.from(new URLSearchParams({ CallSid: sid, ...fields }).toString())
  return { method: 'POST', url, headers: { 'content-type': FORM }, body, atMs: 0, ...more }
}
const read = (fields: Readonly<Record<string, string>>) => readFormNews(post(fields))

describe('what a carrier posts', () => {
  it('is read whole of a status that is over', () => {
    const news = read({
      ...{ AccountSid: 'AC1', From: '+15550001111', To: '+34600111222', Direction: 'outbound-api' },
      ...{
        CallStatus: 'completed',
        SequenceNumber: '3',
        CallDuration: '42',
        Duration: '1',
        SipResponseCode: '200',
      },
    })
    expect(news).toEqual({
      ...{ carrierCall: sid, attempt: 'att_7', account: 'AC1', from: '+15550001111', to: '+34600111222' },
      ...{
        direction: 'outbound',
        status: 'completed',
        sequence: 3,
        durationSeconds: 42,
        id: expect.any(String),
      },
    })
  })

  it.each([
    ['queued', 'initiated'],
    ['initiated', 'initiated'],
    ['ringing', 'ringing'],
    ['in-progress', 'in-progress'],
    ['completed', 'completed'],
    ['busy', 'busy'],
    ['failed', 'failed'],
    ['no-answer', 'no-answer'],
    ['canceled', 'canceled'],
    ['a new word', undefined],
  ])('says that a call is %s', (word, status) => {
    expect(read({ CallStatus: word }).status).toBe(status)
  })

  it.each([
    ['human', 'human', undefined],
    ['machine_start', 'machine', 'start'],
    ['machine_end_beep', 'machine', 'end'],
    ['machine_end_silence', 'machine', 'end'],
    ['machine_end_other', 'machine', 'end'],
    ['fax', 'fax', undefined],
    ['unknown', 'unknown', undefined],
    ['cat', undefined, undefined],
  ])('says that it was answered by %s', (word, answeredBy, machine) => {
    const news = read({ AnsweredBy: word })
    expect([news.answeredBy, news.machine]).toEqual([answeredBy, machine])
  })

  it('says what became of another side that was dialled, and which keys were pressed', () => {
    expect(read({ DialCallStatus: 'no-answer' }).dialled).toEqual({ status: 'no-answer' })
    expect(read({ DialCallStatus: 'answered', DialCallDuration: '9' }).dialled).toEqual({
      status: 'completed',
      durationSeconds: 9,
    })
    expect(read({ Digits: '12#a' }).digits).toBe('12#A')
    expect(read({ Digits: '1; drop' }).digits).toBeUndefined()
    expect(read({ Digits: '' }).digits).toBeUndefined()
  })

  it('says that a stream began, ended or failed', () => {
    expect(read({ StreamEvent: 'stream-started' }).stream).toBe('started')
    expect(read({ StreamEvent: 'stream-stopped' })).toMatchObject({ stream: 'over' })
    expect(read({ StreamEvent: 'stream-error', StreamError: 'connection_refused' })).toMatchObject({
      stream: 'over',
      fault: { code: 'stream', message: 'connection_refused' },
    })
  })

  it('says what went wrong', () => {
    expect(read({ ErrorCode: '11200', ErrorUrl: 'x' }).fault).toMatchObject({ code: '11200' })
    expect(read({ SipResponseCode: '486' }).fault).toMatchObject({ code: 'sip-486' })
    expect(read({ SipResponseCode: '200' }).fault).toBeUndefined()
  })

  it('has no number of somebody who hides it, and the plus of one whose form was not escaped', () => {
    expect(read({ From: 'anonymous' }).from).toBe('')
    expect(read({ From: '+266696687' }).from).toBe('')
    expect(read({ From: 'Restricted' }).from).toBe('')
    expect(read({ From: ' 15550001111' }).from).toBe('+15550001111')
    expect(read({ From: 'sip:a@example.com' }).from).toBe('sip:a@example.com')
    expect(read({ From: 'x'.repeat(129) }).from).toBeUndefined()
  })

  it('is read from the query of a GET', () => {
    const get = post(
      {},
      { method: 'GET', url: `${url}&CallSid=${sid}&CallStatus=ringing`, body: new Uint8Array(), headers: {} },
    )
    expect(readFormNews(get)).toMatchObject({ carrierCall: sid, status: 'ringing', attempt: 'att_7' })
  })

  it('has the same id again, in whatever order the fields come, and another for other news', () => {
    const fields = fc.uniqueArray(
      fc.tuple(fc.stringMatching(/^[A-Za-z]{1,6}$/), fc.string({ maxLength: 6 })),
      {
        selector: ([name]) => name,
        maxLength: 6,
      },
    )
    const of = (list: readonly (readonly [string, string])[]) =>
      read(Object.fromEntries([['CallSid', sid], ...list])).id
    fc.assert(
      fc.property(fields, list => {
        const id = of(list)
        expect(of(list.toReversed())).toBe(id)
        expect(of([...list, ['Another', '1']])).not.toBe(id)
        expect(readFormNews(post(Object.fromEntries(list), { url: `${url}&x=1` })).id).not.toBe(id)
      }),
      { numRuns: 60 },
    )
    const elsewhere = post({ CallStatus: 'busy' }, { url: url.replace('phone.example', 'phone.example:443') })
    expect(readFormNews(elsewhere).id).toBe(read({ CallStatus: 'busy' }).id)
  })

  it.each([
    ['no call', post({ CallSid: '' })],
    ['a path in the place of a call', post({ CallSid: '../x' })],
    ['a body that is no form', post({}, { headers: { 'content-type': 'application/json' } })],
    [
      'more fields than any carrier has',
      post(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, 'x']))),
    ],
  ])('is refused with %s', (_what, request) => {
    expect(() => readFormNews(request)).toThrow(expect.objectContaining({ code: 'bad_message' }))
  })

  it('is news or refused, whatever the bytes', () => {
    const names = fc.constantFrom(
      'CallSid',
      'CallStatus',
      'SequenceNumber',
      'AnsweredBy',
      'CallDuration',
      'DialCallStatus',
      'Digits',
      'StreamError',
      'From',
    )
    const field = fc
      .tuple(names, fc.string({ unit: 'binary', maxLength: 30 }))
      .map(([name, value]) => `${name}=${value}`)
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(field).map(list => Buffer.from(`CallSid=CA1&${list.join('&')}`)),
    )
    fc.assert(
      fc.property(body, bytes => {
        try {
          const news = readFormNews({ ...post({}), body: bytes })
          expect(news.carrierCall).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
          for (const count of [news.sequence, news.durationSeconds])
            expect(count === undefined || (Number.isSafeInteger(count) && count >= 0)).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_message' })
        }
      }),
      { numRuns: 300 },
    )
  })
})
