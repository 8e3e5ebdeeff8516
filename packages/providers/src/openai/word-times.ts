/**
 * Times of a server's own tokens, put to the words as they are written. Servers speak a text they have rewritten
 * ("25 €" becomes "twenty-five euros"), so a written word without a token of its own gets its share of the time between
 * its neighbours.
 */

export interface TimedToken {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

export interface WordTimes {
  /** Tokens in their order; gives the written words that are complete with them. */
  take(tokens: readonly TimedToken[]): TimedToken[]
  /** What is left, when the sound is over at this time. */
  rest(endMs: number): TimedToken[]
}

/** How far ahead a token is looked for, in letters. */
const AHEAD = 48

export function wordTimes(text: string): WordTimes {
  const words = text.split(/\s+/).filter(word => word !== '')
  const times: ({ startMs: number; endMs: number } | undefined)[] = words.map(() => undefined)
  /** The letters of the text, and for each the word it is in. */
  let letters = ''
  const wordOf: number[] = []
  words.forEach((word, index) => {
    const own = lettersOf(word)
    letters += own
    for (let at = 0; at < own.length; at++) wordOf.push(index)
  })
  let cursor = 0
  let given = 0
  let untilMs = 0

  function place({ text: token, startMs, endMs }: TimedToken): void {
    const own = lettersOf(token)
    if (own === '') return
    const found = letters.slice(cursor, cursor + AHEAD + own.length).indexOf(own)
    if (found < 0) return
    const from = cursor + found
    cursor = from + own.length
    for (let index = wordOf[from] ?? 0; index <= (wordOf[cursor - 1] ?? 0); index++) {
      const known = times[index]
      times[index] = { startMs: known?.startMs ?? startMs, endMs }
    }
  }

  /** Gives the words before this one; words without a time share the gap up to `endMs`, or up to the next that has one. */
  function giveUntil(end: number, endMs?: number): TimedToken[] {
    const out: TimedToken[] = []
    while (given < end) {
      let next = given
      while (next < end && times[next] === undefined) next++
      if (next === end && endMs === undefined) break
      const gapEndMs = Math.max(untilMs, times[next]?.startMs ?? endMs ?? untilMs)
      const share = (gapEndMs - untilMs) / Math.max(1, next - given)
      for (; given < next; given++) out.push(timed(words[given] ?? '', untilMs, untilMs + share))
      const known = times[given]
      if (given < end && known !== undefined) {
        out.push(timed(words[given] ?? '', known.startMs, known.endMs))
        given++
      }
    }
    return out
  }

  function timed(word: string, startMs: number, endMs: number): TimedToken {
    const from = Math.max(untilMs, startMs)
    untilMs = Math.max(from, endMs)
    return { text: word, startMs: from, endMs: untilMs }
  }

  return {
    take(tokens) {
      for (const token of tokens) place(token)
      return giveUntil(wordOf[cursor] ?? (cursor === 0 ? 0 : (wordOf[cursor - 1] ?? 0) + 1))
    },
    rest: endMs => giveUntil(words.length, Math.max(endMs, untilMs)),
  }
}

function lettersOf(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]/gu) ?? []).join('')
}
