/**
 * Where calls are held: answers what carriers ask (`carrier-desk.ts`) and opens the conversations of their media streams
 * (`stream-desk.ts`); both know the same calls.
 */

import type { CallDetail, CallId, CallKey, CarrierName, Told } from '@parley/calls'
import type { SessionId } from '@parley/core'
import type { PhoneHost, PhoneIdentity } from '@parley/transports'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { SessionDesk } from '../gateway/desk-contract.js'
import { isAdopted } from './adopted-call.js'
import type { CallAround } from './call-around.js'
import { createCallEnds } from './call-ends.js'
import type { CallWorld } from './call-world.js'
import { createCarrierDesk } from './carrier-desk.js'
import type { CarrierHost } from './carrier-host.js'
import { createHeldCalls } from './held-calls.js'
import type { LiveCall } from './live-call.js'
import type { PhoneNumbers } from './phone-numbers.js'
import { createStreamDesk } from './stream-desk.js'

export interface CallDeskParts {
  readonly world: CallWorld
  readonly sessions: Pick<SessionDesk, 'openCall' | 'endHandedOver'>
  readonly agents: AgentCatalogue
  readonly numbers: PhoneNumbers
  /** BCP 47, of calls that do not say. */
  readonly language: string
  readonly around: CallAround
  /** Sets the alarm for what follows an attempt that is over. Never throws. */
  told(told: Told): Promise<void>
}

export interface CallDesk extends CarrierHost, PhoneHost {
  /** Undefined for a token that is no ticket. */
  identifyTicket(token: string | undefined): Promise<PhoneIdentity | undefined>
  /** The call, if it is talked in here. */
  live(call: CallId): LiveCall | undefined
  /** The conversation was taken by another process: it ends here without a word. */
  taken(session: SessionId): void
  /** Ends it wherever it is held. @throws ParleyError `carrier_…` */
  end(call: CallDetail, reason: string): Promise<void>
  /** Whether it is talked in nowhere now: on hold, or with somebody else. @throws ParleyError `store_…` */
  away(call: CallKey): Promise<'hold' | 'transfer' | undefined>
  /** Brings a call that is on hold back to its agent. @throws ParleyError `carrier_…`, `store_…` */
  comeBack(call: CallDetail): Promise<void>
  readonly active: number
}

const CARRIER_MS = 10_000

export function createCallDesk(parts: CallDeskParts): CallDesk {
  const { world } = parts
  const held = createHeldCalls()
  const ends = createCallEnds({ ...parts, held })
  const all = { ...parts, held, ends }

  /** The leg that a carrier can be asked to change. */
  function atCarrier({ legs }: CallDetail) {
    const leg = legs.find(({ state }) => state === 'placed')
    if (leg?.carrierCall === undefined || isAdopted(leg)) return undefined
    if (!world.carriers.has(leg.carrier as CarrierName)) return undefined
    return { leg, carrierCall: leg.carrierCall, carrier: world.carrier(leg.carrier) }
  }

  async function away(call: CallKey): Promise<'hold' | 'transfer' | undefined> {
    const { order } = await world.past(call)
    if (order === undefined || !order.waits || held.has(call.id)) return undefined
    return order.hold ? 'hold' : 'transfer'
  }

  return {
    ...createCarrierDesk(all),
    ...createStreamDesk(all),
    async identifyTicket(token) {
      const ticket = token === undefined ? undefined : await world.tickets.redeem(token)
      if (ticket === undefined) return undefined
      const { tenant, carrierCall, ...rest } = ticket
      return {
        principal: { tenant, subject: 'phone' },
        ticket: { ...rest, ...(carrierCall === '' ? {} : { callSid: carrierCall }) },
      }
    },
    live: call => held.get(call)?.live,
    taken(session) {
      for (const { opened } of held.values())
        if (opened.held.id === session) void opened.held.end('handed-over')
    },
    async end(call, reason) {
      held.get(call.id)?.live.hangUp(reason)
      const at = atCarrier(call)
      await at?.carrier.hangUp(at.carrierCall, AbortSignal.timeout(CARRIER_MS))
    },
    away,
    async comeBack(call) {
      const at = atCarrier(call)
      if (at === undefined || (await away(call)) !== 'hold') return
      const { id: attempt, carrier } = at.leg
      // Before the carrier asks: it is not to be held again.
      const about = { call: call.id, tenant: call.tenant, atMs: world.epochMs(), data: {} }
      await world.store.addEvent({ ...about, kind: 'hold-over' })
      const url = world.addresses.of(carrier, 'resume', attempt)
      await at.carrier.redirect(at.carrierCall, [{ step: 'redirect', url }], AbortSignal.timeout(CARRIER_MS))
    },
    get active() {
      return held.size
    },
  }
}
