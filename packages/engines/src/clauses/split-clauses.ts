/**
 * Cuts streamed text into clauses a voice can speak, the first as early as may be. Joined, the clauses are the text:
 * nothing is added or lost but white space at the very end; and they are the same in whatever pieces it comes. A clause
 * never ends inside a number, a sum, a date, an abbreviation, an item's marker, an ellipsis or quotes, unless nothing else
 * keeps it under the limit. How numbers are read is not decided here.
 */

import { forcedCut } from './forced-cut.js'
import { judgeMark, strong, weak } from './judge-mark.js'
import { isBareMarker, lastListed } from './list-markers.js'
import { LOOK_AHEAD } from './look-ahead.js'

export interface ClauseOptions {
  /** Least length of the first clause if it ends at a comma or the like, in characters. Default 10. */
  readonly firstMin?: number
  /** The same for later clauses. Default 40. */
  readonly min?: number
  /** Longest clause, in characters; beyond it the text is cut at a space. Default 200. */
  readonly max?: number
}

export interface ClauseSplitter {
  /** The clauses that are complete with this text. */
  feed(text: string): string[]
  /** What is held, complete or not, white space included; what is fed next begins a clause of its own. */
  flush(): string[]
  /** What is left. The splitter is empty afterwards. */
  end(): string[]
}

export function splitClauses(options: ClauseOptions = {}): ClauseSplitter {
  const { firstMin = 10, min = 40, max = 200 } = options
  let held = ''
  let first = true
  let listed = 0

  function take(final: boolean): string[] {
    const clauses: string[] = []
    for (;;) {
      const cut = findCut(held, { min: first ? firstMin : min, max, final, listed })
      if (cut === undefined) return clauses
      const clause = held.slice(0, cut)
      clauses.push(clause)
      held = held.slice(cut)
      listed = lastListed(clause, listed)
      first = false
    }
  }

  return {
    feed(text) {
      held += text
      return take(false)
    },
    flush() {
      const clauses = take(true)
      if (held.trim() !== '') {
        clauses.push(held)
        held = ''
        first = false
      }
      return clauses
    },
    end() {
      const clauses = take(true)
      if (held.trim() !== '') clauses.push(held.trimEnd())
      held = ''
      first = true
      listed = 0
      return clauses
    },
  }
}

interface CutRules {
  readonly min: number
  readonly max: number
  readonly final: boolean
  readonly listed: number
}

const space = /\s/u
const speakable = /[\p{L}\p{N}]/u
const openers = '“«‘([{'
const closers = '”»’)]}'
/** Behind a mark they belong to it: what is left of emphasis and code. */
const markup = '*_`~'

/** Where the first clause ends (exclusive, with one white space after it), or undefined. */
function findCut(text: string, rules: CutRules): number | undefined {
  let depth = 0
  let quoted = false
  let spoken = false
  let at = 0
  while (at < text.length && at < rules.max) {
    const character = text[at] ?? ''
    if (character === '"') quoted = !quoted
    else if (openers.includes(character)) depth++
    else if (closers.includes(character) && !isApostrophe(text, at)) depth = Math.max(0, depth - 1)
    else if (speakable.test(character)) spoken = true
    if (spoken && character === '\n' && !isBareMarker(text.slice(0, at))) return at + 1
    if (spoken && (strong.test(character) || weak.test(character))) {
      const end = endOfMarks(text, at, { depth, quoted })
      if (end.at > rules.max) break
      const verdict = end.inside ? 'go-on' : judgeMark(text, { at, end: end.at }, rules)
      if (verdict === 'cut') return end.at + (space.test(text[end.at] ?? '') && end.at < rules.max ? 1 : 0)
      if (verdict === 'wait') return undefined
      ;({ at, depth, quoted } = end)
      continue
    }
    at++
  }
  const isOver = text.length > rules.max + (rules.final ? 0 : LOOK_AHEAD)
  return isOver ? forcedCut(text, rules.max, rules) : undefined
}

function isApostrophe(text: string, at: number): boolean {
  return text[at] === '’' && speakable.test(text[at - 1] ?? '') && speakable.test(text[at + 1] ?? '')
}

interface Marks {
  /** The first character after the marks and what closes behind them. */
  readonly at: number
  readonly depth: number
  readonly quoted: boolean
  /** Still inside quotes or brackets. */
  readonly inside: boolean
}

function endOfMarks(
  text: string,
  from: number,
  state: { readonly depth: number; readonly quoted: boolean },
): Marks {
  let { depth, quoted } = state
  let at = from
  while (at < text.length && (strong.test(text[at] ?? '') || weak.test(text[at] ?? ''))) at++
  for (; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '"' && quoted) quoted = false
    else if (closers.includes(character)) depth = Math.max(0, depth - 1)
    else if (!strong.test(character) && !markup.includes(character)) break
  }
  return { at, depth, quoted, inside: depth > 0 || quoted }
}
