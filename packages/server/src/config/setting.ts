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
  /** Whether `NAME_1`, `NAME_2` and so on add to it, as if they stood behind commas. */
  readonly numbered: boolean
}

interface Row<Value> {
  readonly env: string
  readonly aliases?: readonly string[]
  readonly kind: Kind<Value>
  readonly doc: string
  readonly secret?: boolean
  readonly numbered?: boolean
}

export function setting<Value>(row: Row<Value> & { readonly default: Value }): Setting<Value> {
  return { aliases: [], secret: false, numbered: false, unset: '', ...row }
}

/** A setting without a default; `unset` says what happens then. */
export function optional<Value>(row: Row<Value> & { readonly unset: string }): Setting<Value | undefined> {
  return { aliases: [], secret: false, numbered: false, default: undefined, ...row }
}
