/** Finds the words a voice reports in the text it was given, in order; some report parts of words, some leave out marks. */

import type { WrittenWord } from './written-words.js'

export interface WordPlace {
  /** Undefined: it is none of the next words of the text. */
  find(spoken: string): FoundWord | undefined
  /** Written words up to and with the last that was found. */
  readonly reached: number
  /** Whether every word so far was found, and none was left out. */
  readonly isSteady: boolean
}

export interface FoundWord {
  /** Number of the written word it begins in, and of the one it ends in. */
  readonly index: number
  readonly lastIndex: number
  /** Whether it begins its first and ends its last. */
  readonly opens: boolean
  readonly closes: boolean
}

/** Written words that a voice may leave out between two it reports. */
const SKIPPED = 3
const sounding = /[\p{L}\p{N}]/u
const bareEnds = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu

export function createWordPlace(text: string, words: readonly WrittenWord[]): WordPlace {
  const lower = text.toLowerCase()
  let cursor = 0
  let current = 0
  let reached = 0
  let isSteady = true
  return {
    get reached() {
      return reached
    },
    get isSteady() {
      return isSteady
    },
    find(spoken) {
      const wanted = spoken.toLowerCase().replace(bareEnds, '')
      if (wanted === '') return undefined
      for (let index = current; index <= current + SKIPPED; index++) {
        const word = words[index]
        if (word === undefined) break
        const from = firstSounding(lower, Math.max(word.start, cursor))
        if (from >= word.end || !lower.startsWith(wanted, from)) continue
        const isFirst = firstSounding(lower, word.start) === from
        cursor = from + wanted.length
        let lastIndex = index
        while ((words[lastIndex]?.end ?? Number.POSITIVE_INFINITY) < cursor) lastIndex++
        const closes = !sounding.test(lower.slice(cursor, words[lastIndex]?.end ?? cursor))
        if (index > current) isSteady = false
        current = closes ? lastIndex + 1 : lastIndex
        reached = lastIndex + 1
        return { index, lastIndex, opens: isFirst, closes }
      }
      isSteady = false
      return undefined
    },
  }
}

function firstSounding(text: string, from: number): number {
  let at = from
  while (at < text.length && !sounding.test(text[at] ?? '') && !isSurrogate(text, at)) at++
  return at
}

/** Half of a character beyond the basic plane tells nothing by itself; it is taken as part of a word. */
function isSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xd800 && code <= 0xdfff
}
