/**
 * Calls of streams that brought no ticket: nobody but the stream tells of them, and their carrier asks us nothing. Whoever
 * brings no ticket may name any call, so what they name must not be taken for one that a carrier told of.
 */

import { type CallAttempt, isAdoptedCall } from '@parley/calls'

/** What stands in the place of the carrier's own id; `id` is unlike any other. */
export function adoptedCall(callSid: string | undefined, streamSid: string, id: string): string {
  return `${callSid ?? streamSid}/${streamSid}/${id}`
}

export function isAdopted({ carrierCall }: Pick<CallAttempt, 'carrierCall'>): boolean {
  return isAdoptedCall(carrierCall)
}
