import { z } from 'zod'
import { text } from '../scripted/shape.js'

/** An entry in full; a bare name is widened to it. What else stands in it are the provider's own options. */
const entry = z.preprocess(
  value => (typeof value === 'string' ? { provider: value } : value),
  z.looseObject({ provider: text }),
)

export type EntryFile = z.output<typeof entry>

/** Providers of a slot, in the order in which they are tried; one alone needs no list around it. */
export const entryList = z.preprocess(
  value => (Array.isArray(value) || value === undefined ? value : [value]),
  z.array(entry).max(8, 'has more than 8 providers; keep those that help'),
)
