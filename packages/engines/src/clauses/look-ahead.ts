/**
 * What stands behind a mark, as far as it has come. It looks no further than a fixed length, so that what is decided once
 * stays so however the text comes in pieces, and the wait for it is bounded.
 */

/** In characters from the mark. */
export const LOOK_AHEAD = 24

export interface Ahead {
  /** The first character behind the white space; empty: nothing follows (soon); undefined: it has not come. */
  readonly next: string | undefined
  /** The word that begins there, maybe empty; undefined: it has not come whole. */
  readonly word: string | undefined
}

export function lookAhead(text: string, from: number, final: boolean): Ahead {
  const limit = from + LOOK_AHEAD
  let at = from
  while (at < text.length && at < limit && /\s/u.test(text[at] ?? '')) at++
  if (at >= limit) return { next: '', word: '' }
  if (at >= text.length) return final ? { next: '', word: '' } : { next: undefined, word: undefined }
  const word = /^[\p{L}\p{M}\p{N}]*/u.exec(text.slice(at, limit))?.[0] ?? ''
  const isWhole = final || at + word.length < text.length || at + word.length >= limit
  return { next: text[at], word: isWhole ? word : undefined }
}
