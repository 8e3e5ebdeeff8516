/** What is said while a tool runs long: one sentence for all languages, or one or several for each (BCP 47). */
export type Filler =
  | string
  | { readonly [language: string]: string | readonly string[] }
  | ((language: string, nth: number) => string | undefined)

/** The sentence for a language, the `nth` of several in turn; undefined where there is none for it. */
export function fillerFor(filler: Filler | undefined, language: string, nth: number): string | undefined {
  if (filler === undefined || typeof filler === 'string') return filler || undefined
  if (typeof filler === 'function') return filler(language, nth) || undefined
  const tag = language.toLowerCase()
  const entries = Object.entries(filler).map(([key, texts]) => [key.toLowerCase(), texts] as const)
  const found = entries.find(([key]) => key === tag) ?? entries.find(([key]) => key === tag.split('-')[0])
  const texts = found === undefined ? [] : [found[1]].flat()
  return texts[nth % Math.max(1, texts.length)] || undefined
}
