/**
 * The little language of phrases: words, `[optional]`, `(one | other)` and `{slot}`, freely nested. A phrase is read
 * into a tree for the grammar and laid out into patterns (plain rows of words and slots) for the matcher.
 */

import { spelledWords } from './numbers.js'
import { foldWord, type Word } from './words.js'

export type PhraseNode =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'slot'; readonly name: string }
  | { readonly kind: 'choice'; readonly optional: boolean; readonly of: readonly PhraseTree[] }

export type PhraseTree = readonly PhraseNode[]

/** A mistake in a phrase; `at` is its offset in characters. */
export interface PhraseFault {
  readonly at: number
  readonly message: string
}

export type PhraseReading =
  | { readonly tree: PhraseTree; readonly fault?: never }
  | { readonly tree?: never; readonly fault: PhraseFault }

/** Deepest nesting of brackets in a phrase. */
const DEEPEST = 8

const tokenPattern = /\{([^{}]*)\}|[[\](){}|]|[^[\](){}|]+/g
const closers: Readonly<Record<string, string>> = { '[': ']', '(': ')' }

interface Open {
  readonly bracket: string
  readonly at: number
  readonly done: PhraseTree[]
  current: PhraseNode[]
}

/** Reads a phrase; numbers in it are spelled in `language`. */
export function readPhrase(phrase: string, language: string): PhraseReading {
  const root: Open = { bracket: '', at: 0, done: [], current: [] }
  const stack: Open[] = [root]
  for (const match of phrase.matchAll(tokenPattern)) {
    const fault = readToken(match[0], match[1], match.index, { stack, language })
    if (fault !== undefined) return { fault }
  }
  const open = stack.at(-1)
  if (open !== undefined && open !== root) {
    return {
      fault: { at: open.at, message: `"${open.bracket}" is not closed; add "${closers[open.bracket]}"` },
    }
  }
  if (root.done.length > 0) {
    const inner: PhraseNode = { kind: 'choice', optional: false, of: [...root.done, root.current] }
    return root.current.length === 0 ? { fault: emptyAlternative(phrase.length) } : { tree: [inner] }
  }
  if (!root.current.some(needed)) {
    const message =
      root.current.length === 0
        ? 'phrase has no word'
        : 'phrase can be empty; make one word of it not optional'
    return { fault: { at: 0, message } }
  }
  return { tree: root.current }
}

function readToken(
  token: string,
  slot: string | undefined,
  at: number,
  { stack, language }: { readonly stack: Open[]; readonly language: string },
): PhraseFault | undefined {
  const open = stack.at(-1)
  if (open === undefined) return { at, message: 'phrase has an unexpected bracket' }
  if (slot !== undefined) {
    open.current.push({ kind: 'slot', name: slot.trim() })
    return undefined
  }
  switch (token) {
    case '[':
    case '(':
      if (stack.length > DEEPEST)
        return { at, message: `brackets nest deeper than ${DEEPEST}; split the phrase in two` }
      stack.push({ bracket: token, at, done: [], current: [] })
      return undefined
    case ']':
    case ')':
      return close(token, at, stack)
    case '|':
      if (open.current.length === 0) return emptyAlternative(at)
      open.done.push(open.current)
      open.current = []
      return undefined
    case '{':
    case '}':
      return { at, message: `"${token}" stands alone; slots are written {name}` }
    default:
      for (const word of spelledWords(token, language)) open.current.push({ kind: 'word', word })
      return undefined
  }
}

function close(token: string, at: number, stack: Open[]): PhraseFault | undefined {
  const group = stack.at(-1)
  const outer = stack.at(-2)
  if (group === undefined || outer === undefined || closers[group.bracket] !== token) {
    return { at, message: `"${token}" closes nothing; remove it or open its bracket` }
  }
  if (group.current.length === 0) return emptyAlternative(at)
  stack.pop()
  outer.current.push({ kind: 'choice', optional: group.bracket === '[', of: [...group.done, group.current] })
  return undefined
}

function emptyAlternative(at: number): PhraseFault {
  return { at, message: 'an alternative is empty; write a word, or use [ ] for optional words' }
}

/** Whether a node always stands for at least one word. */
function needed(node: PhraseNode): boolean {
  if (node.kind !== 'choice') return true
  return !node.optional && node.of.every(tree => tree.some(needed))
}

/** One way to say a phrase: words (folded) and slots in a row. */
export type Pattern = readonly PatternToken[]
export type PatternToken = { readonly word: string } | { readonly slot: string }

/** In how many ways a phrase can be said, counting a slot as one word; may be huge. */
export function countPatterns(tree: PhraseTree): number {
  let product = 1
  for (const node of tree) {
    if (node.kind !== 'choice') continue
    product *= node.of.reduce((sum, each) => sum + countPatterns(each), node.optional ? 1 : 0)
  }
  return product
}

/** Lays a phrase out into all its patterns. Count them first: the list is not bounded here. */
export function patternsOf(tree: PhraseTree): Pattern[] {
  let rows: PatternToken[][] = [[]]
  for (const node of tree) {
    const tails = node.kind === 'choice' ? choicePatterns(node.of, node.optional) : [[tokenOf(node)]]
    rows = rows.flatMap(row => tails.map(tail => [...row, ...tail]))
  }
  return rows
}

function choicePatterns(of: readonly PhraseTree[], optional: boolean): Pattern[] {
  const inner = of.flatMap(patternsOf)
  return optional ? [...inner, []] : inner
}

function tokenOf(node: Exclude<PhraseNode, { kind: 'choice' }>): PatternToken {
  return node.kind === 'slot' ? { slot: node.name } : { word: foldWord(node.word.written) }
}

/** Every slot a phrase names. */
export function slotsIn(tree: PhraseTree): string[] {
  return tree.flatMap(node => {
    if (node.kind === 'slot') return [node.name]
    return node.kind === 'choice' ? node.of.flatMap(slotsIn) : []
  })
}
