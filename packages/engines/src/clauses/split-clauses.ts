/**
 * Cuts streamed text into clauses a voice can speak, the first as early as may be. Joined, the clauses are the text:
 * nothing is added or lost but white space at the very end. A clause never ends inside a number, an abbreviation, an
 * ellipsis or quotes, unless it would grow over the limit. How numbers are read is not decided here.
 */

import { beforeFigure, closing, leading } from './abbreviations.js'

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

  function take(final: boolean): string[] {
    const clauses: string[] = []
    for (;;) {
      const cut = findCut(held, { min: first ? firstMin : min, max, final })
      if (cut === undefined) return clauses
      clauses.push(held.slice(0, cut))
      held = held.slice(cut)
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
      return clauses
    },
  }
}

interface CutRules {
  readonly min: number
  readonly max: number
  readonly final: boolean
}

const strong = /[.!?…。！？]/u
const weak = /[,;:—–]/u
const space = /\s/u
const speakable = /[\p{L}\p{N}]/u
const figure = /\p{N}/u
const openers = '“«‘([{'
const closers = '”»’)]}'

/** Where the first clause ends (exclusive, white space after it included as far as it is there), or undefined. */
function findCut(text: string, rules: CutRules): number | undefined {
  let depth = 0
  let quoted = false
  let spoken = false
  let at = 0
  while (at < text.length && at <= rules.max) {
    const character = text[at] ?? ''
    if (character === '"') quoted = !quoted
    else if (openers.includes(character)) depth++
    else if (closers.includes(character) && !isApostrophe(text, at)) depth = Math.max(0, depth - 1)
    else if (speakable.test(character)) spoken = true
    if (spoken && character === '\n') return endOfSpace(text, at)
    if (spoken && (strong.test(character) || weak.test(character))) {
      const end = endOfMarks(text, at, { depth, quoted })
      const verdict = end.inside ? 'go-on' : judge(text, { at, end: end.at }, rules)
      if (verdict === 'cut') return end.at > rules.max ? forcedCut(text, rules.max) : endOfSpace(text, end.at)
      if (verdict === 'wait') return text.length > rules.max ? forcedCut(text, rules.max) : undefined
      ;({ at, depth, quoted } = end)
      continue
    }
    at++
  }
  return text.length > rules.max ? forcedCut(text, rules.max) : undefined
}

function isApostrophe(text: string, at: number): boolean {
  return text[at] === '’' && speakable.test(text[at - 1] ?? '') && speakable.test(text[at + 1] ?? '')
}

interface Marks {
  /** The first character after the marks and the quotes that close behind them. */
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
    else if (!strong.test(character)) break
  }
  return { at, depth, quoted, inside: depth > 0 || quoted }
}

type Verdict = 'cut' | 'wait' | 'go-on'

/** Whether the marks in `at`–`end` end a clause. `wait` when what follows has not come yet. */
function judge(
  text: string,
  { at, end }: { readonly at: number; readonly end: number },
  rules: CutRules,
): Verdict {
  const mark = text[at] ?? ''
  if (end >= text.length) return rules.final ? 'cut' : /[。！？]/u.test(mark) ? 'cut' : 'wait'
  if (/[。！？]/u.test(mark)) return 'cut'
  if (!space.test(text[end] ?? '')) return 'go-on'
  if (!strong.test(mark)) return judgeWeak(text, { at, end }, rules)
  const next = text.slice(end).trimStart()[0]
  const marks = text.slice(at, end)
  if (/^(\.{2,}|…)/u.test(marks))
    return startsSentence(next, rules, () => judgeWeak(text, { at, end }, rules))
  if (/["'”»’)\]}]/u.test(marks)) return startsSentence(next, rules, () => 'go-on')
  if (mark !== '.') return 'cut'
  return judgeStop(text, { at, end }, rules)
}

/** A single full stop: after a word it ends the sentence unless the word is an abbreviation. */
function judgeStop(
  text: string,
  { at, end }: { readonly at: number; readonly end: number },
  rules: CutRules,
): Verdict {
  const before = text.slice(0, at)
  const word = (/(?:\p{L}\.)*[\p{L}º]+$/u.exec(before)?.[0] ?? '').toLowerCase()
  const next = text.slice(end).trimStart()[0]
  if (/^\s*\p{N}+$/u.test(before)) return 'go-on'
  if (leading.has(word)) return 'go-on'
  if (/^\p{L}$/u.test(word) && word !== 'i')
    return next === undefined && !rules.final ? 'wait' : endsInitials(before, next)
  if (beforeFigure.has(word)) {
    if (next === undefined) return rules.final ? 'cut' : 'wait'
    return figure.test(next) ? 'go-on' : 'cut'
  }
  if (closing.has(word) || word.includes('.')) return startsSentence(next, rules, () => 'go-on')
  return 'cut'
}

/** `J. Smith` goes on; a single letter after a figure or another word's letter (`plan b.`) ends before a capital. */
function endsInitials(before: string, next: string | undefined): Verdict {
  const capital = /\p{Lu}$/u.test(before)
  if (capital || next === undefined) return 'go-on'
  return /[\p{Lu}¿¡]/u.test(next) && !/\p{L}\.\s*\p{L}$/u.test(before) ? 'cut' : 'go-on'
}

function startsSentence(next: string | undefined, rules: CutRules, otherwise: () => Verdict): Verdict {
  if (next === undefined) return rules.final ? 'cut' : 'wait'
  return /[\p{Lu}¿¡“«"]/u.test(next) ? 'cut' : otherwise()
}

/** A comma cuts once the clause is long enough, and never between figures. */
function judgeWeak(
  text: string,
  { at, end }: { readonly at: number; readonly end: number },
  rules: CutRules,
): Verdict {
  if (end < rules.min) return 'go-on'
  if (!figure.test(text[at - 1] ?? '')) return 'cut'
  const next = text.slice(end).trimStart()[0]
  if (next === undefined) return rules.final ? 'go-on' : 'wait'
  return figure.test(next) ? 'go-on' : 'cut'
}

function endOfSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && space.test(text[at] ?? '')) at++
  return at
}

/** A clause over the limit ends at its last comma, else its last space, else where it stands. */
function forcedCut(text: string, max: number): number {
  const head = text.slice(0, max)
  const comma = /^.*[,;:—–.!?…]["'”»’)\]]*\s+(?=\S)/su.exec(head)?.[0].length ?? 0
  if (comma > max / 3) return comma
  const blank = lastBlank(head)
  if (blank > 0) return blank
  return /[\uD800-\uDBFF]$/.test(head) ? max - 1 : max
}

/** The last space that does not stand between two figures, else the last at all; 0 without one after a word. */
function lastBlank(head: string): number {
  let fallback = 0
  for (let at = head.length - 1; at > 0; at--) {
    if (!space.test(head[at] ?? '') || !speakable.test(head.slice(0, at))) continue
    const between = figure.test(head[at - 1] ?? '') && figure.test(head[at + 1] ?? '')
    if (!between) return at + 1
    fallback ||= at + 1
  }
  return fallback
}
