import type { CallStatus } from '../call.js'
import type { AfterAttempt } from './call-store.js'

/** The two things that may become of a call after an attempt. Neither is a thenable: `then` is a word here. */

/** `free`: without using up an attempt. */
export function callAgain(notBeforeMs: number, reason: string, free = false): AfterAttempt {
  // biome-ignore lint/suspicious/noThenProperty: a text, which nobody awaits.
  return { then: 'again', notBeforeMs, reason, ...(free ? { free } : {}) }
}

export function callOver(status: CallStatus, reason?: string): AfterAttempt {
  // biome-ignore lint/suspicious/noThenProperty: a text, which nobody awaits.
  return { then: 'over', status, ...(reason === undefined ? {} : { reason }) }
}
