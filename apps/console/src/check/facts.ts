/** What a step found, as sentences of the page. */
import type { Values } from './check-types.js'

export interface Fact {
  readonly says: string
  /** What to do, where something is to be done. */
  readonly cure?: string
}
export type Facts = Readonly<Record<string, (values: Values) => Fact>>

export const yes = (value: unknown) => (value ? '✓' : '–')
