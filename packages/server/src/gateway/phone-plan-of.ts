import { type PhonePlan, usualPhonePlan } from '@parley/calls'
import type { Agent } from '@parley/engines'

/** What phone calls of this agent are like; as usual where its file does not say. */
export function phonePlanOf({ phone }: Agent): PhonePlan {
  // Read by the catalogue's shape, which is this one.
  return (phone as PhonePlan | undefined) ?? usualPhonePlan
}
