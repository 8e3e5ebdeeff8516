/**
 * How the far session of a model that hears and speaks is held: who ends the caller's turns, and when a new session takes
 * its place. It stands beside `realtime`, because it holds for whichever provider of that list serves.
 */

import type { FarTurns } from '@parley/core'
import { z } from 'zod'
import { didYouMean } from '../scripted/edit-distance.js'

/** Durations in ms; what is absent is the engine's to say. */
export interface RealtimeSessionPlan {
  readonly turns: FarTurns
  readonly renewal: RenewalPlan
}

/** Before the vendor's own end of a session, ms. */
export interface RenewalPlan {
  /** From here on a new session takes over in a quiet moment. */
  readonly beforeMs?: number
  /** From here on at once. */
  readonly latestMs?: number
}

const between = (least: number, most: number, unit = '') => {
  const message = `must be from ${least} to ${most}${unit}`
  return { message, shape: z.number().min(least, message).max(most, message) }
}
const ms = (least: number, most: number) => {
  const { message } = between(least, most, ' ms')
  return z.int().min(least, message).max(most, message).exactOptional()
}

const types = ['gateway', 'server_vad', 'semantic_vad'] as const
const eagerness = ['low', 'medium', 'high', 'auto'] as const

const turnsShape = {
  type: z.enum(types),
  threshold: between(0, 1).shape.exactOptional(),
  silenceMs: ms(100, 10_000),
  prefixMs: ms(0, 5_000),
  eagerness: z.enum(eagerness).exactOptional(),
}

/** What belongs to one way of ending turns and to no other. */
const ownKeys = {
  gateway: [],
  server_vad: ['threshold', 'silenceMs', 'prefixMs'],
  semantic_vad: ['eagerness'],
} as const satisfies Readonly<Record<(typeof types)[number], readonly (keyof typeof turnsShape)[]>>

const turns = z.preprocess(
  (value, context) => {
    if (typeof value !== 'string') return value
    if (types.some(type => type === value)) return { type: value }
    context.addIssue({
      code: 'custom',
      message: `must be one of ${types.join(', ')}${didYouMean(value, types)}`,
    })
    return z.NEVER
  },
  z.strictObject(turnsShape).superRefine((given, context) => {
    const known: readonly string[] = ['type', ...ownKeys[given.type]]
    for (const key of Object.keys(given).filter(each => !known.includes(each))) {
      const own = known.slice(1)
      const has = own.length === 0 ? 'has no values' : `has ${own.join(', ')}`
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `is nothing of ${given.type}, which ${has}; remove it`,
      })
    }
  }),
)

const renewalShape = { beforeMs: ms(10_000, 3_000_000), latestMs: ms(1_000, 3_000_000) }

const renewal = z
  .strictObject(renewalShape)
  .refine(
    ({ beforeMs, latestMs }) => beforeMs === undefined || latestMs === undefined || latestMs <= beforeMs,
    { path: ['latestMs'], message: 'must not be above beforeMs; the quiet moment is looked for first' },
  )

const sessionShape = { turns: turns.exactOptional(), renewal: renewal.exactOptional() }

export const realtimeSessionFile = z.strictObject(sessionShape)

export function realtimeSessionKeysAt([section]: readonly PropertyKey[]): readonly string[] {
  if (section === 'turns') return Object.keys(turnsShape)
  return Object.keys(section === 'renewal' ? renewalShape : sessionShape)
}

export function realtimeSessionOf(file: z.output<typeof realtimeSessionFile> = {}): RealtimeSessionPlan {
  return { turns: farTurnsOf(file.turns), renewal: file.renewal ?? {} }
}

function farTurnsOf(given: z.output<typeof turns> | undefined): FarTurns {
  if (given === undefined || given.type === 'gateway') return { by: 'gateway' }
  const { type, ...values } = given
  if (type === 'semantic_vad')
    return { by: 'meaning', ...(values.eagerness === undefined ? {} : { eagerness: values.eagerness }) }
  const { threshold, silenceMs, prefixMs } = values
  return {
    by: 'silence',
    ...(threshold === undefined ? {} : { threshold }),
    ...(silenceMs === undefined ? {} : { silenceMs }),
    ...(prefixMs === undefined ? {} : { prefixMs }),
  }
}
