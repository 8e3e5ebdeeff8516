/** What everything around calls is made of: the store, carriers, addresses, and what one call writes down for another node. */

import type {
  AnsweredBy,
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
import { type CallPast, readPast } from './call-past.js'

export interface CallWorldParts {
  readonly store: CallStore
  readonly tickets: StreamTickets
  readonly registry: ResumeRegistry
  /** Whether what the registry is told while a call goes on outlives this process; else only a handing over is kept. */
  readonly outlives: boolean
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
  past(key: CallKey): Promise<CallPast>
  /** Our own ear heard who answered. What cannot be written is logged. */
  answered(attempt: CallAttempt, who: AnsweredBy): Promise<void>
  /** `forMs`: how long it can be gone on with; two minutes without. */
  keep(call: Call, attempt: CallAttempt, snapshot: SessionSnapshot, forMs?: number): void
  kept(): Promise<void>
}

/** How long a conversation can be gone on with after its last sign of life, ms. */
const RESUME_MS = 120_000

export function createCallWorld(parts: CallWorldParts): CallWorld {
  const { store, carriers, registry, decide, epochMs, log } = parts

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
    past: key => readPast(store, key),
    async answered({ id: attempt, carrier: name, carrierCall }, answeredBy) {
      if (carrierCall === undefined) return
      try {
        const about = { attempt, carrierCall, carrier: name, atMs: epochMs() }
        await store.tell({ ...about, id: `heard-${attempt}`, answeredBy }, decide)
      } catch (err) {
        log.error({ err, attempt }, 'who answered was not stored')
      }
    },
    keep({ tenant, id }, attempt, snapshot, forMs = RESUME_MS) {
      const facts = { call: id, attempt: attempt.id }
      registry.keep({ tenant, session: snapshot.session, snapshot, facts, forMs })
    },
    kept: () => registry.flush(),
  }
}
