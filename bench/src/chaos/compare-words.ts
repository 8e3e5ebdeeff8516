/** What became of the words of a text: each should have come once, whole and in order. */

export interface WordCount {
  /** Comings of a word beyond its first. */
  readonly repeated: number
  readonly missing: number
  /** What came and is no word of the text: halves of words. */
  readonly garbled: number
  readonly inOrder: boolean
}

/** The words of `expected` differ from each other. */
export function compareWords(expected: readonly string[], came: readonly string[]): WordCount {
  const counts = new Map(expected.map(word => [word, 0]))
  const order: number[] = []
  let garbled = 0
  for (const word of came) {
    const count = counts.get(word)
    if (count === undefined) {
      garbled++
      continue
    }
    counts.set(word, count + 1)
    order.push(expected.indexOf(word))
  }
  const times = [...counts.values()]
  return {
    repeated: times.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    missing: times.filter(count => count === 0).length,
    garbled,
    inOrder: order.every((place, at) => place >= (order[at - 1] ?? -1)),
  }
}

export function isClean({ repeated, missing, garbled, inOrder }: WordCount): boolean {
  return repeated === 0 && missing === 0 && garbled === 0 && inOrder
}
