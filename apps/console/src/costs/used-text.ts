import type { Numbers } from '../ui/use-numbers.js'
import type { Used } from './usage-types.js'
import type { CostWords } from './words.js'

/** What was used in one line: only what there was of it; a dash for nothing. */
export function usedText(
  used: Used,
  { count, decimal }: Pick<Numbers, 'count' | 'decimal'>,
  words: CostWords,
): string {
  const { audioMs, characters, inputTokens, outputTokens, cachedTokens } = used
  const parts = [
    ...(audioMs > 0 ? [words.minutes(decimal(audioMs / 60_000, audioMs < 600_000 ? 2 : 0))] : []),
    ...(characters > 0 ? [words.characters(count(characters))] : []),
    ...(inputTokens + outputTokens > 0 ? [words.tokens(count(inputTokens), count(outputTokens))] : []),
    ...(cachedTokens > 0 ? [words.cached(count(cachedTokens))] : []),
  ]
  return parts.length === 0 ? '–' : parts.join('; ')
}
