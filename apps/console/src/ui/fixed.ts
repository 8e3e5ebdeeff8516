/** Figures with just so many decimals, as the language of the page writes them. */
import { useCallback } from 'react'
import { type Language, useLanguage } from '../i18n/language.js'

export type Fixed = (value: number, decimals: number) => string

/** Making one takes longer than a hundred figures; there are a few for each language. */
const formats = new Map<string, Intl.NumberFormat>()

export function fixed(value: number, decimals: number, language: Language): string {
  const key = `${language} ${decimals}`
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false }
  const format = formats.get(key) ?? new Intl.NumberFormat(language, digits)
  formats.set(key, format)
  return format.format(value).replace('-', '−')
}

export function useFixed(): Fixed {
  const { language } = useLanguage()
  return useCallback((value, decimals) => fixed(value, decimals, language), [language])
}

/** With its sign, also above zero. */
export function signed(figure: string): string {
  return figure.startsWith('−') ? figure : `+${figure}`
}

/** What stands before the tenths of a second. */
export function decimalMark(language: Language): string {
  return language === 'es' ? ',' : '.'
}
