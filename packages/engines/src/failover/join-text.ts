/**
 * Joins the text of one model to what another said before it: words that the second repeats are taken out. It may begin
 * anew with the whole answer, with the sentence that broke off, or with the last words; or it simply goes on.
 *
 * What it repeats is the longest end of the said text that its first words equal. Under three words that may be chance
 * ("very, very"), so those count only from the start of a sentence, and only if their marks are the same.
 */

import { unfinishedFrom, writtenWords } from './written-words.js'

export interface TextJoin {
  /** What follows the said text, as far as it is known. */
  feed(text: string): string
  /** The stream is over: what was held. */
  end(): string
}

interface Word {
  readonly raw: string
  readonly plain: string
  readonly end: number
}

/** Repeated words that are never chance. */
const SURE = 3

export function createTextJoin(said: string): TextJoin {
  const saidWords = wordsOf(said)
  const starts = new Set(
    saidWords.flatMap((_, at) => (at === 0 || endsSentence(saidWords[at - 1]?.raw) ? [at] : [])),
  )
  /** Places in `saidWords` from which all words of the new text so far are the same. */
  let live = saidWords.map((_, start) => ({ start, exact: true }))
  let held = ''
  let seen = 0
  /** Where the new text begins to be new. */
  let newFrom = 0
  let settled = saidWords.length === 0
  let begun = false

  /** Takes the next word of the new text. */
  function take({ raw, plain, end }: Word): void {
    const still: typeof live = []
    for (const { start, exact } of live) {
      const expected = saidWords[start + seen]
      if (expected === undefined || expected.plain !== plain) continue
      const isExact = exact && expected.raw === raw
      if (start + seen + 1 < saidWords.length) still.push({ start, exact: isExact })
      else if (seen + 1 >= SURE || (isExact && starts.has(start))) newFrom = end
    }
    live = still
    seen++
  }

  function release(): string {
    const text = begun ? held.slice(newFrom) : fit(held.slice(newFrom))
    held = ''
    newFrom = 0
    if (text !== '') begun = true
    return text
  }

  /** One space where the two meet, if their script has spaces. */
  function fit(text: string): string {
    if (text === '' || said === '') return text
    const bare = text.trimStart()
    if (/\s$/.test(said) || bare === '') return bare
    const wants = unfinishedFrom(said) < said.length && /^[\p{L}\p{N}]/u.test(bare)
    return wants || bare !== text ? ` ${bare}` : text
  }

  function settle(final: boolean): string {
    const words = wordsOf(held)
    // The last word may still grow.
    const whole = final ? words : words.slice(0, -1)
    for (const word of whole.slice(seen)) {
      if (live.length === 0) break
      take(word)
    }
    settled = final || live.length === 0
    return settled ? release() : ''
  }

  return {
    feed(text) {
      held += text
      return settled ? release() : settle(false)
    },
    end: () => (settled ? release() : settle(true)),
  }
}

function wordsOf(text: string): readonly Word[] {
  return writtenWords(text).map(({ start, end }) => {
    const raw = text.slice(start, end)
    return { raw, plain: raw.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''), end }
  })
}

function endsSentence(word: string | undefined): boolean {
  return /[.!?…。！？]["'”’)\]]*$/u.test(word ?? '')
}
