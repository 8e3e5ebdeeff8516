/** Where a moment is in what was said. Lines begin in order of time, and may overlap. */

import type { Line, Word } from './playback.js'

/** The line that is being said, or else the last that was; −1 before the first. */
export function lineAt(lines: readonly Line[], atMs: number): number {
  let last = -1
  // Lines that begin later cannot be it; of those that are said at once, the one begun last is read.
  for (let at = firstAfter(lines, atMs) - 1; at >= 0; at--) {
    if (last < 0) last = at
    if (atMs < (lines[at]?.endMs ?? 0)) return at
    if (last - at >= 4) break
  }
  return last
}

/** How many words have begun to be heard. */
export function wordsBegun(words: readonly Word[], atMs: number): number {
  let low = 0
  let high = words.length
  while (low < high) {
    const middle = (low + high) >> 1
    const word = words[middle]
    if (word?.heard && word.startMs <= atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** The answer whose waterfall belongs to a moment: the one being said or waited for, else the next, else the last. */
export function answerAt<Answer extends { readonly endMs: number }>(
  answers: readonly Answer[],
  atMs: number,
): Answer | undefined {
  return answers.find(({ endMs }) => endMs > atMs) ?? answers.at(-1)
}

function firstAfter(lines: readonly Line[], atMs: number): number {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.startMs ?? 0) <= atMs) low = middle + 1
    else high = middle
  }
  return low
}
