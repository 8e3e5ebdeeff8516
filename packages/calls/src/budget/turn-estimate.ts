/** What the next turn may cost: the most that one has, or the ceiling that was given, whichever is more. Micros. */

export interface TurnEstimate {
  /** To be set aside for the next turn. */
  readonly micros: number
  readonly meanMicros: number
  add(micros: number): void
}

/** To be shared by the calls of an agent. `ceilingMicros`: what a turn costs at most, as far as can be said before any. */
export function createTurnEstimate(ceilingMicros: number): TurnEstimate {
  let most = Math.max(0, Math.ceil(ceilingMicros))
  let sum = 0
  let count = 0
  return {
    get micros() {
      return most
    },
    get meanMicros() {
      return count === 0 ? 0 : Math.round(sum / count)
    },
    add(micros) {
      most = Math.max(most, micros)
      sum += micros
      count++
    },
  }
}
