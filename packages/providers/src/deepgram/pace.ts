import { type Expression, prosodyOf } from '@parley/core'

export interface PaceRange {
  readonly least: number
  readonly most: number
}

/** Deepgram takes its speed in steps of 0.05. */
const STEPS = 20

/** The speed of a clause: the voice's own times the expression's, within the range. */
export function paceOf(own: number, expression: Expression | undefined, { least, most }: PaceRange): number {
  const wanted = own * (expression === undefined ? 1 : prosodyOf(expression).rate)
  return Math.round(Math.min(most, Math.max(least, wanted)) * STEPS) / STEPS
}
