/**
 * Keeps a call within its budgets. What a turn may cost is set aside in the store before it is answered, and the true cost
 * is put in its place afterwards. One turn is always set aside ahead, so that an answer waits for no database.
 *
 * A budget is overshot by no more than what turns cost above what was set aside for them: nothing where the estimate's
 * ceiling is true. A store that does not answer counts as a refusal.
 */

import type { Call } from '../call.js'
import type { CallStore, Reservation } from '../store/call-store.js'
import type { TurnEstimate } from './turn-estimate.js'

export interface BudgetGuardOptions {
  readonly callStore: Pick<CallStore, 'reserve' | 'settle'>
  readonly call: Pick<Call, 'id' | 'tenant'>
  readonly limits: {
    readonly perCallMicros?: number
    readonly perTenantDayMicros?: number
    readonly perDayMicros?: number
  }
  readonly estimate: TurnEstimate
  /** What the carrier charges for the call as long as it lasts by now, micros. Default 0. */
  carrierMicros?(): number
  /** What it will charge for one more turn at most: of a minute, mostly. Default 0. */
  readonly carrierStepMicros?: number
  /** Epoch ms, and where the tenant's day began. */
  now(): number
  dayFromMs(): number
  /** Ids of reservations; unique over all nodes. */
  nextId(): string
  /** The store failed. */
  onProblem(error: unknown): void
}

/** A turn that may be answered. */
export interface TurnAllowance {
  /** Adds to what it cost. */
  spend(micros: number): void
  /** It is over; twice does nothing. */
  done(): void
}

export interface BudgetGuard {
  /** An allowance, false where a budget is spent; a promise only where the store has not answered yet. */
  take(): TurnAllowance | false | Promise<TurnAllowance | false>
  /** The call is over: gives back what was set aside, and books what the carrier charges. */
  close(): Promise<void>
}

interface Kept {
  readonly id: string
  readonly granted: boolean
}

export function createBudgetGuard(options: BudgetGuardOptions): BudgetGuard {
  const { callStore, call, limits, estimate, carrierStepMicros = 0, onProblem } = options
  const open = new Set<Promise<unknown>>()
  let bookedCarrier = 0
  let closed = false
  let ready: Kept | undefined
  let asking: Promise<Kept> | undefined

  const reservation = (id: string): Reservation => ({
    id,
    tenant: call.tenant,
    call: call.id,
    micros: estimate.micros + carrierStepMicros,
    dayFromMs: options.dayFromMs(),
    limits: {
      ...(limits.perCallMicros === undefined ? {} : { callMicros: limits.perCallMicros }),
      ...(limits.perTenantDayMicros === undefined ? {} : { tenantDayMicros: limits.perTenantDayMicros }),
      ...(limits.perDayMicros === undefined ? {} : { dayMicros: limits.perDayMicros }),
    },
    atMs: options.now(),
  })

  const ask = (): Promise<Kept> => {
    const id = options.nextId()
    const asked = Promise.resolve()
      .then(() => callStore.reserve(reservation(id)))
      .catch(error => {
        onProblem(error)
        return false
      })
      .then(granted => {
        const kept = { id, granted }
        if (asking === asked) {
          ready = kept
          asking = undefined
        }
        return kept
      })
    asking = asked
    return asked
  }

  const settle = (id: string, micros: number): void => {
    const settling: Promise<unknown> = callStore
      .settle(id, micros)
      .catch(onProblem)
      .finally(() => open.delete(settling))
    open.add(settling)
  }

  /** What the carrier charges since it was booked last. */
  const carrierDue = (): number => {
    const due = Math.max(0, (options.carrierMicros?.() ?? 0) - bookedCarrier)
    bookedCarrier += due
    return due
  }

  const allowance = (id: string): TurnAllowance => {
    let micros = 0
    let over = false
    return {
      spend(more) {
        micros += Math.ceil(more)
      },
      done() {
        if (over) return
        over = true
        estimate.add(micros)
        settle(id, micros + carrierDue())
      },
    }
  }

  const use = ({ id, granted }: Kept): TurnAllowance | false => {
    ready = undefined
    if (closed) {
      if (granted) settle(id, 0)
      return false
    }
    void ask()
    return granted ? allowance(id) : false
  }

  void ask()
  return {
    take() {
      if (closed) return false
      if (ready?.granted) return use(ready)
      // Refused a while ago: by now another call may have given back what it had set aside, or a day begun.
      ready = undefined
      return (asking ?? ask()).then(kept => {
        // Two turns may wait for the same answer: only one may have it.
        if (ready?.id === kept.id) return use(kept)
        return this.take()
      })
    },
    async close() {
      if (closed) return
      closed = true
      const last = ready ?? (await asking)
      ready = undefined
      const due = carrierDue()
      if (last?.granted) settle(last.id, due)
      else if (due > 0) await book(due)
      await Promise.all(open)
    },
  }

  /** What is owed is booked, whatever the limits. */
  async function book(micros: number): Promise<void> {
    const id = options.nextId()
    try {
      if (await callStore.reserve({ ...reservation(id), micros, limits: {} }))
        await callStore.settle(id, micros)
    } catch (error) {
      onProblem(error)
    }
  }
}
