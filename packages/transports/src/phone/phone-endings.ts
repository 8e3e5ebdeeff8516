/** Every way in which a phone stream ends from our side. A carrier shows code and reason in its console. */
import { type CloseReason, ParleyError } from '@parley/core'
import { type Closing, closingOf, closingOfError } from '../ws/close-codes.js'

export interface PhoneEnding {
  /** Undefined cuts the socket without a close frame. */
  readonly closing: Closing | undefined
  readonly error?: ParleyError
  /** Told to the session; undefined where it was the session that ended it, or another stream has its place. */
  readonly tell?: CloseReason
  /** The call itself is over, and not only this stream of it. */
  readonly final?: true
}

/** Ours or the operator's affair, with the codes that say so; all else is a fault of the far end. */
const oursToSay: readonly string[] = ['overloaded', 'draining', 'internal', 'store_unavailable']

/** What was refused or came wrong: 1008, and in words what was wrong. */
export function refusal(error: ParleyError, tell?: CloseReason): PhoneEnding {
  const told = tell === undefined ? {} : { tell }
  if (oursToSay.includes(error.code)) return { closing: closingOfError(error.code), error, ...told }
  return { closing: { code: 1008, reason: `${error.code}: ${error.message}` }, error, ...told }
}

export function noStart(startMs: number): PhoneEnding {
  return refusal(new ParleyError('timeout', `no start within ${startMs} ms`))
}

export function openTimeout(): PhoneEnding {
  const error = new ParleyError('timeout', 'The session could not be opened in time.', { retryable: true })
  return { closing: closingOfError('timeout'), error, tell: 'error' }
}

/** A line without sound, mark or stop is dead. */
export function silent(): PhoneEnding {
  return { closing: { code: 1001, reason: 'silent' }, tell: 'client' }
}

export function stalled(): PhoneEnding {
  return { closing: { code: 1013, reason: 'slow_consumer' }, tell: 'client' }
}

export function bySession(reason: CloseReason): PhoneEnding {
  return { closing: closingOf(reason) }
}

/** The session did not close the leg in its time after a `stop`. */
export function afterStop(): PhoneEnding {
  return { closing: { code: 1000, reason: 'client' } }
}

/** The socket is gone, without a word. */
export const gone: PhoneEnding = { closing: undefined, tell: 'client' }

/** Whoever steers the call ends it. */
export const closedByLeg: PhoneEnding = {
  closing: { code: 1000, reason: 'client' },
  tell: 'client',
  final: true,
}

/** The call goes on without this stream. */
export function released(code: 1000 | 1012): PhoneEnding {
  return { closing: { code, reason: code === 1000 ? 'released' : 'draining' } }
}

/** Another stream of the call has its place. */
export const replaced: PhoneEnding = { closing: closingOf('replaced') }

export function ours(thrown: unknown): PhoneEnding {
  const error = ParleyError.from(thrown)
  return { closing: { code: 1011, reason: 'internal' }, error, tell: 'error' }
}
