/** What everything around calls is made of: the store, carriers, addresses, and what one call writes down for another node. */

import type {
  Call,
  CallAttempt,
  CallKey,
  CallStep,
  CallStore,
  Carrier,
  CarrierName,
  DecideAfter,
  StreamTickets,
} from '@parley/calls'
import { type Clock, type Ids, type Json, ParleyError, type SessionSnapshot } from '@parley/core'
import type { ResumeRegistry } from '@parley/platform'
import type { Log } from '../log/log.js'
import type { CallAddresses } from './call-addresses.js'

export interface CallWorldParts {
  readonly store: CallStore
  readonly tickets: StreamTickets
  readonly registry: ResumeRegistry
  readonly carriers: ReadonlyMap<CarrierName, Carrier>
  readonly addresses: CallAddresses
  readonly decide: DecideAfter
  readonly clock: Clock
  readonly epochMs: () => number
  readonly ids: Ids
  readonly log: Log
}

export interface CallWorld extends CallWorldParts {
  /** @throws ParleyError `not_found` */
  carrier(name: CarrierName): Carrier
  /** Writes an event; what cannot be written is logged and does not hold the call up. */
  note(key: CallKey, kind: string, data: { readonly [name: string]: Json }): Promise<void>
  /** What the carrier is to do when it asks next, on whichever node. @throws ParleyError `store_…` */
  next(key: CallKey, steps: readonly CallStep[], about: { readonly [name: string]: Json }): Promise<void>
  /** Taken once, the latest; undefined where nothing waits. */
  takeNext(key: CallKey): Promise<readonly CallStep[] | undefined>
  keep(call: Call, attempt: CallAttempt, snapshot: SessionSnapshot): void
  kept(): Promise<void>
  hold(call: Call, attempt: CallAttempt, on: boolean): Promise<void>
}

/** How long a conversation can be gone on with after its last sign of life, ms. */
const RESUME_MS = 120_000

export function createCallWorld(parts: CallWorldParts): CallWorld {
  const { store, carriers, registry, addresses, epochMs, log } = parts

  function carrier(name: CarrierName): Carrier {
    const found = carriers.get(name)
    if (found !== undefined) return found
    throw new ParleyError('not_found', `No account of ${name} is set; see docs/carriers.md.`)
  }

  return {
    ...parts,
    carrier,
    async note({ id: call, tenant }, kind, data) {
      try {
        await store.addEvent({ call, tenant, atMs: epochMs(), kind, data })
      } catch (err) {
        log.error({ err, call, kind }, 'an event of a call was not stored')
      }
    },
    async next({ id: call, tenant }, steps, about) {
      // Steps are plain data.
      const data = { ...about, steps: steps as unknown as Json }
      await store.addEvent({ call, tenant, atMs: epochMs(), kind: 'next', data })
    },
    async takeNext({ id: call, tenant }) {
      const events = await store.readEvents({ tenant, call, afterSeq: 0, limit: 1_000 })
      const waits = events.filter(({ kind }) => kind === 'next' || kind === 'next-taken').at(-1)
      if (waits === undefined || waits.kind !== 'next') return undefined
      await store.addEvent({ call, tenant, atMs: epochMs(), kind: 'next-taken', data: {} })
      return waits.data.steps as unknown as readonly CallStep[]
    },
    keep({ tenant, id }, attempt, snapshot) {
      const facts = { call: id, attempt: attempt.id }
      registry.keep({ tenant, session: snapshot.session, snapshot, facts, forMs: RESUME_MS })
    },
    kept: () => registry.flush(),
    async hold(_, attempt, on) {
      const { carrierCall, carrier: name } = attempt
      if (carrierCall === undefined) throw new ParleyError('call_over')
      const url = addresses.of(name, on ? 'hold' : 'resume', attempt.id)
      await carrier(name).redirect(carrierCall, [{ step: 'redirect', url }], AbortSignal.timeout(10_000))
    },
  }
}
