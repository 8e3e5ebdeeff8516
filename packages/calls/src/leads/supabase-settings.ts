import { ParleyError } from '@parley/core'
import { isLoopbackHost } from '@parley/platform'
import type { LeadBook } from './lead-book.js'

/** Supabase by its address and keys, as its own projects name them in their environment. */

export interface SupabaseSettings {
  /** `NEXT_PUBLIC_SUPABASE_URL`: `https://<project>.supabase.co`. */
  readonly url?: string
  /** `NEXT_PUBLIC_SUPABASE_ANON_KEY`. */
  readonly anonKey?: string
  /** `SUPABASE_SERVICE_ROLE_KEY`: passes row security; used where it is there. */
  readonly serviceRoleKey?: string
}

export interface SupabaseAccess {
  /** With `/rest/v1`, without a slash at its end. */
  readonly restUrl: string
  readonly key: string
  readonly role: 'anon' | 'service'
}

/**
 * Undefined where nothing is set; a sentence for people where something is missing or wrong: to be told at the start, so
 * that no call finds out.
 */
export function readSupabase(
  settings: SupabaseSettings,
): SupabaseAccess | { readonly problem: string } | undefined {
  const { url = '', anonKey = '', serviceRoleKey = '' } = settings
  if (url === '' && anonKey === '' && serviceRoleKey === '') return undefined
  if (url === '') {
    return { problem: 'NEXT_PUBLIC_SUPABASE_URL is missing; leads at Supabase are neither read nor updated.' }
  }
  const problem = problemOfUrl(url)
  if (problem !== undefined) return { problem }
  const key = serviceRoleKey === '' ? anonKey : serviceRoleKey
  if (key === '') {
    return {
      problem:
        'SUPABASE_SERVICE_ROLE_KEY (or NEXT_PUBLIC_SUPABASE_ANON_KEY) is missing; leads at Supabase are neither read ' +
        'nor updated.',
    }
  }
  // A header cannot hold more, and fetch would quote the key in its error.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return { problem: 'The Supabase key has a character that no key has; copy it again.' }
  }
  const base = url.replace(/\/+$/, '')
  const restUrl = base.endsWith('/rest/v1') ? base : `${base}/rest/v1`
  return { restUrl, key, role: serviceRoleKey === '' ? 'anon' : 'service' }
}

function problemOfUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    return 'NEXT_PUBLIC_SUPABASE_URL is no address; it looks like https://<project>.supabase.co.'
  }
  if (url.protocol === 'https:' || isLoopbackHost(url.host)) return undefined
  return 'NEXT_PUBLIC_SUPABASE_URL must begin with https:// where it is not this machine: the key would be read on the way.'
}

/** A book that says what is missing, for those who use it all the same. */
export function missingLeadBook(problem: string): LeadBook {
  const refuse = () => Promise.reject(new ParleyError('bad_config', problem))
  return { read: refuse, apply: refuse }
}
