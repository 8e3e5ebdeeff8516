/** Says once that the place of the jobs is away, and is ready to say so again once it was back. */

import { ParleyError } from '@parley/core'
import type { QueuePlace } from './queue-place.js'

export interface OutageWatch {
  seen(thrown: unknown): void
  back(): void
  silence(): void
}

const names = { redis: 'Redis', postgres: 'PostgreSQL', pglite: 'The embedded database' }

export function createOutageWatch(kind: QueuePlace['kind'], warn: (error: ParleyError) => void): OutageWatch {
  let away = false
  let silent = false
  return {
    seen(thrown) {
      if (away || silent) return
      away = true
      // A statement and its values would stand in the error of a database; its message alone has neither.
      const reason = thrown instanceof Error ? thrown.message : 'unknown fault'
      const message = `${names[kind]} does not answer the call queue (${reason}); it goes on when that is back.`
      warn(new ParleyError('store_unavailable', message, { retryable: true }))
    },
    back() {
      away = false
    },
    silence() {
      silent = true
    },
  }
}
