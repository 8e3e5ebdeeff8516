/**
 * How far what a model said strays from what it was to read, in words. Case and punctuation do not count; a number may
 * be said in several words.
 */

/** Words a number may become. */
const PER_NUMBER = 5
/** More words are not compared: the table grows with their square. */
const MOST = 400

/** Words left out and words added, in order; 0 where it was read as written. */
export function wordDrift(asked: string, said: string): number {
  const wanted = wordsOf(asked)
  const plain = wanted.filter(word => !/\p{N}/u.test(word)).slice(0, MOST)
  const given = wordsOf(said)
    .filter(word => !/\p{N}/u.test(word))
    .slice(0, MOST)
  const common = longestCommon(plain, given)
  const numbers = wanted.length - wanted.filter(word => !/\p{N}/u.test(word)).length
  const added = Math.max(0, given.length - common - numbers * PER_NUMBER)
  return plain.length - common + added
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  )
}

/** Length of the longest common subsequence. */
function longestCommon(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0)
  for (const word of one) {
    const next = [0]
    for (let at = 0; at < other.length; at++)
      next.push(word === other[at] ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}
