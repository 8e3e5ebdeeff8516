/**
 * Ends an answer that is far longer than was wished: a net under models that no limit can be told, such as a scripted
 * one. Adapters tell vendors, who count tokens; here they are counted by characters, and so many that an answer whose
 * vendor counted is not cut once more (English has about four and a half for a token).
 */

import type { LanguageModelPart } from '@parley/core'

const CHARS_PER_TOKEN = 6

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
