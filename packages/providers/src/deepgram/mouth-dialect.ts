/** How one of Deepgram's two ways to speak is spoken: its path, its messages, and what they mean to a mouth. */

import type { ParleyError } from '@parley/core'
import type { LineMessage } from './line.js'

export interface MouthDialect {
  readonly path: string
  readonly readyOn?: string
  /** Ends the clause being spoken. */
  readonly stop: object
  /** How many clauses a socket takes within 60 s. */
  readonly mostPerMinute: number
  /** Whether sound belongs to a clause only behind a message that begins it. */
  readonly announces: boolean
  meaning(message: LineMessage): MouthMeaning
}

export type MouthMeaning =
  | { readonly kind: 'nothing' | 'cleared' }
  /** The clause has no sound; what it costs is still to come. */
  | { readonly kind: 'silent' }
  /** `speech`: the vendor's name for the clause, where it has one. */
  | { readonly kind: 'begins'; readonly speech: string }
  /** All sound was sent; with a name, what it costs is still to come. */
  | { readonly kind: 'ends'; readonly speech?: string }
  | { readonly kind: 'billed'; readonly speech: string; readonly characters: number }
  /** A stop was not taken. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'refused'; readonly error: ParleyError }
  | { readonly kind: 'warning'; readonly error: ParleyError }
