/** The decisions of a session as a reader, or a comparison, wants them: when, on which floor, what, and why. */

import type { Reason } from '../judge/judge.js'
import type { SessionEvent } from '../session/events.js'
import type { LogOutput } from './log-entry.js'

export interface DecisionLine {
  /** ms since the session began. */
  readonly atMs: number
  readonly floor: string
  /** A decision of the floor, `ruling …` of the judge, or `wait …` of endpointing. */
  readonly what: string
  readonly reasons: readonly Reason[]
}

/** Collects the decisions among all that a session does. */
export function createDecisionAccount() {
  const lines: DecisionLine[] = []
  let floor = 'open'
  return {
    lines: lines as readonly DecisionLine[],
    output(output: LogOutput, atMs: number): void {
      if (output.kind === 'decision') lines.push({ atMs, floor, what: output.name, reasons: [] })
      if (output.kind !== 'event') return
      const event = output.event as SessionEvent
      if (event.kind === 'floor-changed') floor = event.floor
      if (event.kind === 'judged')
        lines.push({ atMs, floor, what: `ruling ${event.ruling}`, reasons: event.reasons })
      if (event.kind === 'turn-committed' && event.endpoint !== undefined) {
        const { ms, reasons } = event.endpoint
        lines.push({ atMs, floor, what: `wait ${Math.round(ms)} ms`, reasons })
      }
    },
  }
}
