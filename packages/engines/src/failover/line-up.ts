/**
 * The providers of one slot in order of preference, each with its breaker. One that rests is probed in the background
 * with `warm()` before it is tried on a caller; where it has none, the next real use is the trial.
 */

import { type Clock, ParleyError } from '@parley/core'
import {
  type Breaker,
  type BreakerOptions,
  type BreakerState,
  type BreakerUse,
  createBreaker,
} from './breaker.js'
import type { Incident, IncidentAction, OnIncident } from './incident.js'
import { createTries, type Tries } from './tries.js'

export interface Provider {
  readonly name: string
  warm?(): Promise<void>
}

/** What all wrappers take. */
export interface FailoverOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1. */
  readonly random?: () => number
  readonly breaker?: Omit<BreakerOptions, 'clock' | 'random'>
  readonly onIncident?: OnIncident
  /** Whether a provider, by name, has another key that may be used now: a refusal of one then counts as chance. */
  readonly hasOtherKey?: (provider: string) => boolean
}

export interface Member<P extends Provider> {
  readonly provider: P
  /** Its place in the list, 0 the first choice. */
  readonly place: number
  readonly breaker: Breaker
}

export interface Use<P extends Provider> extends BreakerUse {
  readonly member: Member<P>
}

export interface LineUp<P extends Provider> {
  readonly members: readonly Member<P>[]
  tell(provider: P, action: IncidentAction, error?: unknown): void
  /**
   * The tries of one request: each member that is fit for it (all, if none is) once, those that rest last; then the
   * first again, if that may help.
   */
  tries(isFit?: (provider: P) => boolean): Tries<P>
  /** A use of the best member that is better than this one and may be used now. */
  better(place: number): Use<P> | undefined
  /** A use of this member, whatever its breaker says. */
  use(member: Member<P>): Use<P>
  /** Whether that was the fault of one key, and another may do. */
  isOneKeys(provider: P, error: ParleyError): boolean
  warm(): Promise<void>
  close(): void
}

const ofKeys: ReadonlySet<string> = new Set(['provider_refused', 'provider_quota', 'provider_limited'])

export function createLineUp<P extends Provider>(
  slot: Incident['slot'],
  providers: readonly P[],
  options: FailoverOptions,
): LineUp<P> {
  if (providers.length === 0) throw new ParleyError('bad_config', `The slot "${slot}" has no provider.`)
  const { clock, random } = options
  const shared = { ...options.breaker, clock, ...(random === undefined ? {} : { random }) }
  const members = providers.map((provider, place) => ({ provider, place, breaker: createBreaker(shared) }))
  const probes = new Map<Member<P>, () => void>()
  let closed = false

  function tell(provider: P, action: IncidentAction, error?: unknown): void {
    if (closed) return
    const why = error === undefined ? {} : { error: ParleyError.from(error, 'provider_failed') }
    options.onIncident?.({ slot, provider: provider.name, action, atMs: clock.now(), ...why })
  }

  const isOneKeys = ({ name }: P, { code }: ParleyError) =>
    ofKeys.has(code) && options.hasOtherKey?.(name) === true

  /** The fault of one key counts as chance does, and not for as long as that key is refused. */
  function asCounted(provider: P, thrown: unknown): ParleyError {
    const error = ParleyError.from(thrown, 'provider_failed')
    if (!isOneKeys(provider, error)) return error
    return new ParleyError('provider_failed', error.message, { retryable: true, cause: error })
  }

  /** Waits until the breaker lets a trial through and asks the provider whether it is there. */
  function watch(member: Member<P>): void {
    if (closed || probes.has(member) || member.provider.warm === undefined) return
    const cancel = clock.after(member.breaker.openForMs + 1, () => {
      probes.delete(member)
      const use = member.breaker.enter()
      if (use === undefined) return
      member.provider.warm?.().then(
        // A connection proves no answer: the next real use decides.
        () => use.dropped(),
        error => {
          use.failed(error)
          watch(member)
        },
      )
    })
    probes.set(member, cancel)
  }

  function useOf(member: Member<P>, use: BreakerUse): Use<P> {
    const { breaker, provider } = member
    return {
      member,
      dropped: use.dropped,
      succeeded() {
        const before = breaker.state
        use.succeeded()
        if (before !== 'closed' && isNow(breaker, 'closed')) tell(provider, 'returned')
      },
      failed(error) {
        const before = breaker.state
        use.failed(asCounted(provider, error))
        if (before === 'open' || !isNow(breaker, 'open')) return
        tell(provider, 'rested', error)
        watch(member)
      },
    }
  }

  function enter(member: Member<P>): Use<P> | undefined {
    const use = member.breaker.enter()
    return use === undefined ? undefined : useOf(member, use)
  }

  const force = (member: Member<P>) => useOf(member, member.breaker.force())

  return {
    members,
    tell,
    tries(isFit = () => true) {
      const fit = members.filter(({ provider }) => isFit(provider))
      return createTries(fit.length > 0 ? fit : members, { enter, force })
    },
    better(place) {
      for (const member of members.slice(0, place)) {
        const use = enter(member)
        if (use !== undefined) return use
      }
      return undefined
    },
    use: force,
    isOneKeys,
    async warm() {
      const results = await Promise.allSettled(members.map(({ provider }) => provider.warm?.()))
      for (const [index, result] of results.entries()) {
        const member = members[index]
        if (result.status === 'rejected' && member !== undefined) enter(member)?.failed(result.reason)
      }
    },
    close() {
      closed = true
      for (const cancel of probes.values()) cancel()
      probes.clear()
    },
  }
}

function isNow(breaker: Breaker, state: BreakerState): boolean {
  return breaker.state === state
}
