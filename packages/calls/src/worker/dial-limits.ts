/**
 * How many calls may be begun, and be under way, by caller id and by tenant. Calls under way are counted over all nodes by
 * the store; how fast they are begun is a budget of this node, so that N nodes begin at most N times as many.
 */

import type { Call } from '../call.js'
import type { LiveCount } from '../store/call-store.js'

export interface DialLimits {
  /** Begun per second by caller id; Twilio's default is 1. */
  readonly perSecond: number
  readonly liveByCaller: number
  readonly liveByTenant: number
}

export const defaultLimits: DialLimits = { perSecond: 1, liveByCaller: 50, liveByTenant: 100 }

export interface DialGate {
  /** Takes a place; else how long to wait, ms, and for what. */
  enter(call: Call, limits: DialLimits, live: readonly LiveCount[]): GateAnswer
  /** The attempt stands in the store, or was never made. */
  leave(call: Call): void
}

export type GateAnswer =
  | { readonly kind: 'open' }
  | { readonly kind: 'wait'; readonly forMs: number; readonly limit: 'rate' | 'caller' | 'tenant' }

/** `now` in ms; only differences count. */
export function createDialGate(now: () => number): DialGate {
  /** Next moment in which a call may be begun, by caller id: bounded by the caller ids that are in use. */
  const nextAt = new Map<string, number>()
  const entering = new Map<string, number>()
  const change = (key: string, by: number) => {
    const count = (entering.get(key) ?? 0) + by
    if (count > 0) entering.set(key, count)
    else entering.delete(key)
  }

  return {
    enter(call, limits, live) {
      const caller = keyOf(call)
      const ofTenant = sum(live, count => count.tenant === call.tenant) + (entering.get(call.tenant) ?? 0)
      if (ofTenant >= limits.liveByTenant) return { kind: 'wait', forMs: 2_000, limit: 'tenant' }
      const own = (count: LiveCount) => count.tenant === call.tenant && count.from === call.from
      if (sum(live, own) + (entering.get(caller) ?? 0) >= limits.liveByCaller) {
        return { kind: 'wait', forMs: 2_000, limit: 'caller' }
      }
      const atMs = now()
      const freeAtMs = nextAt.get(call.from) ?? atMs
      if (freeAtMs > atMs) return { kind: 'wait', forMs: Math.ceil(freeAtMs - atMs), limit: 'rate' }
      if (nextAt.size > 10_000) for (const [key, at] of nextAt) if (at <= atMs) nextAt.delete(key)
      nextAt.set(call.from, atMs + 1000 / limits.perSecond)
      change(call.tenant, 1)
      change(caller, 1)
      return { kind: 'open' }
    },
    leave(call) {
      change(call.tenant, -1)
      change(keyOf(call), -1)
    },
  }
}

/** No tenant has a line break in its name. */
function keyOf(call: Call): string {
  return `${call.tenant}\n${call.from}`
}

function sum(live: readonly LiveCount[], which: (count: LiveCount) => boolean): number {
  return live.filter(which).reduce((total, { count }) => total + count, 0)
}
