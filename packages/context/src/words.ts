/** Words in what callers say, whatever their case and accents. */

/** Small letters without accents, marks as spaces. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}%$€.'-]+/gu, ' ')
    .replace(/[.'-]+(?=\s|$)/g, '')
    .trim()
}

/** Whether one of these words or phrases stands in a folded text, as whole words. */
export function wordMatcher(phrases: readonly string[]): (folded: string) => boolean {
  if (phrases.length === 0) return () => false
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${phrases.map(escaped).join('|')})(?![\\p{L}\\p{N}])`,
    'u',
  )
  return folded => pattern.test(folded)
}

function escaped(phrase: string): string {
  return fold(phrase).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Whether a BCP 47 tag is of Spanish; everything else is read as English. */
export function isSpanish(language: string): boolean {
  return /^es\b/i.test(language)
}
