/**
 * Who is asking. Everything stored or limited is kept by `tenant`; a principal never sees another tenant's data.
 */
export interface Principal {
  /** The `tenant_id` claim; `default` for a token without one, `local` for anonymous use on this machine. */
  readonly tenant: string
  /** The `sub` claim (or `user_id`, `userId`); `unnamed` without one. */
  readonly subject: string
  readonly scopes: readonly Scope[]
  readonly anonymous: boolean
  /** Epoch ms at which the API key that is used ends; absent for one without an end, and for other tokens. */
  readonly keyEndsAtMs?: number
}

/**
 * `talk`: hold conversations. `sessions:read`: read the tenant's past conversations. `calls:read`: see its phone calls,
 * leads, campaigns and recordings. `calls:write`: have people called, and change all of that. `sessions:watch`: see the
 * tenant's live conversations and listen in. `sessions:steer`: type, interrupt, take over and end in them.
 * `recordings:read`: hear, share and delete recordings of conversations. `admin`: change the tenant's agents, keys and
 * policy. `operator`: see limits, load and settings of the gateway itself, which are no tenant's. A token's own conversations (same subject) need `talk` alone.
 */
export const scopes = [
  'talk',
  'sessions:read',
  'sessions:watch',
  'sessions:steer',
  'recordings:read',
  'calls:read',
  'calls:write',
  'admin',
  'operator',
] as const
export type Scope = (typeof scopes)[number]

/** Of a token that names none. To dial costs money and leads are other people's: that has to be said. */
export const usualScopes: readonly Scope[] = ['talk', 'sessions:read']

/** Anonymous use of this machine's own gateway. */
export const localPrincipal: Principal = { tenant: 'local', subject: 'local', scopes, anonymous: true }

export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.includes(scope)
}

/** The subject of tokens that name nobody. */
export const NOBODY = 'unnamed'

/** Whether the principal is this subject: to share the name of nobody is no proof of being the same person. */
export function isSubject({ subject }: Pick<Principal, 'subject'>, other: string | undefined): boolean {
  return subject === other && subject !== NOBODY
}
