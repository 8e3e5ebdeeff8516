/** Wishes to become the speaker, which the gateway answers by `role`, or by an `error`, as neither names what it answers. */
import type { DeviceRole, ServerMessageOf } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import type { Environment } from '../environment.js'

const ANSWER_WITHIN_MS = 5_000

export interface TakeOvers {
  /** Whether an answer is waited for. */
  readonly pending: boolean
  /** Asks, unless that was asked already; resolves once this device is the speaker. */
  ask(send: () => void): Promise<void>
  became(role: DeviceRole): void
  refused(error: ServerMessageOf<'error'>): void
  reject(error: ClientError): void
}

interface Pending {
  readonly answer: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: ClientError) => void
}

export function createTakeOvers(environment: Pick<Environment, 'after'>): TakeOvers {
  let pending: Pending | undefined

  function settle(how: (settled: Pending) => void): void {
    const settled = pending
    pending = undefined
    if (settled !== undefined) how(settled)
  }

  function begin(): Pending {
    let cancel = () => {}
    let resolve = () => {}
    let reject: Pending['reject'] = () => {}
    const answer = new Promise<void>((onRole, onError) => {
      resolve = onRole
      reject = onError
    }).finally(() => cancel())
    cancel = environment.after(ANSWER_WITHIN_MS, () =>
      settle(each => each.reject(new ClientError('timeout'))),
    )
    return { answer, resolve, reject }
  }

  return {
    get pending() {
      return pending !== undefined
    },
    ask(send) {
      if (pending !== undefined) return pending.answer
      pending = begin()
      send()
      return pending.answer
    },
    became(role) {
      if (role === 'speaker') settle(each => each.resolve())
    },
    refused({ code, message }) {
      settle(each => each.reject(new ClientError('refused', message, { details: { serverCode: code } })))
    },
    reject: error => settle(each => each.reject(error)),
  }
}
