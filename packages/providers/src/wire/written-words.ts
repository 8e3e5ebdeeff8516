/**
 * Words that a vendor reports, as they are written in the text it was given. Vendors lower-case, strip marks, cut at
 * hyphens or write numbers out; what cannot be found takes the time between its neighbours, so that the words given are
 * always those of the text, each once and in order.
 */

export interface TimedWord {
  readonly kind: 'word'
  /** What stands between two white spaces of the text. */
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

export interface WrittenWords {
  /** The vendor's next word, or part of one: the written words that are whole with it. */
  place(word: string, startMs: number, endMs: number): TimedWord[]
  /** What is left when there is no more, ending at this time. */
  rest(endMs: number): TimedWord[]
}

/** How many written words ahead a reported one is looked for. */
const REACH = 8

export function writtenWords(text: string): WrittenWords {
  const words = text.split(/\s+/).filter(word => word !== '')
  const letters = words.map(lettersOf)
  const all = letters.join('')
  /** Where each word ends in `all`. */
  const ends: number[] = []
  for (const each of letters) ends.push((ends.at(-1) ?? 0) + each.length)
  let next = 0
  let cursor = 0
  let lastMs = 0
  /** Since when the word at the cursor, or one that was not found, is spoken, and until when. */
  let open: { readonly startMs: number; endMs: number } | undefined

  /** Gives the words before `until`, spread over a span by their letters. */
  function give(until: number, startMs: number, endMs: number): TimedWord[] {
    const given: TimedWord[] = []
    const from = next
    let total = 0
    for (let index = from; index < until; index++) total += letters[index]?.length ?? 0
    let said = 0
    let atMs = startMs
    for (; next < until; next++) {
      said += letters[next]?.length ?? 0
      const untilMs = total === 0 ? endMs : startMs + ((endMs - startMs) * said) / total
      given.push({ kind: 'word', text: words[next] ?? '', startMs: atMs, endMs: untilMs })
      atMs = untilMs
    }
    if (given.length > 0) lastMs = endMs
    return given
  }

  /** The word that a reported one begins, if it is not the next. */
  function ahead(sought: string): number {
    for (let index = next + 1; index < Math.min(words.length, next + 1 + REACH); index++) {
      const here = letters[index] ?? ''
      if (here === sought || (sought.length >= 4 && here.startsWith(sought))) return index
    }
    return -1
  }

  return {
    place(word, startMs, endMs) {
      const sought = lettersOf(word)
      if (sought === '') {
        // Signs alone are known only by being just what is written next.
        const isNext = letters[next] === '' && words[next] === word.trim()
        return isNext ? give(next + 1, startMs, endMs) : []
      }
      const given: TimedWord[] = []
      if (!all.startsWith(sought, cursor)) {
        const found = ahead(sought)
        if (found < 0) {
          open = { startMs: open?.startMs ?? startMs, endMs }
          return []
        }
        given.push(...give(found, open?.startMs ?? lastMs, open?.endMs ?? startMs))
        cursor = ends[found - 1] ?? 0
        open = undefined
      }
      cursor += sought.length
      let whole = next
      while (whole < words.length && (ends[whole] ?? 0) <= cursor) whole++
      // Signs that follow have a time of their own, or go with what comes after them.
      while (whole > next && letters[whole - 1] === '') whole--
      const since = open?.startMs ?? startMs
      open = undefined
      if (whole > next) given.push(...give(whole, since, Math.max(since, endMs)))
      if (cursor > (ends[whole - 1] ?? 0)) open = { startMs: given.length > 0 ? startMs : since, endMs }
      return given
    },
    rest(endMs) {
      const since = Math.min(open?.startMs ?? lastMs, endMs)
      return give(words.length, since, endMs)
    },
  }
}

/** What of a word can be compared. */
function lettersOf(word: string): string {
  return word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '')
}
