/** What the person may do to a live conversation; the gateway decides, this only leaves out buttons that it would refuse. */

/** What `/api/me` says. */
export interface Me {
  readonly tenant: string
  readonly subject: string
  readonly scopes: readonly string[]
}

/** Type, interrupt, take over, end: with the scope, or in one's own. */
export function maySteer(me: Me | undefined, row: { readonly subject: string }): boolean {
  if (me === undefined) return false
  if (me.scopes.includes('sessions:steer')) return true
  return me.scopes.includes('talk') && me.subject === row.subject
}
