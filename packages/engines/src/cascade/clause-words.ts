/**
 * Cuts the text of a clause at the words a voice reports, so that the pieces joined are the clause, punctuation and
 * spaces included.
 */

export interface ClauseWords {
  /** The text up to and with this word and the marks that follow it; empty if the word is not in what is left. */
  upTo(word: string): string
  /** What is left but for the white space at its end. */
  body(): string
  /** What is left. */
  rest(): string
}

export function clauseWords(clause: string): ClauseWords {
  let cursor = 0
  return {
    upTo(word) {
      const wanted = word.trim()
      const at = wanted === '' ? -1 : clause.indexOf(wanted, cursor)
      if (at < 0) return ''
      let end = at + wanted.length
      while (end < clause.length && !/\s/.test(clause[end] ?? '')) end++
      const text = clause.slice(cursor, end)
      cursor = end
      return text
    },
    body() {
      const text = clause.slice(cursor).trimEnd()
      cursor += text.length
      return text
    },
    rest() {
      const text = clause.slice(cursor)
      cursor = clause.length
      return text
    },
  }
}
