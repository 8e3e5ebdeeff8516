import { ParleyError } from '@parley/core'

/**
 * What PostgREST says of a request that it did not follow, told with what to do about it. Its own words are kept only where
 * they speak of tables and columns: others may hold what people said.
 */
export interface FaultContext {
  readonly table: string
  readonly role: 'anon' | 'service'
}

export async function postgrestFault(response: Response, context: FaultContext): Promise<ParleyError> {
  const { code, message } = await bodyOf(response)
  const { status } = response
  const details = { status, ...(code === '' ? {} : { reason: code }) }
  const fault = (of: ConstructorParameters<typeof ParleyError>[0], sentence: string, retryable = false) =>
    new ParleyError(of, sentence, { details, retryable })
  const { table } = context

  if (code === 'PGRST205' || code === '42P01') {
    return fault('bad_config', `Supabase has no table “${table}”; make it, or name another for leads.`)
  }
  if (code === 'PGRST204' || code === '42703') {
    const column = /'([^']+)' column|column "?(?:\w+\.)*([\w ]+?)"? does not exist/.exec(message)
    const name = column?.[1] ?? column?.[2] ?? 'of that name'
    return fault(
      'bad_config',
      `The table “${table}” at Supabase has no column “${name}”; add it, or map another (docs/calls-data.md has the SQL).`,
    )
  }
  if (status === 401 || status === 403) {
    const role = context.role === 'anon' ? 'NEXT_PUBLIC_SUPABASE_ANON_KEY' : 'SUPABASE_SERVICE_ROLE_KEY'
    return fault(
      'provider_refused',
      code === '42501'
        ? `The key in ${role} may not use the table “${table}”; ` +
            'set SUPABASE_SERVICE_ROLE_KEY, or grant its role the table.'
        : `Supabase does not accept the key in ${role}; copy it from the project’s settings.`,
    )
  }
  if (status === 429) return fault('provider_limited', 'Supabase limits the rate of requests.', true)
  if (status >= 500 || status === 408) return fault('provider_failed', `Supabase failed (${status}).`, true)
  if (status === 404) {
    return fault('bad_config', 'There is no Supabase at that address; check NEXT_PUBLIC_SUPABASE_URL.')
  }
  return fault(
    'provider_rejected',
    `The table “${table}” at Supabase does not take this (${code || status}); see its types and constraints.`,
  )
}

const longestBody = 64 * 1024

async function bodyOf(response: Response): Promise<{ readonly code: string; readonly message: string }> {
  const text = await response.text().catch(() => '')
  try {
    const body: unknown = JSON.parse(text.slice(0, longestBody))
    if (typeof body !== 'object' || body === null) return { code: '', message: '' }
    const code = 'code' in body && typeof body.code === 'string' ? body.code : ''
    const message = 'message' in body && typeof body.message === 'string' ? body.message : ''
    return { code: /^\w{1,20}$/.test(code) ? code : '', message }
  } catch {
    return { code: '', message: '' }
  }
}
