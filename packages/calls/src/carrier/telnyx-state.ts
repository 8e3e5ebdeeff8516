/**
 * What we give Telnyx with every command and get back with every event, signed with the rest of it: whose call it is, what
 * is left to do once what was begun is over, and, on the leg of somebody dialled into a call, the call it belongs to. So
 * any node goes on without having known the call.
 */

import type { AttemptId } from '../call.js'
import { isAttempt } from './attempt-in.js'
import type { CallStep } from './carrier.js'

export interface TelnyxState {
  readonly attempt?: AttemptId
  readonly rest?: readonly CallStep[]
  /** The call that this leg was dialled from. */
  readonly parent?: string
}

const kinds: ReadonlySet<unknown> = new Set<CallStep['step']>([
  'stream',
  'say',
  'play',
  'dial',
  'gather',
  'digits',
  'hang-up',
])

export function writeTelnyxState(state: TelnyxState): string {
  return Buffer.from(JSON.stringify(state)).toString('base64')
}

/** Empty for what is none of ours. */
export function readTelnyxState(text: unknown): TelnyxState {
  if (typeof text !== 'string' || text.length > 20_000) return {}
  let state: unknown
  try {
    state = JSON.parse(Buffer.from(text, 'base64').toString())
  } catch {
    return {}
  }
  if (typeof state !== 'object' || state === null) return {}
  const { attempt, rest, parent } = state as Readonly<Record<string, unknown>>
  return {
    ...(isAttempt(attempt) ? { attempt } : {}),
    ...(isSteps(rest) ? { rest } : {}),
    ...(typeof parent === 'string' && parent.length <= 200 ? { parent } : {}),
  }
}

/** We wrote it, and Telnyx signs it: the kinds alone are looked at. */
function isSteps(value: unknown): value is readonly CallStep[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(step => typeof step === 'object' && step !== null && kinds.has(step.step))
  )
}
