/**
 * Telnyx's events, read: `{data: {id, event_type, payload}}`. The address is not signed, so whose call it is stands in
 * `client_state` alone. Events of a leg that was dialled into a call are news of that call.
 */

import { defined, ParleyError } from '@parley/core'
import type { AnsweredBy, LegStatus } from '../call.js'
import type { CarrierNews, CarrierRequest } from './carrier.js'
import { textOf } from './form.js'
import { partyOf } from './party-number.js'
import { digitsOf } from './read-form-news.js'
import { readTelnyxState } from './telnyx-state.js'

type Fields = Readonly<Record<string, unknown>>

/** @throws ParleyError `bad_message` */
export function readTelnyxNews({ body }: CarrierRequest): CarrierNews {
  const { id, event_type: type, payload } = fieldsOf(fieldsOf(jsonOf(body)).data)
  const fields = fieldsOf(payload)
  const call = fields.call_control_id
  if (typeof id !== 'string' || typeof type !== 'string' || typeof call !== 'string' || !isCallId(call))
    throw new ParleyError('bad_message', 'The event has no id, no type or no call_control_id.')
  const { attempt, rest, parent } = readTelnyxState(fields.client_state)
  const base = { id: id.slice(0, 100), attempt, account: textIn(fields.connection_id, 64) }
  if (parent !== undefined) {
    const over = type === 'call.hangup' ? { dialled: { status: endOf(fields) } } : {}
    return defined({ ...base, carrierCall: parent, ...over } as CarrierNews)
  }
  return defined({
    ...base,
    carrierCall: call,
    from: partyOf(textIn(fields.from, 128)),
    to: partyOf(textIn(fields.to, 128)),
    direction: directionOf(fields.direction, attempt !== undefined),
    status: statusOf(type, fields),
    ...machineOf(type, fields.result),
    digits: type === 'call.gather.ended' ? digitsOf(textIn(fields.digits, 64)) : undefined,
    stream: streams.get(type),
    rest: type === 'call.speak.ended' || type === 'call.playback.ended' ? rest : undefined,
    fault: faultOf(type, fields),
  } as CarrierNews)
}

/** Ids are long and have a version before a colon. */
export function isCallId(text: string): boolean {
  return /^[A-Za-z0-9_:.-]{1,200}$/.test(text)
}

const streams: ReadonlyMap<string, 'started' | 'over'> = new Map([
  ['streaming.started', 'started'],
  ['streaming.stopped', 'over'],
  ['streaming.failed', 'over'],
  ['call.streaming.started', 'started'],
  ['call.streaming.stopped', 'over'],
  ['call.streaming.failed', 'over'],
])

function statusOf(type: string, fields: Fields): LegStatus | undefined {
  if (type === 'call.initiated') return 'initiated'
  if (type === 'call.answered') return 'in-progress'
  return type === 'call.hangup' ? endOf(fields) : undefined
}

/** `hangup_cause`; whether it was answered before is known to the store, which keeps what is further on. */
function endOf({ hangup_cause: cause }: Fields): LegStatus {
  if (cause === 'user_busy') return 'busy'
  if (cause === 'timeout' || cause === 'no_answer') return 'no-answer'
  if (cause === 'originator_cancel') return 'canceled'
  if (cause === 'normal_clearing' || cause === 'time_limit') return 'completed'
  return 'failed'
}

/** Only some events say it; a call with a name of ours is one that we made. */
function directionOf(word: unknown, ours: boolean): CarrierNews['direction'] {
  if (word === 'incoming') return 'inbound'
  return word === 'outgoing' || ours ? 'outbound' : undefined
}

function machineOf(type: string, result: unknown): Pick<CarrierNews, 'answeredBy' | 'machine'> {
  if (/^call\.machine\.(premium\.)?greeting\.ended$/.test(type))
    return { answeredBy: 'machine', machine: 'end' }
  if (!/^call\.machine\.(premium\.)?detection\.ended$/.test(type)) return {}
  if (result === 'machine') return { answeredBy: 'machine', machine: 'start' }
  const word = String(result).replace(/^human_\w+$/, 'human')
  const answeredBy: AnsweredBy = word === 'human' ? 'human' : word === 'fax_detected' ? 'fax' : 'unknown'
  return { answeredBy }
}

function faultOf(type: string, fields: Fields): CarrierNews['fault'] {
  if (type.endsWith('streaming.failed'))
    return { code: 'stream', message: textIn(fields.failure_reason, 200) ?? 'the media stream failed' }
  const sip = textIn(fields.sip_hangup_cause, 8)
  const bad = type === 'call.hangup' && sip !== undefined && /^[4-6]\d\d$/.test(sip)
  return bad ? { code: `sip-${sip}`, message: `SIP ${sip}` } : undefined
}

function textIn(value: unknown, longest: number): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  return value.replace(/[\p{C}\s]+/gu, ' ').slice(0, longest)
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(body))
  } catch (cause) {
    throw new ParleyError('bad_message', 'The body is no JSON.', { cause })
  }
}
