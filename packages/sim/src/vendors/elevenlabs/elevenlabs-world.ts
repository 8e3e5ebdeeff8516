/** What the routes of one simulated ElevenLabs share, and how it words an error. */

import type { SimTemper } from '../sim-pace.js'
import type { SimFault, SimOptions } from '../vendor-sim.js'

export interface ElevenLabsSimOptions extends SimOptions {
  /** Contexts of one socket. Default 5. */
  readonly contexts?: number
  /** How a final message looks: alone, or with an empty `audio`. Default `bare`. */
  readonly finals?: 'bare' | 'with-audio'
  /** Least sound between two commits of the recogniser, ms. Default 300. */
  readonly commitMs?: number
  /** Sound after which the recogniser commits by itself, ms. Default 90 s. */
  readonly autoCommitMs?: number
  /** Whether the times of words over HTTP begin anew with each piece. Default false. */
  readonly relativeTimes?: boolean
}

export interface ElevenLabsWorld {
  readonly options: ElevenLabsSimOptions
  readonly temper: SimTemper
  nextId(): string
}

const states: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'invalid_api_key',
  404: 'not_found',
  408: 'timeout',
  422: 'unprocessable',
  429: 'too_many_concurrent_requests',
  500: 'internal_error',
}

export function errorBody(status: number, message: string) {
  return { detail: { status: states[status] ?? 'error', message } }
}

/** A fault in the words of the speech sockets. */
export function faultMessage({ kind }: SimFault) {
  const [error, code] = {
    limited: ['rate_limited', 1008],
    unauthorised: ['invalid_api_key', 1008],
    expired: ['session_timeout', 1008],
  }[kind as string] ?? ['internal_error', 1011]
  return { message: `simulated: ${kind}`, error: String(error), code: Number(code) }
}
