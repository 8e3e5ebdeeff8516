import type { ExactSignal } from './exact-signal.js'

/** A signal before it is put with its kind. */
export type MadeSignal = Omit<ExactSignal, 'group'>
