import type { TurnId } from '@parley/core'

/** Which replies are to be heard: each waits, from when it is asked for, until its turn is over. */
export interface Commitments {
  /** A reply to this turn is made; resolves once the turn is over, and never if another reply is asked for before. */
  expect(turn: TurnId): Promise<void>
  keep(turn: TurnId): void
}

export function createCommitments(): Commitments {
  let waiting: { readonly turn: TurnId; readonly resolve: () => void } | undefined
  return {
    expect: turn =>
      new Promise(resolve => {
        waiting = { turn, resolve }
      }),
    keep(turn) {
      if (waiting?.turn !== turn) return
      waiting.resolve()
      waiting = undefined
    },
  }
}
