/** Counts what did not open: told once, and over when it is all that comes. */

export interface Unopened {
  /** All of this socket. */
  readonly count: number
  /** One more did not open. */
  add(): 'first' | 'again' | 'too-many'
  /** A message opened. */
  reset(): void
}

export function createUnopened(mostInARow: number): Unopened {
  let count = 0
  let inARow = 0
  return {
    get count() {
      return count
    },
    add() {
      count += 1
      inARow += 1
      if (inARow >= mostInARow) return 'too-many'
      return count === 1 ? 'first' : 'again'
    },
    reset() {
      inARow = 0
    },
  }
}
