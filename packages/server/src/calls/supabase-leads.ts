/** The leads of a gateway at Supabase: whose calls change one, and how it is changed. */

import { createPostgrestLeadBook, type OutboxMessage, readLeadLetter, readSupabase } from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { Config } from '../config/settings.js'

export type SupabaseSettings = Pick<
  Config,
  'supabaseUrl' | 'supabaseAnonKey' | 'supabaseServiceKey' | 'supabaseLeads'
>

/** For the work after a call, and for the sender of letters. */
export interface SupabaseLeads {
  leadTargetOf(): string
  applyLead(letter: OutboxMessage, signal: AbortSignal): Promise<void>
}

/** Undefined where no Supabase is set. @throws ParleyError `bad_config` */
export function supabaseLeads(config: SupabaseSettings): SupabaseLeads | undefined {
  const access = readSupabase({
    ...(config.supabaseUrl === undefined ? {} : { url: config.supabaseUrl }),
    ...(config.supabaseAnonKey === undefined ? {} : { anonKey: config.supabaseAnonKey }),
    ...(config.supabaseServiceKey === undefined ? {} : { serviceRoleKey: config.supabaseServiceKey }),
  })
  if (access === undefined) return undefined
  if ('problem' in access) throw new ParleyError('bad_config', access.problem)
  const book = createPostgrestLeadBook({
    access,
    fetch: (url, init) => fetch(url, init),
    table: config.supabaseLeads,
  })
  return {
    leadTargetOf: () => 'supabase',
    async applyLead(letter, signal) {
      const applied = await book.apply(readLeadLetter(letter.body), signal)
      if (applied === 'missing') throw new ParleyError('bad_message', 'There is no such lead at Supabase.')
    },
  }
}
