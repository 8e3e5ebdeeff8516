/**
 * What Twilio and SignalWire tell, read: form fields of a POST, or the query of a GET. Only fields of a known shape are taken;
 * everything else is as if it were not there, since the next version of a carrier sends more.
 */

import { createHash } from 'node:crypto'
import { defined, ParleyError } from '@parley/core'
import { attemptIn } from './attempt-in.js'
import type { CarrierNews, CarrierRequest } from './carrier.js'
import { type Form, fieldOf, queryOf, readForm, textOf } from './form.js'
import { headerOf } from './headers.js'
import { isForm } from './hmac-signature.js'
import { answeredByOf, legStatusOf } from './leg-status.js'
import { partyOf } from './party-number.js'

/** @throws ParleyError `bad_message` without a call's id */
export function readFormNews(request: CarrierRequest): CarrierNews {
  const form = formOf(request)
  const text = (name: string, longest = 200) => fieldOf(form, name)?.slice(0, longest)
  const carrierCall = text('CallSid')
  if (carrierCall === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(carrierCall))
    throw new ParleyError(
      'bad_message',
      'The request names no call: CallSid is missing or has another shape.',
    )
  return defined({
    carrierCall,
    attempt: attemptIn(request.url),
    account: text('AccountSid', 64),
    from: partyOf(fieldOf(form, 'From')),
    to: partyOf(fieldOf(form, 'To')),
    direction: directionOf(text('Direction')),
    status: legStatusOf(text('CallStatus')),
    sequence: whole(text('SequenceNumber')),
    ...answeredByOf(text('AnsweredBy')),
    durationSeconds: whole(text('CallDuration')),
    dialled: dialledOf(text('DialCallStatus'), text('DialCallDuration')),
    digits: digitsOf(fieldOf(form, 'Digits')),
    stream: streamOf(text('StreamEvent')),
    id: newsId(request, form),
    fault: faultOf(text),
  })
}

/** A form where there is one, else the query. @throws ParleyError `bad_message` */
function formOf({ url, headers, body }: CarrierRequest): Form {
  if (body.byteLength > 0 && !isForm(headerOf(headers, 'content-type')))
    throw new ParleyError(
      'bad_message',
      'The body is no form; the carrier posts application/x-www-form-urlencoded.',
    )
  const form = readForm(body.byteLength > 0 ? textOf(body) : queryOf(url))
  if (form === undefined) throw new ParleyError('bad_message', 'The form has more than 200 fields.')
  return form
}

/** Of everything that was signed: the same again has the same id, in whatever order its fields come. */
function newsId({ url, method }: CarrierRequest, form: Form): string {
  const hash = createHash('sha256').update(JSON.stringify([method, url.replace(/^[a-z]+:\/\/[^/]*/i, '')]))
  for (const line of form.map(field => JSON.stringify(field)).sort()) hash.update(line)
  return hash.digest('base64url').slice(0, 27)
}

function directionOf(word: string | undefined): CarrierNews['direction'] {
  if (word === undefined) return undefined
  if (word === 'inbound') return 'inbound'
  return word.startsWith('outbound') ? 'outbound' : undefined
}

/** Non-negative and at most nine digits. */
export function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function dialledOf(word: string | undefined, seconds: string | undefined): CarrierNews['dialled'] {
  // Of a `dial` step `answered` means that it was talked and is over.
  const status = word === 'answered' ? 'completed' : legStatusOf(word)
  if (status === undefined) return undefined
  const durationSeconds = whole(seconds)
  return durationSeconds === undefined ? { status } : { status, durationSeconds }
}

export function digitsOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9A-D*#]{1,64}$/i.test(text) ? text.toUpperCase() : undefined
}

function streamOf(word: string | undefined): CarrierNews['stream'] {
  if (word === 'stream-started') return 'started'
  return word === 'stream-stopped' || word === 'stream-error' ? 'over' : undefined
}

function faultOf(text: (name: string, longest?: number) => string | undefined): CarrierNews['fault'] {
  const stream = text('StreamError')
  if (stream !== undefined || text('StreamEvent') === 'stream-error')
    return { code: 'stream', message: line(stream ?? 'the media stream failed') }
  const code = text('ErrorCode', 16)
  if (code !== undefined) return { code, message: line(text('ErrorMessage') ?? 'the carrier had an error') }
  const sip = text('SipResponseCode', 8)
  return sip !== undefined && /^[4-6]\d\d$/.test(sip)
    ? { code: `sip-${sip}`, message: `SIP ${sip}` }
    : undefined
}

function line(text: string): string {
  return text.replace(/[\p{C}\s]+/gu, ' ').trim()
}
