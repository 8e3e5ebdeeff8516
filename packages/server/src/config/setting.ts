import type { Kind } from './kinds.js'

/** One row of the settings table: from it come the type, the default, the documentation and the check. */
export interface Setting<Value> {
  readonly env: string
  /** Names other systems use for the same thing, in falling rank. `env` goes before them. */
  readonly aliases: readonly string[]
  readonly kind: Kind<unknown>
  readonly default: Value
  /** What stands in the documentation where there is no default. */
  readonly unset: string
  /** One sentence. */
  readonly doc: string
  /** Its value is never shown, and `NAME_FILE` may name a file that holds it. */
  readonly secret: boolean
}

interface Row<Value> {
  readonly env: string
  readonly aliases?: readonly string[]
  readonly kind: Kind<Value>
  readonly doc: string
  readonly secret?: boolean
}

export function setting<Value>(row: Row<Value> & { readonly default: Value }): Setting<Value> {
  return { aliases: [], secret: false, unset: '', ...row }
}

/** A setting without a default; `unset` says what happens then. */
export function optional<Value>(row: Row<Value> & { readonly unset: string }): Setting<Value | undefined> {
  return { aliases: [], secret: false, default: undefined, ...row }
}
