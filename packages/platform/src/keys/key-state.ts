/** What is known of one key: whether it may be used now, when it may be again, and how busy it is. */

import { createHash } from 'node:crypto'
import type { KeyOutcome, KeyRate } from '@parley/providers'

export interface KeyState {
  readonly key: string
  /** Names it where the key itself must not stand. */
  readonly id: string
  /** Why it may not be used before `restsUntilMs`. */
  why: KeyRest['kind'] | undefined
  restsUntilMs: number
  /** After a rest one use goes first; the others follow when it went well. */
  onTrial: boolean
  inFlight: number
  /** How often it rested; uses that began before the last rest, such as long sessions, do not stand in a trial's way. */
  rests: number
  /** Of those in flight, begun since the last rest. */
  inTrial: number
  /** What the vendor said is left, counted down by what was begun since. */
  left: number | undefined
  usedAtMs: number
}

/** Why and how long a key is left alone. */
export interface KeyRest {
  readonly kind: 'limited' | 'spent' | 'refused'
  readonly forMs: number
}

export interface RestTimes {
  /** After a limit that came without a time, ms. */
  readonly limitedMs: number
  /** For a key without credit or without rights, ms. */
  readonly spentMs: number
}

export function keyState(key: string): KeyState {
  const id = createHash('sha256').update(`parley key ${key}`).digest('hex').slice(0, 24)
  const unused = Number.NEGATIVE_INFINITY
  return {
    ...{ key, id, why: undefined, restsUntilMs: unused, onTrial: false },
    ...{ inFlight: 0, rests: 0, inTrial: 0, left: undefined, usedAtMs: unused },
  }
}

/** Whether a use may begin now. */
export function mayUse(state: KeyState, nowMs: number, maxInFlight: number): boolean {
  if (state.restsUntilMs > nowMs) return false
  return state.inFlight < maxInFlight && !(state.onTrial && state.inTrial > 0)
}

/** The key to be used before the other, as for `sort`: the idler, then the one with more left, then the longer unused. */
export function lessBusy(one: KeyState, other: KeyState): number {
  const unlimited = Number.MAX_SAFE_INTEGER
  return (
    one.inFlight - other.inFlight ||
    (other.left ?? unlimited) - (one.left ?? unlimited) ||
    one.usedAtMs - other.usedAtMs
  )
}

/** A use, by how often the key had rested when it began. */
export type KeyUse = number

export function beginUse(state: KeyState, nowMs: number): KeyUse {
  state.inFlight++
  state.inTrial++
  state.usedAtMs = nowMs
  if (state.left !== undefined) state.left--
  return state.rests
}

/** Takes what became of a use. A rest that others should know of is given back. */
export function endUse(
  state: KeyState,
  outcome: KeyOutcome,
  { use, nowMs, times }: { readonly use: KeyUse; readonly nowMs: number; readonly times: RestTimes },
): KeyRest | undefined {
  state.inFlight--
  if (use === state.rests) state.inTrial--
  if (outcome.kind === 'unknown') return undefined
  if (outcome.kind !== 'fine' && outcome.kind !== 'limited')
    return rest(state, { kind: outcome.kind, forMs: times.spentMs }, nowMs)
  if (outcome.kind === 'fine') return keepUse(state, outcome.rate ?? {}, nowMs)
  state.left = outcome.rate?.remainingRequests ?? state.left
  const forMs = outcome.retryAfterMs ?? outcome.rate?.resetMs ?? times.limitedMs
  return rest(state, { kind: 'limited', forMs: Math.max(1, forMs) }, nowMs)
}

/** Takes what a use that served, and may go on, tells of the key. A rest that others should know of is given back. */
export function keepUse(state: KeyState, rate: KeyRate, nowMs: number): KeyRest | undefined {
  state.left = rate.remainingRequests ?? state.left
  state.onTrial = false
  const forMs = exhaustedFor(rate)
  return forMs === undefined ? undefined : rest(state, { kind: 'limited', forMs }, nowMs)
}

/** Leaves the key alone; a shorter rest never ends a longer one. */
export function rest(state: KeyState, { kind, forMs }: KeyRest, nowMs: number): KeyRest | undefined {
  const untilMs = nowMs + forMs
  if (untilMs <= state.restsUntilMs) return undefined
  state.restsUntilMs = untilMs
  state.why = kind
  state.onTrial = true
  state.rests++
  state.inTrial = 0
  state.left = undefined
  return { kind, forMs }
}

/** How long until something is left again; undefined if something is. */
function exhaustedFor({ remainingRequests, remainingTokens, resetMs }: KeyRate): number | undefined {
  if (resetMs === undefined || resetMs <= 0) return undefined
  return remainingRequests === 0 || remainingTokens === 0 ? resetMs : undefined
}
