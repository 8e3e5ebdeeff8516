/** Every way in which a voice socket ends from our side: close code, last error, and what the session is told. */
import { type CloseReason, errorCodes, ParleyError } from '@parley/core'
import { type Closing, closingOf, closingOfError, errorOfReason } from './close-codes.js'

export interface Ending {
  /** Undefined cuts the socket without a close frame. */
  readonly closing: Closing | undefined
  /** Told to the far end first. */
  readonly error?: ParleyError
  /** Told to the session; undefined where it was the session that ended it. */
  readonly tell?: CloseReason
}

export function noHello(helloMs: number): Ending {
  const error = new ParleyError('timeout', `No \`hello\` came within ${helloMs} ms.`)
  return { closing: { code: 4408, reason: 'no_hello' }, error }
}

export function badFirst(error: ParleyError): Ending {
  return { closing: { code: 4400, reason: error.code }, error }
}

/** The host could not open or resume the session. */
export function refused(error: ParleyError): Ending {
  return { closing: closingOfError(error.code), error }
}

export function openTimeout(): Ending {
  const error = new ParleyError('timeout', 'The session could not be opened in time; try again later.', {
    retryable: true,
  })
  return { closing: closingOfError(error.code), error, tell: 'error' }
}

export function badInARow(error: ParleyError, count: number): Ending {
  return { closing: { code: 1008, reason: `${error.code};in_a_row=${count}` }, error, tell: 'protocol' }
}

/** Somebody between changes what is sent, or puts in what is not. */
export function unopened(): Ending {
  const error = new ParleyError('bad_seal')
  return { closing: closingOfError(error.code), error, tell: 'lost' }
}

/** The client resumes over another socket, which has keys of its own. Nothing more can be said on this one. */
export function keysSpent(): Ending {
  return { closing: closingOfError('keys_spent'), tell: 'lost' }
}

export function tooMuch(error: ParleyError): Ending {
  return { closing: closingOfError(error.code), error, tell: 'protocol' }
}

/** The far end no longer answers: nothing can be said to it. */
export function silent(): Ending {
  return { closing: undefined, tell: 'lost' }
}

export function slowConsumer(): Ending {
  const error = new ParleyError(
    'overloaded',
    'This client does not read fast enough; resume on a better line.',
  )
  return { closing: { code: 1013, reason: 'slow_consumer' }, error, tell: 'lost' }
}

/** A fault of ours. What it was stays in the log: it may hold what the far end must not see. */
export function ours(cause: unknown): Ending {
  const error = new ParleyError('internal', errorCodes.internal, { cause })
  return { closing: closingOfError(error.code), error, tell: 'error' }
}

/** The far end said bye and the session did not close the leg in time. */
export function afterBye(): Ending {
  return { closing: closingOf('client') }
}

/** A device left that is not the speaker: the conversation goes on without it. */
export function left(): Ending {
  return { closing: closingOf('client') }
}

/** The session closed the leg. */
export function bySession(reason: CloseReason): Ending {
  const code = errorOfReason[reason]
  return { closing: closingOf(reason), ...(code === undefined ? {} : { error: new ParleyError(code) }) }
}
