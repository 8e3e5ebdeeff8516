import { ParleyError } from '@parley/core'
import { NOBODY, type Principal, type Scope, scopes, usualScopes } from './principal.js'

/**
 * From the claims of a verified token to a principal. Claims are foreign input: a claim of the wrong kind refuses the
 * token instead of being read as something else.
 */

type Claims = Readonly<Record<string, unknown>>

const name = /^[\w.@:|+-]{1,128}$/

/**
 * @throws ParleyError `unauthenticated` when a claim has the wrong kind
 */
export function principalOf(claims: Claims): Principal {
  return {
    tenant: text(claims, ['tenant_id', 'tenantId']) ?? 'default',
    subject: text(claims, ['sub', 'user_id', 'userId']) ?? NOBODY,
    scopes: scopesOf(claims),
    anonymous: false,
  }
}

function text(claims: Claims, names: readonly string[]): string | undefined {
  const found = names.find(each => claims[each] !== undefined)
  if (found === undefined) return undefined
  const value = claims[found]
  const written = typeof value === 'number' ? String(value) : value
  if (typeof written !== 'string' || !name.test(written)) {
    throw refused(`claim ${found} is not a name of 1–128 letters, digits and . @ : | + - _`)
  }
  return written
}

/** A token that says nothing of scopes may do what any talker may; one that does, only what it says. */
function scopesOf(claims: Claims): readonly Scope[] {
  const said = claims.scope ?? claims.scopes ?? claims.scp
  if (said === undefined) return usualScopes
  const words = typeof said === 'string' ? said.split(/\s+/) : said
  if (!Array.isArray(words) || words.some(word => typeof word !== 'string')) {
    throw refused('claim scope is neither a string nor a list of strings')
  }
  return scopes.filter(scope => words.includes(scope))
}

/** The client is told no more than that its token will not do; `details.reason` is for the log. */
export function refused(reason: string, cause?: unknown): ParleyError {
  return new ParleyError('unauthenticated', undefined, {
    details: { reason },
    ...(cause === undefined ? {} : { cause }),
  })
}
