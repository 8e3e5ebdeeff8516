/** Reads a word by rules, first match first, from left to right: what most spellings of a language sound like to the eye. */
import { type Viseme, visemes } from './viseme.js'

export interface LetterRule {
  /** Sticky; looks at the lower-case word from where reading stands. */
  readonly pattern: RegExp
  readonly shapes: readonly Viseme[]
}

const known = new Set<string>(visemes)

/** `[letters, shapes]` with `letters` as the source of a regular expression and shapes between spaces, or none. */
export function letterRules(rows: readonly (readonly [string, string])[]): readonly LetterRule[] {
  return rows.map(([source, names]) => ({
    pattern: new RegExp(source, 'uy'),
    shapes: shapesIn(names),
  }))
}

/** Names between spaces. */
export function shapesIn(names: string): readonly Viseme[] {
  return names.split(' ').filter((name): name is Viseme => known.has(name))
}

/** Letters that are read together, `[from, to)`, and how; without shapes they are silent. */
export interface LetterGroup {
  readonly shapes: readonly Viseme[]
  readonly from: number
  readonly to: number
}

/** All letters of the word, in order. Those that no rule knows are silent. */
export function readByRules(word: string, rules: readonly LetterRule[]): LetterGroup[] {
  const groups: LetterGroup[] = []
  for (let at = 0; at < word.length; ) {
    const rule = rules.find(({ pattern }) => matchesAt(pattern, word, at))
    const to = Math.max(at + 1, rule?.pattern.lastIndex ?? 0)
    groups.push({ shapes: rule?.shapes ?? [], from: at, to })
    at = to
  }
  return groups
}

function matchesAt(pattern: RegExp, word: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(word)
}
