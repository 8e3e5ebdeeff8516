/** What is wrong with an agent's text, as a page shows it: each mistake at its place, with what to do about it. */

import type { ParleyError } from '@parley/core'

export interface AgentProblem {
  /** With an error it cannot be put in force; a warning is good to know. */
  readonly level: 'error' | 'warning'
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly message: string
  /** What to do, where that is not the message itself. */
  readonly hint?: string
}

/** More than these are not told. */
export const TOLD_PROBLEMS = 50

/** The problems of a `bad_agent` or `bad_config` that was thrown for the text called `file`; `hidden` are other names of it. */
export function problemsOf(
  error: ParleyError,
  { file, hidden = [] }: { readonly file: string; readonly hidden?: readonly string[] },
): readonly AgentProblem[] {
  const { problems } = error.details
  if (isPlaced(problems)) return problems.slice(0, TOLD_PROBLEMS).map(each => problemAt(each, each.message))
  return error.message
    .split('\n')
    .slice(0, TOLD_PROBLEMS)
    .map(line => problemIn(line, [file, ...hidden]))
}

export function problemAt(
  { line, column }: { readonly line: number; readonly column: number },
  text: string,
  level: AgentProblem['level'] = 'error',
): AgentProblem {
  const cut = text.lastIndexOf('; ')
  const [message, hint] = cut < 0 ? [text, undefined] : [text.slice(0, cut), text.slice(cut + 2)]
  return { level, line, column, message, ...(hint === undefined ? {} : { hint }) }
}

/** The line and column of `file:line:column`; the beginning where there are none. */
export function placeIn(place: string): { readonly line: number; readonly column: number } {
  const [, line = '1', column = '1'] = /:(\d+):(\d+)$/.exec(place) ?? []
  return { line: Number(line), column: Number(column) }
}

function problemIn(text: string, names: readonly string[]): AgentProblem {
  const name = names.find(each => text.startsWith(`${each}:`))
  const rest = name === undefined ? text : text.slice(name.length + 1)
  const [, line = '1', column = '1', message = rest] = /^(\d+):(\d+): (.*)$/s.exec(rest) ?? []
  return problemAt({ line: Number(line), column: Number(column) }, message.trim())
}

type Placed = readonly { readonly line: number; readonly column: number; readonly message: string }[]

/** As `bad_agent` of the parser carries them. */
function isPlaced(problems: unknown): problems is Placed {
  return Array.isArray(problems) && problems.length > 0
}
