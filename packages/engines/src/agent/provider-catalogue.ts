/** What an agent file may name: the providers of a gateway, as its registry knows them. */

import type { Json } from '@parley/core'
import type { z } from 'zod'
import type { AgentSlot } from './agent.js'

export interface ProviderCatalogue {
  /** Names that may stand in a slot, as they are told to people. */
  names(slot: AgentSlot): readonly string[]
  /** The shape of a provider's options; undefined where it has no such slot. */
  shape(slot: AgentSlot, provider: string): z.ZodType | undefined
  /** The shape of `context`; anything may stand there without. */
  readonly context?: z.ZodType
  /** The shape of `phone`; anything may stand there without. */
  readonly phone?: z.ZodType
  /** Options that the configuration gives where an entry does not (a model, a voice). */
  defaults(slot: AgentSlot, provider: string, language: string): Readonly<Record<string, Json>>
  /** What a well-formed file must not ask for all the same, by whom it is; nothing without. `data` has any shape. */
  rules?(data: unknown): readonly FileRefusal[]
}

export interface FileRefusal {
  /** Keys and indexes that lead to it. */
  readonly path: readonly (string | number)[]
  /** What is wrong; what to do. */
  readonly message: string
}

/** Knows no provider and refuses none: for reading a file without a gateway. */
export const anyProvider: ProviderCatalogue = {
  names: () => [],
  shape: () => undefined,
  defaults: () => ({}),
}
