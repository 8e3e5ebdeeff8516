import type { LanguageModelRequest, TurnId } from '@parley/core'

/** Which replies are to be heard: each waits, from when it is asked for, until its turn is over. */
export interface Commitments {
  /** A reply to this turn is made. */
  expect(turn: TurnId): Commitment
  keep(turn: TurnId): void
}

/** For the request: `committed` resolves once the turn is over, and never if another reply is asked for before. */
export type Commitment = Required<Pick<LanguageModelRequest, 'committed' | 'turnKey'>>

export function createCommitments(): Commitments {
  let latest: { readonly turn: TurnId; readonly turnKey: object } | undefined
  let waiting: { readonly turn: TurnId; readonly resolve: () => void } | undefined
  return {
    expect(turn) {
      if (latest?.turn !== turn) latest = { turn, turnKey: {} }
      const committed = new Promise<void>(resolve => {
        waiting = { turn, resolve }
      })
      return { committed, turnKey: latest.turnKey }
    },
    keep(turn) {
      if (waiting?.turn !== turn) return
      waiting.resolve()
      waiting = undefined
    },
  }
}
