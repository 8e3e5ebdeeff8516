/**
 * A script as the agent runs it: the YAML file read, checked and laid out. Only `parseScript` makes one, so what
 * holds a `Script` may rely on every name in it being known.
 */

import type { BargeIn, Json, TurnPolicy } from '@parley/core'
import type { Pattern, PhraseTree } from './phrase.js'

export interface Script {
  /** Name of the agent. */
  readonly agent: string
  /** BCP 47. */
  readonly language: string
  /** The voice's own name for a speaker; its default without it. */
  readonly voice: string | undefined
  readonly greeting: Saying
  readonly slots: ReadonlyMap<string, Slot>
  readonly intents: ReadonlyMap<string, Intent>
  /** The conversation begins in the state `start`, whether it is described here or not. */
  readonly states: ReadonlyMap<string, State>
  /** What counts as yes and no when something is confirmed. */
  readonly yesNo: SlotType
  /** What is said when nothing fits, one step for each miss in a row; the last step repeats. */
  readonly fallback: readonly MissStep[]
  /** The same for a turn without words. */
  readonly silence: readonly MissStep[]
  /** Said when the machinery fails and the voice still works. */
  readonly trouble: string
  /** How turns are taken, whole. */
  readonly turns: TurnPolicy
}

/** Variants of one text, at least one; `turn modulo length` chooses. */
export type Texts = readonly string[]

export interface Saying {
  readonly say: Texts
  /** Who may interrupt it by voice; the agent's policy without it. */
  readonly interrupt: BargeIn | undefined
}

export interface Phrase {
  readonly tree: PhraseTree
  readonly patterns: readonly Pattern[]
}

export interface Intent {
  readonly name: string
  readonly phrases: readonly Phrase[]
  /** Slots that must be filled before the intent is carried out, in the order they are asked for. */
  readonly needs: readonly string[]
  /** Question to be answered by yes before the intent is carried out. */
  readonly confirm: Texts | undefined
  /** Said when the answer is no. */
  readonly cancelled: Texts | undefined
  readonly replies: Texts | undefined
  /** Who may interrupt `replies` by voice; the agent's policy without it. */
  readonly interrupt: BargeIn | undefined
  readonly do: readonly Action[]
  /** Answers, then returns to the question that was open. */
  readonly aside: boolean
  /** States that alone listen for it; empty: heard in every state that is not `only`. */
  readonly states: readonly string[]
}

export interface State {
  readonly name: string
  /** Said on entering. */
  readonly say: Texts | undefined
  /** Who may interrupt `say` by voice; the agent's policy without it. */
  readonly interrupt: BargeIn | undefined
  readonly expects: readonly string[]
  /** Whether nothing but `expects` is listened for. */
  readonly only: boolean
  readonly fallback: readonly MissStep[] | undefined
  readonly silence: readonly MissStep[] | undefined
}

export interface MissStep extends Saying {
  readonly do: readonly Action[]
}

export type Action =
  | { readonly kind: 'hang-up' }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'goto'; readonly state: string }
  | { readonly kind: 'set'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'clear'; readonly names: readonly string[] }
  | { readonly kind: 'note'; readonly data: Json }
  /** A name of the plan for phone calls; nothing happens where there is no call. */
  | { readonly kind: 'transfer'; readonly to: string }

export interface Slot {
  readonly name: string
  readonly type: SlotType
  /** Question that asks for it. */
  readonly ask: Texts | undefined
  /** Ways to answer the question besides the bare value. */
  readonly phrases: readonly Phrase[]
}

export type SlotType =
  /** A row of figures, `min`–`max` of them, kept as written: `0042`. */
  | { readonly kind: 'digits'; readonly min: number; readonly max: number }
  /** A whole number between `min` and `max`. */
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  /** Named values, each with the ways to say it. */
  | { readonly kind: 'list'; readonly values: readonly SlotValue[] }

/** One value of a list: its name, how it is read aloud, and the words (folded rows) that mean it. */
export interface SlotValue {
  readonly name: string
  readonly said: string
  readonly ways: readonly Phrase[]
}
