import { type Json, ParleyError } from '@parley/core'
import { z } from 'zod'
import type { CallId } from '../call.js'
import type { LeadChange } from './lead-book.js'

/** A change of a lead as the body of a letter, and back. */

const json = z.json()
const leadChange = z.object({
  call: z.string().min(1).max(200),
  who: z.union([
    z.object({ id: z.string().min(1).max(200) }),
    z.object({ phone: z.string().min(3).max(16) }),
  ]),
  status: z.string().max(200),
  fields: z.record(z.string(), json),
  atMs: z.number().int(),
})

export function leadLetterBody(change: LeadChange): Json {
  const { call, who, status, fields, atMs } = change
  return { call, who: { ...who }, status, fields, atMs }
}

/** @throws ParleyError `bad_message` */
export function readLeadLetter(body: Json): LeadChange {
  const read = leadChange.safeParse(body)
  if (!read.success) {
    throw new ParleyError('bad_message', `The letter changes no lead: ${z.prettifyError(read.error)}`)
  }
  return { ...read.data, call: read.data.call as CallId }
}
