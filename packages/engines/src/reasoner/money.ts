/** Sums of money in what somebody said: a number beside a currency's name, sign or code. Other numbers are none. */

import { foldWord } from '../scripted/words.js'
import { lexiconsOf, readNumber } from './number-words.js'

export interface Sum {
  readonly value: number
  /** ISO 4217 codes that its currency may be: "dollars" are those of several countries. */
  readonly currencies: readonly string[]
}

interface Currency {
  readonly codes: readonly string[]
  /** Folded. */
  readonly names: readonly string[]
  readonly sign?: string
}

const currencies: readonly Currency[] = [
  {
    codes: ['USD', 'CAD', 'AUD', 'NZD'],
    names: ['dollar', 'dollars', 'buck', 'bucks', 'dolar', 'dolares'],
    sign: '$',
  },
  { codes: ['EUR'], names: ['euro', 'euros'], sign: '€' },
  { codes: ['GBP'], names: ['pound', 'pounds', 'quid', 'libra', 'libras'], sign: '£' },
  { codes: ['MXN', 'ARS', 'COP', 'CLP', 'UYU', 'DOP'], names: ['peso', 'pesos'], sign: '$' },
  { codes: ['PEN'], names: ['soles'] },
  { codes: ['BRL'], names: ['reais', 'reales'] },
  { codes: ['CHF'], names: ['franc', 'francs', 'franco', 'francos'] },
  { codes: ['JPY'], names: ['yen', 'yenes'], sign: '¥' },
]

/** ISO 4217. */
export const currencyCodes: readonly string[] = currencies.flatMap(({ codes }) => codes)

const coins: ReadonlySet<string> = new Set([
  'cent',
  'cents',
  'centavo',
  'centavos',
  'centimo',
  'centimos',
  'penny',
  'pence',
])
/** Between a number and its currency: "200 US dollars", "two million of dollars". */
const between = ['us', 'american', 'canadian', 'australian', 'mexican', 'more', 'extra', 'of', 'de', 'del']
const joints = ['and', 'y', 'con', 'with']

const TOKEN =
  /(?<!\d)\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,'’]\d+)*(?:[km](?![\p{L}]))?|[$€£¥]|[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu

/** All of them, in order. Numbers are read as in this language (BCP 47), in one that is not known as in each that is. */
export function sumsIn(text: string, language: string): readonly Sum[] {
  const written = text.normalize('NFC').toLowerCase().match(TOKEN) ?? []
  const tokens = written.map(token => (/^[\p{L}]/u.test(token) ? foldWord(token) : token))
  return lexiconsOf(language).flatMap(lexicon => {
    const found: Sum[] = []
    for (let at = 0; at < tokens.length; ) {
      const read = readNumber(tokens, at, lexicon)
      const named = read && currencyOf(tokens, at, read.next)
      if (read === undefined || named === undefined) {
        at++
        continue
      }
      if (named.coins) found.push({ value: read.value / 100, currencies: currencyCodes })
      else {
        const more = small(named.next)
        found.push({ value: read.value + (more?.value ?? 0), currencies: named.codes })
        at = more?.next ?? named.next
        continue
      }
      at = named.next
    }
    return found

    /** "… and fifty cents". */
    function small(from: number) {
      const read = joints.includes(tokens[from] ?? '') ? readNumber(tokens, from + 1, lexicon) : undefined
      if (read === undefined || !coins.has(tokens[read.next] ?? '')) return undefined
      return { value: read.value / 100, next: read.next + 1 }
    }
  })
}

interface Named {
  readonly codes: readonly string[]
  readonly coins?: true
  readonly next: number
}

function currencyOf(tokens: readonly string[], at: number, behind: number): Named | undefined {
  let next = behind
  while (next < behind + 2 && between.includes(tokens[next] ?? '')) next++
  if (coins.has(tokens[next] ?? '')) return { codes: [], coins: true, next: next + 1 }
  const after = codesOf(tokens[next])
  const before = names.has(tokens[at - 1] ?? '') ? [] : codesOf(tokens[at - 1])
  if (after.length > 0) return { codes: after, next: next + 1 }
  return before.length > 0 ? { codes: before, next: behind } : undefined
}

/** Codes by whatever stands for a currency. */
const known: ReadonlyMap<string, readonly string[]> = new Map(
  currencies
    .flatMap(({ codes, names: own, sign }) => [
      ...codes.map(code => code.toLowerCase()),
      ...own,
      ...(sign === undefined ? [] : [sign]),
    ])
    .map(token => [token, namedBy(token)]),
)
const names: ReadonlySet<string> = new Set(currencies.flatMap(each => each.names))

function namedBy(token: string): readonly string[] {
  return currencies.flatMap(each => {
    if (each.names.includes(token) || each.sign === token) return each.codes
    return each.codes.filter(code => code.toLowerCase() === token)
  })
}

function codesOf(token: string | undefined): readonly string[] {
  return known.get(token ?? '') ?? []
}
