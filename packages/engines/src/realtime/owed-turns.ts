/**
 * The caller's turns that are over and of which nothing was heard in answer yet: the far end is to know their sound when a
 * later one is answered. The newest are kept; of older ones the sound is gone, too.
 */

import type { Turn, TurnId } from '@parley/core'

export interface OwedTurns {
  keep(turn: Turn): void
  /** Those before this one, oldest first. */
  before(turn: TurnId): readonly Turn[]
  drop(turn: TurnId): void
  clear(): void
}

const MAX_TURNS = 20

export function createOwedTurns(): OwedTurns {
  let turns: readonly Turn[] = []
  const without = (turn: TurnId) => turns.filter(({ id }) => id !== turn)
  return {
    keep(turn) {
      if (turn.origin === 'speech') turns = [...without(turn.id), turn].slice(-MAX_TURNS)
    },
    before: without,
    drop(turn) {
      turns = without(turn)
    },
    clear() {
      turns = []
    },
  }
}
