/** Words of a reply against what the ear got of it: which were heard whole, lost, or heard twice. */
import type { HeardPiece } from './ear.js'
import type { ReplyWords } from './trace.js'

export interface Word {
  readonly text: string
  readonly fromMs: number
  readonly untilMs: number
}

/** Single words on the reply's time line; several in one piece share its time by their length. */
export function wordsOf(pieces: readonly ReplyWords[]): Word[] {
  const words: Word[] = []
  let fromMs = 0
  for (const { text, untilMs } of pieces) {
    const tokens = text.match(/\s*\S+\s*/g) ?? []
    const length = tokens.reduce((sum, token) => sum + token.length, 0)
    let done = 0
    let begin = fromMs
    for (const token of tokens) {
      done += token.length
      const end = fromMs + ((untilMs - fromMs) * done) / length
      words.push({ text: token.trim(), fromMs: begin, untilMs: end })
      begin = end
    }
    fromMs = Math.max(fromMs, untilMs)
  }
  return words
}

/** A word is heard if no more than this of it is missing, ms: half a frame at either end. */
const SLACK_MS = 20

/** How much of `[fromMs, untilMs)` each piece covers, in all. */
function coveredMs(pieces: readonly HeardPiece[], fromMs: number, untilMs: number): number {
  return pieces.reduce((sum, piece) => {
    const overlapMs = Math.min(piece.fromMs + piece.durationMs, untilMs) - Math.max(piece.fromMs, fromMs)
    return sum + Math.max(0, overlapMs)
  }, 0)
}

/** The places of the reply that were heard at least once, joined. */
function union(pieces: readonly HeardPiece[]): HeardPiece[] {
  const sorted = [...pieces].sort((a, b) => a.fromMs - b.fromMs)
  const joined: HeardPiece[] = []
  for (const piece of sorted) {
    const last = joined.at(-1)
    const endMs = piece.fromMs + piece.durationMs
    if (last !== undefined && piece.fromMs <= last.fromMs + last.durationMs + 0.5) {
      joined[joined.length - 1] = {
        ...last,
        durationMs: Math.max(last.durationMs, endMs - last.fromMs),
      }
    } else joined.push(piece)
  }
  return joined
}

/** Words of which nothing is missing that came before the end of what was heard. */
export function heardWords(words: readonly Word[], pieces: readonly HeardPiece[]): Word[] {
  const once = union(pieces)
  return words.filter(
    ({ fromMs, untilMs }) => coveredMs(once, fromMs, untilMs) >= untilMs - fromMs - SLACK_MS / 4,
  )
}

export interface ResumeLoss {
  /** Words before the last place heard of which more than the slack was never heard. */
  readonly lost: number
  /** Words heard twice. */
  readonly twice: number
  /** Sound heard twice in all, ms. */
  readonly repeatedMs: number
}

/** What a pause in a reply cost, up to the last place that was heard. */
export function resumeLoss(words: readonly Word[], pieces: readonly HeardPiece[]): ResumeLoss {
  const once = union(pieces)
  const lastMs = Math.max(0, ...pieces.map(({ fromMs, durationMs }) => fromMs + durationMs))
  const before = words.filter(({ untilMs }) => untilMs <= lastMs)
  const lost = before.filter(
    ({ fromMs, untilMs }) => coveredMs(once, fromMs, untilMs) < untilMs - fromMs - SLACK_MS,
  ).length
  const twice = before.filter(
    ({ fromMs, untilMs }) => coveredMs(pieces, fromMs, untilMs) >= 2 * (untilMs - fromMs) - SLACK_MS,
  ).length
  const repeatedMs =
    coveredMs(pieces, 0, Number.POSITIVE_INFINITY) - coveredMs(once, 0, Number.POSITIVE_INFINITY)
  return { lost, twice, repeatedMs }
}

/** Edit distance in words, letter case and punctuation aside. */
export function wordDistance(a: string, b: string): number {
  const left = tokens(a)
  const right = tokens(b)
  let row = right.map((_, index) => index + 1)
  row.unshift(0)
  for (const [i, word] of left.entries()) {
    const next = [i + 1]
    for (const [j, other] of right.entries()) {
      const change = (row[j] ?? 0) + (word === other ? 0 : 1)
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []
}
