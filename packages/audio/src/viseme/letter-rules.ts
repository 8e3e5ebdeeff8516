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

/** Shapes of the word in order, equal neighbours once. Letters that no rule knows are passed over. */
export function readByRules(word: string, rules: readonly LetterRule[]): Viseme[] {
  const found: Viseme[] = []
  for (let at = 0; at < word.length; ) {
    const rule = rules.find(({ pattern }) => matchesAt(pattern, word, at))
    const length = rule?.pattern.lastIndex ?? 0
    for (const shape of rule?.shapes ?? []) if (found.at(-1) !== shape) found.push(shape)
    at = Math.max(at + 1, length)
  }
  return found
}

function matchesAt(pattern: RegExp, word: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(word)
}
