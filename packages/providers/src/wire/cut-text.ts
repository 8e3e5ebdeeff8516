/**
 * Cuts a text where a vendor takes only so much at once: at ends of sentences, else at commas, else between words, and
 * within a word (never within a character) only where a word alone is too long. The pieces hold every word, in order.
 */

export interface CutText {
  readonly text: string
  /** Most of one piece, in what `sizeOf` counts. */
  readonly most: number
  /** Size of a word; sizes of words add up, with one more for the space between two. */
  sizeOf(word: string): number
}

const sentenceEnd = /[.!?…؟।。！？]["'’”»)\]]*$/
const clauseEnd = /[,;:–—،、，；：]$/

/** None for a text of spaces. */
export function cutText({ text, most, sizeOf }: CutText): string[] {
  const pieces: string[] = []
  let held: Held[] = []
  let size = 0
  for (const word of text.split(/\s+/).flatMap(each => cutWord(each, most, sizeOf))) {
    const wordSize = sizeOf(word) + 1
    if (held.length > 0 && size + wordSize > most) {
      const rest = held.splice(cutAt(held))
      pieces.push(joined(held))
      held = rest
      size = rest.reduce((sum, each) => sum + each.size, 0)
      if (held.length > 0 && size + wordSize > most) {
        pieces.push(joined(held))
        held = []
        size = 0
      }
    }
    held.push({ word, size: wordSize })
    size += wordSize
  }
  return held.length === 0 ? pieces : [...pieces, joined(held)]
}

interface Held {
  readonly word: string
  readonly size: number
}

function joined(held: readonly Held[]): string {
  return held.map(({ word }) => word).join(' ')
}

/** How many words stay: to the last end of a sentence, else of a clause, else all. */
function cutAt(held: readonly Held[]): number {
  for (const end of [sentenceEnd, clauseEnd]) {
    const last = held.findLastIndex(({ word }) => end.test(word))
    if (last >= 0) return last + 1
  }
  return held.length
}

function cutWord(word: string, most: number, sizeOf: CutText['sizeOf']): string[] {
  if (word === '') return []
  if (sizeOf(word) + 1 <= most) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (part !== '' && sizeOf(part + character) + 1 > most) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}
