import type { KeyRest } from './key-state.js'

/** What other nodes found out about keys. The keys themselves are never told, only names made of them. */
export interface KeyNews {
  /** Never throws; what cannot be told is not. */
  tell(id: string, rest: KeyRest): void
  /** What is told from now on, and what was and still holds, for these keys. */
  listen(ids: readonly string[], run: (id: string, rest: KeyRest) => void): () => void
}
