/** What a vendor's turn model says, as log-odds that the turn is over. The last word counts, until the caller goes on. */

import type { TurnSignal } from '../floor/evidence.js'

export interface VendorWord {
  hear(signal: TurnSignal, confidence?: number): void
  /** Undefined before any, and after the caller went on. */
  readonly odds: number | undefined
  readonly signal: TurnSignal | undefined
  forget(): void
}

/** How sure a vendor is taken to be that does not say. */
const unsaid = { 'eager-end': 0.7, end: 0.92 }
const resumedOdds = -2
/** A vendor is never believed more than this. */
const most = 3
/** Updates come all the time and are less than a decision. */
const updateShare = 0.5

export function createVendorWord(): VendorWord {
  let odds: number | undefined
  let last: TurnSignal | undefined

  const say = (signal: TurnSignal, given: number | undefined): void => {
    odds = given
    last = given === undefined ? undefined : signal
  }

  return {
    hear(signal, confidence) {
      switch (signal) {
        case 'eager-end':
        case 'end':
          // A decision is never evidence against itself, however unsure.
          return say(signal, Math.max(0, oddsOf(confidence ?? unsaid[signal])))
        case 'resume':
          return say(signal, resumedOdds)
        case 'start':
          return say(signal, undefined)
        case 'update':
          if (confidence !== undefined) say(signal, oddsOf(confidence) * updateShare)
          return
        default:
          signal satisfies never
      }
    },
    get odds() {
      return odds
    },
    get signal() {
      return last
    },
    forget: () => say('start', undefined),
  }
}

function oddsOf(probability: number): number {
  const odds = Math.log(probability / (1 - probability))
  return Number.isNaN(odds) ? 0 : Math.max(-most, Math.min(most, odds))
}
