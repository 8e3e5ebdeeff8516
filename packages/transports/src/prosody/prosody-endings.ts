/** Every way in which a prosody socket ends from our side: close code and reason, and the error that is told first. */
import { ParleyError } from '@parley/core'
import { type Closing, closingOfError } from '../ws/close-codes.js'

export interface ProsodyEnding {
  readonly closing: Closing
  readonly error?: ParleyError
}

/** Both by 1001, which clients take for a reason to come again: a face must outlive half an hour. */
export function idle(idleMs: number): ProsodyEnding {
  const error = new ParleyError('session_idle', `Nothing came for ${idleMs / 1000} s; connect again.`)
  return { closing: { code: 1001, reason: 'idle' }, error }
}

export function expired(totalMs: number): ProsodyEnding {
  const message = `The connection is as old as it may get (${totalMs / 1000} s); connect again.`
  return { closing: { code: 1001, reason: 'expired' }, error: new ParleyError('session_expired', message) }
}

export function badInARow(error: ParleyError, count: number): ProsodyEnding {
  return { closing: { code: 1008, reason: `${error.code};in_a_row=${count}` } }
}

export function badAddress(error: ParleyError): ProsodyEnding {
  return { closing: { code: 1008, reason: error.code }, error }
}

/** It could not be told: the socket takes nothing. */
export const slowReader: ProsodyEnding = { closing: { code: 1013, reason: 'slow_reader' } }

export const leaving: ProsodyEnding = { closing: { code: 1001, reason: 'going away' } }

export const ours: ProsodyEnding = { closing: { code: 1011, reason: 'internal' } }

/** How someone is turned away who is not let in. A bad token and a missing one look the same. */
export function refusal(error: ParleyError): Closing {
  if (error.code === 'unauthenticated') return { code: 1008, reason: 'Unauthorized' }
  if (error.code === 'forbidden') return { code: 1008, reason: 'Forbidden' }
  if (error.code === 'draining') return leaving.closing
  return closingOfError(error.code)
}
