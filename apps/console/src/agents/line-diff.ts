/** What changed between two texts, line by line. Pure. */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
  /** Number in the older and in the newer text, from 1; absent where it does not stand. */
  readonly before?: number
  readonly after?: number
}

/** Beyond this product of changed lines, what changed is shown as one block taken out and one put in. */
const MOST_CELLS = 4_000_000

/** Longest common subsequence of the lines between a common beginning and a common end. */
export function diffLines(older: string, newer: string): readonly DiffLine[] {
  const [a, b] = [older.split('\n'), newer.split('\n')]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const lines: DiffLine[] = []
  const same = (i: number, j: number) =>
    lines.push({ kind: 'same', text: a[i] ?? '', before: i + 1, after: j + 1 })
  for (let i = 0; i < head; i++) same(i, i)
  lines.push(...middle(a, b, { head, ends: [a.length - tail, b.length - tail] }))
  for (let k = tail; k > 0; k--) same(a.length - k, b.length - k)
  return lines
}

function middle(
  a: readonly string[],
  b: readonly string[],
  { head, ends: [endA, endB] }: { readonly head: number; readonly ends: readonly [number, number] },
): readonly DiffLine[] {
  const [rows, columns] = [endA - head, endB - head]
  const lines: DiffLine[] = []
  const removed = (i: number) => lines.push({ kind: 'removed', text: a[i] ?? '', before: i + 1 })
  const added = (j: number) => lines.push({ kind: 'added', text: b[j] ?? '', after: j + 1 })
  if (rows * columns > MOST_CELLS) {
    for (let i = head; i < endA; i++) removed(i)
    for (let j = head; j < endB; j++) added(j)
    return lines
  }
  // lengths[i][j]: of what is common to a from i and b from j.
  const width = columns + 1
  const lengths = new Uint32Array((rows + 1) * width)
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[head + i] === b[head + j]
          ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0)
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
  let [i, j] = [0, 0]
  while (i < rows || j < columns) {
    const [at, to] = [head + i, head + j]
    if (i < rows && j < columns && a[at] === b[to]) {
      lines.push({ kind: 'same', text: a[at] ?? '', before: at + 1, after: to + 1 })
      i++
      j++
    } else if (
      j >= columns ||
      (i < rows && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      removed(at)
      i++
    } else {
      added(to)
      j++
    }
  }
  return lines
}

/** Runs of lines that are alike, beyond `context` of each change, as how many they are. */
export function folded(
  lines: readonly DiffLine[],
  context = 3,
): readonly (DiffLine | { readonly kind: 'fold'; readonly count: number })[] {
  const near = new Set<number>()
  lines.forEach(({ kind }, index) => {
    if (kind === 'same') return
    for (let at = index - context; at <= index + context; at++) near.add(at)
  })
  const shown: (DiffLine | { readonly kind: 'fold'; readonly count: number })[] = []
  for (const [index, line] of lines.entries()) {
    const last = shown.at(-1)
    if (near.has(index)) shown.push(line)
    else if (last?.kind === 'fold') shown[shown.length - 1] = { kind: 'fold', count: last.count + 1 }
    else shown.push({ kind: 'fold', count: 1 })
  }
  return shown
}
