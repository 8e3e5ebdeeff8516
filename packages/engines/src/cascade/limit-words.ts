/**
 * Ends an answer that is longer than was wished. Tokens are counted as four characters each, which holds for English
 * within a third and is said to be no more: adapters that can, tell the vendor, who counts them.
 */

import type { LanguageModelPart } from '@parley/core'

const CHARS_PER_TOKEN = 4

/** Passes `parts` on; text beyond `maxTokens` is cut at the end of a word, and the answer ends there. */
export async function* limitWords(
  parts: AsyncIterable<LanguageModelPart>,
  maxTokens: number,
): AsyncGenerator<LanguageModelPart> {
  let leftChars = Math.max(1, maxTokens) * CHARS_PER_TOKEN
  for await (const part of parts) {
    if (part.kind !== 'text' || part.text.length <= leftChars) {
      if (part.kind === 'text') leftChars -= part.text.length
      yield part
      continue
    }
    const end = part.text.slice(0, leftChars + 1).search(/\s\S*$/)
    if (end > 0) yield { kind: 'text', text: part.text.slice(0, end) }
    return
  }
}
