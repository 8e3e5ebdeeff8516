/** Tokens of a recogniser with their beginnings, as words. A space (or the mark that stands for one) begins a word. */

export interface TokenWord {
  readonly text: string
  /** ms from the beginning of the stream. */
  readonly startMs: number
  readonly endMs: number
}

/** Longest a word's last token is taken to last, ms. */
const LAST_TOKEN_MS = 400
const begins = /^[ \u2581]/
/** Characters of scripts without spaces are words of their own. */
const standsAlone = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

/** `timestamps` are in seconds, one for each token; without them there are no words. */
export function wordsOfTokens(
  tokens: readonly string[],
  timestamps: readonly number[],
  endMs: number,
): TokenWord[] {
  if (timestamps.length !== tokens.length) return []
  const words: { text: string; startMs: number; lastMs: number }[] = []
  for (const [index, token] of tokens.entries()) {
    const atMs = (timestamps[index] ?? 0) * 1000
    const text = token.replace(/[ \u2581]/g, '')
    const last = words.at(-1)
    if (last === undefined || begins.test(token) || standsAlone.test(token)) {
      if (last?.text === '') words.pop()
      words.push({ text, startMs: atMs, lastMs: atMs })
    } else {
      last.text += text
      last.lastMs = atMs
    }
  }
  return words
    .filter(({ text }) => text !== '')
    .map(({ text, startMs, lastMs }, index, all) => {
      const untilMs = Math.min(all[index + 1]?.startMs ?? endMs, lastMs + LAST_TOKEN_MS)
      return { text, startMs, endMs: Math.max(startMs, untilMs) }
    })
}
