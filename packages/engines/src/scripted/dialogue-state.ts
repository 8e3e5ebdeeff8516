/**
 * What the agent remembers between turns, as it travels in the history. It is read back with care: it may come from
 * another node, or from an older version of the script.
 */

import type { BargeIn, HistoryEntry, Json } from '@parley/core'
import { z } from 'zod'
import { START_STATE } from './hearing.js'
import type { Script } from './script.js'

export interface DialogueState {
  /** Replies heard so far; chooses the variant of the next. */
  readonly turn: number
  /** Name of the state. */
  readonly at: string
  /** Slots and what was set, by name. */
  readonly values: Readonly<Record<string, string>>
  /** The question that waits for an answer. */
  readonly open: OpenQuestion | null
  /** Turns in a row that fitted nothing. */
  readonly misses: number
  /** The last reply, for `repeat`. */
  readonly said: string
  /** Who may interrupt it where it is said again: the strictest rule of its parts. */
  readonly interrupt?: BargeIn
}

export type OpenQuestion =
  | { readonly kind: 'slot'; readonly intent: string; readonly slot: string }
  | { readonly kind: 'confirm'; readonly intent: string }

const shape = z.object({
  turn: z.int().min(0),
  at: z.string(),
  values: z.record(z.string(), z.string()),
  open: z
    .union([
      z.object({ kind: z.literal('slot'), intent: z.string(), slot: z.string() }),
      z.object({ kind: z.literal('confirm'), intent: z.string() }),
    ])
    .nullable(),
  misses: z.int().min(0),
  said: z.string(),
  interrupt: z.enum(['any', 'words', 'none']).exactOptional(),
})

export const firstState: DialogueState = {
  turn: 0,
  at: START_STATE,
  values: {},
  open: null,
  misses: 0,
  said: '',
}

/** The state of the last reply of which anything was heard; undefined before the first. */
export function stateIn(history: readonly HistoryEntry[], script: Script): DialogueState | undefined {
  for (let index = history.length - 1; index >= 0; index--) {
    const entry = history[index]
    if (entry?.role === 'agent' && entry.state !== undefined) return readState(entry.state, script)
  }
  return undefined
}

function readState(json: Json, script: Script): DialogueState {
  const parsed = shape.safeParse(json)
  if (!parsed.success) return firstState
  const { open, at } = parsed.data
  const known =
    open !== null &&
    script.intents.has(open.intent) &&
    (open.kind === 'confirm' || script.slots.has(open.slot))
  return { ...parsed.data, open: known ? open : null, at: script.states.has(at) ? at : START_STATE }
}

export function stateAsJson(state: DialogueState): Json {
  const { open } = state
  return { ...state, open: open === null ? null : { ...open } }
}
