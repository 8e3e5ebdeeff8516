/**
 * What somebody looks for, as terms: words and "phrases". A conversation is found when each term was said in it, by
 * either side. The last word, unless its quotation is closed, also stands for words that begin with it.
 */
import { isStorable } from '../json-text.js'

export interface SearchTerm {
  /** A word or several in a row, as typed. */
  readonly text: string
  /** Whether its last word is only the beginning of one. */
  readonly prefix: boolean
}

/** Terms beyond it do not count. */
export const mostTerms = 8

/** Undefined where nothing is looked for; no terms where nothing could be found. */
export function searchTerms(search: string | undefined): readonly SearchTerm[] | undefined {
  const text = search?.trim() ?? ''
  if (text === '') return undefined
  if (!isStorable(text)) return []
  const found = [...text.matchAll(/["“”„«»]([^"“”„«»]*)(["“”«»]|$)|[^\s"“”„«»]+/gu)].flatMap(
    ([whole, phrase, close]) => {
      const term = (phrase ?? whole).trim()
      return hasWords(term) ? [{ text: term, closed: close !== undefined && close !== '' }] : []
    },
  )
  const terms = found.slice(0, mostTerms)
  return terms.map(({ text, closed }, index) => ({ text, prefix: index === terms.length - 1 && !closed }))
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}
