/**
 * When each word of a text is heard, from the phones of the whole and the phones each word has alone. Both come from the
 * same pronouncing dictionary, so an alignment finds each word's phones even where neighbours change them.
 */

/** A phone of the spoken text; for `wordTimes` without the pauses. */
export interface TimedPhone {
  readonly phone: string
  readonly startMs: number
  readonly endMs: number
}

export interface WordTime {
  readonly startMs: number
  readonly endMs: number
}

/**
 * One time for each word, in order, never backwards. `alone` has each word's own phones; a word with none, or whose
 * phones were swallowed, has no length and stands where the word before it ends.
 */
export function wordTimes(spoken: readonly TimedPhone[], alone: readonly (readonly string[])[]): WordTime[] {
  const owners = align(
    spoken.map(({ phone }) => phone),
    alone,
  )
  let lastMs = spoken[0]?.startMs ?? 0
  return alone.map((_, word) => {
    const first = owners.indexOf(word)
    const last = owners.lastIndexOf(word)
    const startMs = Math.max(lastMs, spoken[first]?.startMs ?? lastMs)
    const endMs = Math.max(startMs, spoken[last]?.endMs ?? startMs)
    lastMs = endMs
    return { startMs, endMs }
  })
}

/** The word of each spoken phone, by the cheapest edits between the two sequences. */
function align(spoken: readonly string[], alone: readonly (readonly string[])[]): number[] {
  const expected = alone.flatMap((phones, word) => phones.map(phone => ({ phone, word })))
  const width = expected.length + 1
  const costs = new Float64Array((spoken.length + 1) * width)
  const cost = (row: number, column: number) => costs[row * width + column] ?? 0
  for (let row = 0; row <= spoken.length; row++) {
    for (let column = 0; column < width; column++) {
      costs[row * width + column] = Math.min(
        row === 0 && column === 0 ? 0 : Number.POSITIVE_INFINITY,
        row === 0 ? Number.POSITIVE_INFINITY : cost(row - 1, column) + 1,
        column === 0 ? Number.POSITIVE_INFINITY : cost(row, column - 1) + 1,
        row === 0 || column === 0
          ? Number.POSITIVE_INFINITY
          : cost(row - 1, column - 1) + difference(spoken[row - 1], expected[column - 1]?.phone),
      )
    }
  }
  const owners = new Array<number>(spoken.length).fill(0)
  let row = spoken.length
  let column = expected.length
  while (row > 0) {
    const here = cost(row, column)
    const change = difference(spoken[row - 1], expected[column - 1]?.phone)
    if (column > 0 && here === cost(row - 1, column - 1) + change) {
      owners[row - 1] = expected[column - 1]?.word ?? 0
      row--
      column--
    } else if (here === cost(row - 1, column) + 1) {
      owners[row - 1] = expected[Math.max(0, column - 1)]?.word ?? 0
      row--
    } else column--
  }
  return owners
}

/** A vowel is reduced to another more easily than to a consonant. */
function difference(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  return isVowel(one) && isVowel(other) ? 0.5 : 1.5
}

function isVowel(phone: string | undefined): boolean {
  return phone !== undefined && /^[aeiou]/.test(phone)
}
