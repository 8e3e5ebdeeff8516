/**
 * Finds the first thing that differs between a log and its replay: an entry that is not as it was written, or an
 * output that is not what was done. The marks of the log come in checkpoints, after what they stand for.
 */

import { kindOfMark, LINE_MARK_LENGTH, MARK_LENGTH } from './output-digest.js'

/** Where a replay is: which entry it deals with. */
export interface Place {
  /** Line of the file. */
  readonly line: number
  readonly kind: string
  /** ms since the session began. */
  readonly atMs: number
}

export interface Difference {
  readonly what: 'entry' | 'output'
  /** Number of the entry or output, from 1. */
  readonly number: number
  readonly at: Place
  /** Half a sentence. */
  readonly told: string
}

export interface MarkCompare {
  /** An entry was read. */
  entry(mark: string, at: Place): void
  /** The replay did something while dealing with the entry at `at`. */
  output(mark: string, at: Place, told: () => string): void
  /** The marks of a checkpoint. */
  expect(inputs: string, outputs: string): void
  /** Nothing more comes. The first difference, if there is any. */
  end(): Difference | undefined
}

export function createMarkCompare(): MarkCompare {
  const entries = createMarkRow(LINE_MARK_LENGTH)
  const outputs = createMarkRow(MARK_LENGTH)
  return {
    entry: (mark, at) => entries.made(mark, at, () => ''),
    output: (mark, at, told) => outputs.made(mark, at, told),
    expect(inputMarks, outputMarks) {
      entries.wanted(inputMarks)
      outputs.wanted(outputMarks)
    },
    end() {
      const entry = entries.first()
      // An entry that changed is the cause of what is done otherwise after it.
      if (entry !== undefined) {
        const { number, at } = entry
        return { what: 'entry', number, at, told: `line ${at.line} is not as it was written` }
      }
      const output = outputs.first()
      if (output === undefined) return undefined
      const { number, at, told = 'nothing more', wanted } = output
      const recorded = wanted === '' ? 'nothing more' : `another ${kindOfMark(wanted)}`
      return { what: 'output', number, at, told: `replayed ${told}, recorded ${recorded}` }
    },
  }
}

interface Made {
  readonly mark: string
  readonly at: Place
  readonly told: string
}

interface Unequal {
  readonly number: number
  readonly at: Place
  readonly told: string | undefined
  /** Empty where the log has none. */
  readonly wanted: string
}

/** Marks from two sides, compared in pairs as they come; what is equal is forgotten. */
function createMarkRow(length: number) {
  let waiting: Made[] = []
  let marks = ''
  let compared = 0
  let last: Place = { line: 1, kind: 'head', atMs: 0 }
  let unequal: Unequal | undefined

  function compare(): void {
    const pairs = Math.min(waiting.length, marks.length / length)
    for (let pair = 0; pair < pairs && unequal === undefined; pair++) {
      const made = waiting[pair]
      const wanted = marks.slice(pair * length, (pair + 1) * length)
      if (made === undefined || made.mark === wanted) continue
      unequal = { number: compared + pair + 1, at: made.at, told: made.told, wanted }
    }
    waiting = waiting.slice(pairs)
    marks = marks.slice(pairs * length)
    compared += pairs
  }

  return {
    made(mark: string, at: Place, told: () => string): void {
      last = at
      if (unequal === undefined) waiting.push({ mark, at, told: told() })
    },
    wanted(more: string): void {
      if (unequal !== undefined) return
      marks += more
      compare()
    },
    first(): Unequal | undefined {
      if (unequal !== undefined) return unequal
      compare()
      if (unequal !== undefined) return unequal
      const [made] = waiting
      if (made === undefined && marks === '') return undefined
      return { number: compared + 1, at: made?.at ?? last, told: made?.told, wanted: marks.slice(0, length) }
    },
  }
}
