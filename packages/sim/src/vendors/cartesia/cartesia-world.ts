/** What the routes of one simulated Cartesia share, and how it words an error. */

import type { SimTemper } from '../sim-pace.js'
import type { SimFault, SimOptions } from '../vendor-sim.js'

export interface CartesiaSimOptions extends SimOptions {
  /** Contexts that may be open at once on all sockets. Default 15. */
  readonly contexts?: number
  /** A speech socket without traffic is closed after this, ms. Default five minutes. */
  readonly idleMs?: number
  /** The code of that close. Default 1000. */
  readonly idleCloseCode?: number
  /** Chunks a cancelled context still sends. Default 2. */
  readonly strayChunks?: number
}

/** What the vendor's sockets of one simulator share. */
export interface CartesiaWorld {
  readonly options: CartesiaSimOptions
  readonly temper: SimTemper
  /** Contexts open now. */
  contexts: number
  nextId(): string
}

const titles: Readonly<Record<number, string>> = {
  400: 'Invalid request',
  401: 'Unauthorized',
  402: 'Payment required',
  404: 'Not found',
  408: 'Timeout',
  429: 'Too many requests',
  500: 'Internal error',
}

export function errorBody(status: number, sentence: string) {
  return {
    title: titles[status] ?? 'Error',
    message: sentence,
    error_code: (titles[status] ?? 'error').toLowerCase().replaceAll(' ', '_'),
    status_code: status,
    request_id: 'req_0',
    doc_url: 'https://docs.cartesia.ai/',
  }
}

/** The vendor's own words for a fault that no socket words by itself. */
export function faultBody({ kind }: SimFault) {
  const status = { limited: 429, failing: 500, unauthorised: 401 }[kind as 'limited'] ?? 408
  return errorBody(status, kind === 'limited' ? 'Too many concurrent contexts' : `simulated: ${kind}`)
}
