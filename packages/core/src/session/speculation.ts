import type { SpeculationPolicy } from '../floor/policy.js'
import type { TurnId } from '../ids.js'

const MINUTE_MS = 60_000

/** What a prepared answer cost that nobody heard. */
export interface Waste {
  readonly audioMs: number
  readonly words: number
  readonly inputTokens: number
  readonly outputTokens: number
}

/** How many answers may be prepared early: a budget for each turn, and one of sound thrown away in a minute. */
export class Speculation {
  readonly #policy: () => SpeculationPolicy
  #turn: TurnId | undefined
  #inTurn = 0
  #wasted: { readonly atMs: number; readonly audioMs: number }[] = []

  constructor(policy: () => SpeculationPolicy) {
    this.#policy = policy
  }

  /** Whether another answer to this turn may be prepared. */
  allows(turn: TurnId, nowMs: number): boolean {
    const { perTurn, wastedMsPerMinute } = this.#policy()
    if (perTurn <= (this.#turn === turn ? this.#inTurn : 0)) return false
    this.#wasted = this.#wasted.filter(({ atMs }) => nowMs - atMs < MINUTE_MS)
    return this.#wasted.reduce((sum, { audioMs }) => sum + audioMs, 0) < wastedMsPerMinute
  }

  discarded(turn: TurnId, { audioMs }: Waste, nowMs: number): void {
    if (this.#turn !== turn) this.#inTurn = 0
    this.#turn = turn
    this.#inTurn += 1
    this.#wasted.push({ atMs: nowMs, audioMs })
  }
}
