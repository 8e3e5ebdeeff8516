/** Interrupts that wait for the gateway's answer, first in, first out, as the answers carry no id. */
import { ClientError } from '../client-error.js'
import type { Environment } from '../environment.js'
import type { Heard } from '../voice-types.js'

const ANSWER_WITHIN_MS = 5_000

export interface Interrupts {
  /** Resolves with the next answer; rejects with `timeout` or with what `reject` is given. */
  wait(): Promise<Heard | null>
  settle(heard: Heard | null): void
  reject(error: ClientError): void
}

interface Pending {
  readonly resolve: (heard: Heard | null) => void
  readonly reject: (error: ClientError) => void
  readonly cancel: () => void
}

export function createInterrupts(environment: Pick<Environment, 'after'>): Interrupts {
  let pending: Pending[] = []
  return {
    wait() {
      return new Promise((resolve, reject) => {
        // One that timed out keeps its place, so that a late answer does not go to its successor.
        const cancel = environment.after(ANSWER_WITHIN_MS, () => reject(new ClientError('timeout')))
        pending.push({ resolve, reject, cancel })
      })
    },
    settle(heard) {
      const oldest = pending.shift()
      oldest?.cancel()
      oldest?.resolve(heard)
    },
    reject(error) {
      const all = pending
      pending = []
      for (const each of all) {
        each.cancel()
        each.reject(error)
      }
    },
  }
}
