/** Numbers as they are written in the language of the page; a dash for what nobody knows. */
import { useMemo } from 'react'
import { type Language, useLanguage } from '../i18n/language.js'

type Known = number | null | undefined

export interface Numbers {
  count(value: Known): string
  /** With so many decimals at most. */
  decimal(value: Known, most?: number): string
  /** Of a share from 0 to 1. */
  share(value: Known): string
  /** A difference as a share of what was before, with its sign. */
  change(value: Known): string
  ms(value: Known): string
  money(value: Known, currency: string): string
  bytes(value: Known): string
}

const nothing = '–'

export function useNumbers(): Numbers {
  const { language } = useLanguage()
  return useMemo(() => numbersOf(language), [language])
}

export function numbersOf(language: Language): Numbers {
  const write = (value: Known, options: Intl.NumberFormatOptions): string =>
    // Four figures are grouped in Spanish, too, so that columns agree.
    value === null || value === undefined || !Number.isFinite(value)
      ? nothing
      : new Intl.NumberFormat(language, { useGrouping: 'always', ...options } as Intl.NumberFormatOptions)
          .format(value)
          .replace('-', '−')
  const decimal = (value: Known, most = 1) => write(value, { maximumFractionDigits: most })
  return {
    count: value => write(value, { maximumFractionDigits: 0 }),
    decimal,
    share: value => write(value, { style: 'percent', maximumFractionDigits: 1 }),
    change: value => write(value, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }),
    ms(value) {
      if (value === null || value === undefined) return nothing
      const seconds = Math.abs(value) >= 1_000
      const options = seconds
        ? { maximumFractionDigits: 2, minimumFractionDigits: 2 }
        : { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 }
      return `${write(seconds ? value / 1_000 : value, options)} ${seconds ? 's' : 'ms'}`
    },
    // A currency of the price list may be none that has a sign.
    money: (value, currency) =>
      value === null || value === undefined
        ? nothing
        : `${write(value, { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 })} ${currency}`,
    bytes: value =>
      value === null || value === undefined
        ? nothing
        : `${decimal(value / 2 ** 20, value < 100 * 2 ** 20 ? 1 : 0)} MB`,
  }
}
