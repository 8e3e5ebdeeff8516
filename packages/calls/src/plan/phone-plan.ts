/**
 * `phone:` of an agent file: what the agent's phone calls are like. `phonePlanShape` reads it; without it a call is talked
 * in, not recorded, transferred to nobody and summed up.
 *
 * ```yaml
 * phone:
 *   record: true
 *   consent: This call is recorded.
 *   machine: { listen: ours, then: leave-message, message: Please call us back at 555 0100. }
 *   keys: { terminator: '#', most: 20 }
 *   transfers:
 *     sales: { to: '+12025550123', kind: warm, describe: For prices and offers. }
 *   budget: { perCall: 0.50, closing: I have to end this call now. Goodbye. }
 *   after: { ... }
 * ```
 */

import { z } from 'zod'
import { afterPlanShape, readAfterPlan } from '../after/after-plan.js'
import { dialledNumber } from '../dialled-number.js'

const seconds = (least: number, most: number) => {
  const message = `must be from ${least} to ${most}`
  return z.number().min(least, message).max(most, message)
}
const words = z.string().trim().min(1, 'is empty')
const phone = z.string().regex(dialledNumber, 'is no number; write it as in +12025550123')

const machineShape = z.strictObject({
  /** Who listens for a machine: the gateway, the carrier, both (whoever is first), nobody. */
  listen: z.enum(['ours', 'carrier', 'both', 'off']).default('ours'),
  /** What is done when one has answered. */
  // biome-ignore lint/suspicious/noThenProperty: it is data of a file, nobody awaits it.
  then: z.enum(['hang-up', 'leave-message', 'talk']).default('hang-up'),
  /** Spoken by the agent's voice behind the greeting and its beep. */
  message: words.exactOptional(),
})

const transferShape = z.strictObject({
  to: phone,
  kind: z.enum(['blind', 'warm']).default('blind'),
  /** When to use it, for the model. */
  describe: words.exactOptional(),
  ringSeconds: seconds(5, 120).default(25),
  /** Said to the other side first, with `{about}`; only of warm ones. */
  whisper: words.exactOptional(),
})

export const phonePlanShape = z
  .strictObject({
    record: z.boolean().default(false),
    /** Said before anything else, and may not be interrupted. */
    consent: words.exactOptional(),
    machine: machineShape.prefault({}),
    keys: z
      .strictObject({
        terminator: z.enum(['#', '*']).default('#'),
        most: z.int().min(1).max(50).default(20),
        /** Between two keys, ms: then what was pressed counts. */
        betweenMs: seconds(500, 10_000).default(2_000),
      })
      .prefault({}),
    transfers: z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'is no name'), transferShape).default({}),
    hold: z.strictObject({ play: z.url({ protocol: /^https?$/ }) }).exactOptional(),
    /** Longest call. */
    maxSeconds: seconds(10, 14_400).default(3_600),
    /** How long it rings. */
    ringSeconds: seconds(5, 120).default(30),
    budget: z
      .strictObject({ perCall: z.number().positive().exactOptional(), closing: words.exactOptional() })
      .prefault({}),
    after: afterPlanShape.exactOptional(),
  })
  .superRefine(({ machine, after }, context) => {
    for (const { path, message } of readAfterPlan(after).problems ?? [])
      context.addIssue({ code: 'custom', path: ['after', ...path], message })
    if (machine.then === 'leave-message' && machine.message === undefined)
      context.addIssue({
        code: 'custom',
        path: ['machine', 'message'],
        message: 'is missing; what is left there?',
      })
  })

export type PhonePlan = z.output<typeof phonePlanShape>
export type TransferPlan = z.output<typeof transferShape>

/** As an agent without `phone:` is called. */
export const usualPhonePlan: PhonePlan = phonePlanShape.parse({})
