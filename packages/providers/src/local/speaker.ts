import { type Expression, type Prosody, prosodyOf } from '@parley/core'

/** Who speaks, and how; without prosody, as the voice does by itself. */
export interface Speaker {
  readonly voice: string
  readonly prosody?: Prosody
}

/** The speaker of an expression. What changes nothing is left out, so that equal speech is known as equal. */
export function speakerOf(voice: string, expression: Expression = {}): Speaker {
  const prosody = prosodyOf(expression)
  const { rate, semitones, range, gainDb } = prosody
  return rate === 1 && semitones === 0 && range === 1 && gainDb === 0 ? { voice } : { voice, prosody }
}
