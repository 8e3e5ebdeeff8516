/** Durations as people read them, in their language: ms below a second, seconds above. */
import { type Language, useLanguage } from '../i18n/language.js'

/** Three figures at most. */
export function formatMs(ms: number, language: Language): string {
  const written =
    Math.abs(ms) >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(Math.abs(ms) < 10 ? 1 : 0)} ms`
  return language === 'es' ? written.replace('.', ',') : written
}

/** Durations in the language of the page. */
export function useFormatMs(): (ms: number) => string {
  const { language } = useLanguage()
  return ms => formatMs(ms, language)
}
