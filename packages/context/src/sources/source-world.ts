import type { LookUpWorld, SecretOf } from '@parley/core'

/** What sources get from outside. */
export interface SourceWorld extends LookUpWorld {
  /** ms since the epoch. */
  readonly epochMs: () => number
  readonly secretOf: SecretOf
  /** Runs one reading statement, in a read-only transaction of bounded time; see `readOnlyQuery`. */
  readonly query?: ReadQuery
  /** An absolute folder from the one that a file of configuration names. */
  readonly folderOf?: (folder: string) => string
}

export type Row = Readonly<Record<string, unknown>>

export type ReadQuery = (
  sql: string,
  params: readonly unknown[],
  bounds: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<readonly Row[]>
