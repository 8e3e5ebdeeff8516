/**
 * Mistakes of an agent file, each with its line and column. They are collected, so that one run of the checker shows
 * all of them.
 */

import { ParleyError } from '@parley/core'
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from 'yaml'

export interface ScriptProblem {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly message: string
}

export type FilePath = readonly PropertyKey[]

export interface Problems {
  /** Notes a mistake at a place of the file, `offset` characters into its text. */
  add(path: FilePath, message: string, offset?: number): void
  /** The same at the key itself. */
  addAtKey(path: FilePath, message: string): void
  addAt(place: { readonly line: number; readonly col: number }, message: string): void
  /** `file:line:column` of a place, for messages that are not mistakes of the file. */
  placeOf(path: FilePath): string
  readonly count: number
  /** Throws `bad_agent` if anything was noted. */
  throwIfAny(): void
}

/** More than these are counted, not listed. */
const LISTED = 50

export function collectProblems(fileName: string, document: Document, lines: LineCounter): Problems {
  const found: ScriptProblem[] = []
  const add = (line: number, column: number, message: string) => {
    if (!found.some(each => each.line === line && each.column === column && each.message === message)) {
      found.push({ line, column, message })
    }
  }
  return {
    add(path, message, offset = 0) {
      const node = nodeAt(document, path)
      const quote = offset > 0 && isScalar(node) && String(node.type).startsWith('QUOTE') ? 1 : 0
      const { line, col } = lines.linePos((node?.range?.[0] ?? 0) + quote + offset)
      add(line, col, message)
    },
    addAtKey(path, message) {
      const { line, col } = lines.linePos(nodeAt(document, path, true)?.range?.[0] ?? 0)
      add(line, col, message)
    },
    addAt: ({ line, col }, message) => add(line, col, message),
    placeOf(path) {
      const { line, col } = lines.linePos(nodeAt(document, path)?.range?.[0] ?? 0)
      return `${fileName}:${line}:${col}`
    },
    get count() {
      return found.length
    },
    throwIfAny() {
      if (found.length === 0) return
      found.sort((one, other) => one.line - other.line || one.column - other.column)
      throw badAgent(fileName, found)
    },
  }
}

export function badAgent(fileName: string, problems: readonly ScriptProblem[]): ParleyError {
  const shown = problems
    .slice(0, LISTED)
    .map(each => `${fileName}:${each.line}:${each.column}: ${each.message}`)
  if (problems.length > LISTED) shown.push(`… and ${problems.length - LISTED} more`)
  return new ParleyError('bad_agent', shown.join('\n'), { details: { file: fileName, problems } })
}

/** The node at a path; where a value is a mapping or missing, the key that stands before it. */
function nodeAt(document: Document, path: FilePath, atKey = false): Node | undefined {
  let best: Node | undefined = document.contents ?? undefined
  let node: unknown = document.contents
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(
        each => String(isScalar(each.key) ? each.key.value : each.key) === String(step),
      )
      if (pair === undefined) return best
      node = pair.value
      if (isNode(pair.key)) best = pair.key
      if (atKey && index === path.length - 1) return best
      if (isScalar(node) && node.value !== null) best = node
    } else if (isSeq(node)) {
      // A short form: the list stands where a mapping with this key may.
      if (typeof step === 'string') continue
      node = node.items[Number(step)]
      if (!isNode(node)) return best
      best = node
    } else return best
  }
  return best
}
