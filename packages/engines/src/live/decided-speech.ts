/** Which speech tells a decision: the model is given it, and says it in its own words when it likes. */

import type { ReplyPart } from '@parley/core'

export interface DecidedSpeech {
  /** What is said from now on may tell this; the speech that does gets these parts. */
  expect(text: string, parts: readonly ReplyPart[]): void
  /** Words of speech that had begun before; its parts, if they tell it. */
  said(text: string): readonly ReplyPart[]
  /** Speech begins: whatever it says, it is the answer. */
  begun(): readonly ReplyPart[]
}

export function decidedSpeech(): DecidedSpeech {
  let words: ReadonlySet<string> = new Set()
  let parts: readonly ReplyPart[] = []
  let heard = ''

  function take(): readonly ReplyPart[] {
    const taken = parts
    parts = []
    return taken
  }

  return {
    expect(text, given) {
      words = new Set(wordsIn(text))
      parts = given
      heard = ''
    },
    said(text) {
      if (parts.length === 0) return parts
      heard += text
      const found = new Set(wordsIn(heard).filter(word => words.has(word)))
      // Half of it, and more than a chance word.
      return found.size >= 2 && found.size * 2 >= words.size ? take() : []
    },
    begun: take,
  }
}

function wordsIn(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []
}
