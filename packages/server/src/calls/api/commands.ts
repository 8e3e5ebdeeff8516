/** What a live call can be told to do from outside, and how it does it. */

import type { Json } from '@parley/core'
import { z } from 'zod'
import type { LiveCall } from '../live-call.js'

const reason = z.string().min(1).max(300)

export const commandSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('hang-up'), reason: reason.default('ended over the API') }),
  z.strictObject({
    do: z.literal('transfer'),
    to: z.string().min(1).max(40).meta({ description: 'A name of the agent’s plan for calls.' }),
    about: z.string().max(500).default('').meta({ description: 'What the other side is told.' }),
  }),
  z.strictObject({ do: z.literal('hold'), on: z.boolean().default(true) }),
  z.strictObject({
    do: z.literal('digits'),
    digits: z
      .string()
      .regex(/^[0-9*#w]{1,64}$/, 'Keys are 0–9, *, # and w for half a second.')
      .meta({ description: '0–9, *, #, and w for half a second.' }),
  }),
  z.strictObject({ do: z.literal('leave-message') }),
])

export type CallCommand = z.output<typeof commandSchema>

/** Returns at once; what cannot be done is told to the agent, and stands in the call's events as `trouble`. */
export function carryOut(live: LiveCall, command: CallCommand): void {
  if (command.do === 'hang-up') live.hangUp(command.reason)
  else void live.order(command)
}

/** As it stands in an event. */
export function commandData(command: CallCommand, by: string): { readonly [name: string]: Json } {
  return { command: { ...command }, by }
}

/** Undefined for one that this version does not know. */
export function readCommand(data: { readonly [name: string]: Json }): CallCommand | undefined {
  const parsed = commandSchema.safeParse(data.command)
  return parsed.success ? parsed.data : undefined
}
