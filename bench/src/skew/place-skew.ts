/** Which place of a reply was really at the loudspeaker, found by likeness of levels, against the place that was shown. */

/** Power of each 1/375 s of a reply, by its number from the reply's beginning. */
export type ReplyPowers = Readonly<Record<string, readonly number[]>>

export interface Heard {
  /** Context time of the middle of 128 samples, s, and their power. */
  readonly blocks: readonly (readonly [number, number])[]
  /** Page time, ms; shown place, −1 for none; level; mouth; reply. */
  readonly shown: readonly (readonly [number, number, number, number, string | undefined])[]
}

const BLOCK_MS = 1000 / 375
const SEGMENT = 225
const FARTHEST_MS = 150
const STEP_MS = 0.5
const LEAST_LIKENESS = 0.9

/** Shown later than heard is more than 0, ms: one for each 300 ms of speech that are found again in the reply. */
export function placeSkewsOf(
  { blocks, shown }: Heard,
  replies: ReplyPowers,
  pageMs: (contextS: number) => number,
): number[] {
  const skews: number[] = []
  for (let from = 0; from + SEGMENT < blocks.length; from += Math.round(SEGMENT / 2)) {
    const piece = blocks.slice(from, from + SEGMENT)
    const middleMs = pageMs(piece[SEGMENT >> 1]?.[0] ?? 0)
    const after = shown.findIndex(([atMs]) => atMs >= middleMs)
    const [a, b] = [shown[after - 1], shown[after]]
    if (a === undefined || b === undefined || a[4] === undefined || a[4] !== b[4]) continue
    const shownMs = a[1] + ((b[1] - a[1]) * (middleMs - a[0])) / (b[0] - a[0])
    const trueMs = placeOf(piece, replies[a[4]] ?? [], shownMs)
    // A place that is shown too early in the reply is shown too late.
    if (trueMs !== undefined) skews.push(trueMs - shownMs)
  }
  return skews
}

/** The place in the reply of the middle of a piece of what was heard, near `guessMs`. */
function placeOf(piece: Heard['blocks'], reply: readonly number[], guessMs: number): number | undefined {
  const levels = piece.map(([, power]) => level(power))
  if (Math.max(...levels) - Math.min(...levels) < 15) return undefined
  const middleS = piece[piece.length >> 1]?.[0] ?? 0
  const offsets = piece.map(([atS]) => (atS - middleS) * 1000)
  const known = reply.map(level)
  let best = { likeness: LEAST_LIKENESS, placeMs: Number.NaN }
  for (let placeMs = guessMs - FARTHEST_MS; placeMs <= guessMs + FARTHEST_MS; placeMs += STEP_MS) {
    const other = offsets.map(offsetMs => known[Math.floor((placeMs + offsetMs) / BLOCK_MS)])
    if (other.includes(undefined)) continue
    const likeness = likenessOf(levels, other as number[])
    if (likeness > best.likeness) best = { likeness, placeMs }
  }
  return Number.isNaN(best.placeMs) ? undefined : best.placeMs
}

const level = (power: number): number => Math.max(-60, 10 * Math.log10(Math.max(1e-10, power)))

function likenessOf(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [aMean, bMean] = [mean(a), mean(b)]
  let [both, aSquare, bSquare] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] ?? 0) - aMean, (b[i] ?? 0) - bMean]
    both += x * y
    aSquare += x * x
    bSquare += y * y
  }
  return both / Math.sqrt(aSquare * bSquare || 1)
}
