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
}

/**
 * `talk`: hold conversations. `sessions:read`: read the tenant's past conversations. `calls:read`: see its phone calls,
 * leads, campaigns and recordings. `calls:write`: have people called, and change all of that.
 */
export const scopes = ['talk', 'sessions:read', 'calls:read', 'calls:write'] as const
export type Scope = (typeof scopes)[number]

/** Of a token that names none. To dial costs money and leads are other people's: that has to be said. */
export const usualScopes: readonly Scope[] = ['talk', 'sessions:read']

/** Anonymous use of this machine's own gateway. */
export const localPrincipal: Principal = { tenant: 'local', subject: 'local', scopes, anonymous: true }

export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.includes(scope)
}
