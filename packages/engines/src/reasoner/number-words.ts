/**
 * Numbers in running words, in English and Spanish, in figures and in words: `1.200,50`, `$5k`, `twelve hundred`, `dos
 * mil quinientos`. Only for amounts: a separator before exactly three figures is one of thousands in both languages,
 * since nobody asks for thousandths of a coin.
 */

import { spellNumber } from '../scripted/numbers.js'
import { foldWord } from '../scripted/words.js'

interface NumberLexicon {
  readonly values: ReadonlyMap<string, number>
  readonly multipliers: ReadonlyMap<string, number>
  readonly joiner: string
  readonly points: readonly string[]
}

const spanishForms = [
  ['un', 1],
  ['una', 1],
  ['veintiun', 21],
  ['veintiuna', 21],
  ['cien', 100],
  ['ciento', 100],
  ['cientos', 200],
] as const

const english = lexicon(
  'en',
  {
    hundred: 100,
    hundreds: 100,
    thousand: 1e3,
    thousands: 1e3,
    grand: 1e3,
    k: 1e3,
    million: 1e6,
    millions: 1e6,
  },
  { joiner: 'and', points: ['point'] },
)
const spanish = lexicon(
  'es',
  { mil: 1e3, miles: 1e3, millon: 1e6, millones: 1e6 },
  { joiner: 'y', points: ['coma', 'punto'] },
)

const byLanguage: ReadonlyMap<string, readonly NumberLexicon[]> = new Map([
  ['en', [english]],
  ['es', [spanish]],
])

/** Of a BCP 47 tag; every one that is known for a language that is not. */
export function lexiconsOf(language: string): readonly NumberLexicon[] {
  return byLanguage.get(language.toLowerCase().split(/[-_]/)[0] ?? '') ?? [english, spanish]
}

export interface NumberRead {
  readonly value: number
  /** The token behind it. */
  readonly next: number
}

/** The longest number that begins at a token; undefined where none does. Tokens are folded. */
export function readNumber(
  tokens: readonly string[],
  at: number,
  { values, multipliers, joiner, points }: NumberLexicon,
): NumberRead | undefined {
  let total = 0
  let group: number | undefined
  let multiplied = Number.POSITIVE_INFINITY
  let next = at
  for (; next < tokens.length; next++) {
    const token = tokens[next] ?? ''
    const multiplier = multipliers.get(token)
    const figures = group === undefined ? figuresValue(token) : undefined
    const value = values.get(token)
    if (figures !== undefined) group = figures
    else if (multiplier === 100) {
      if ((group ?? 1) >= 100) break
      group = (group ?? 1) * 100
    } else if (multiplier !== undefined) {
      if (multiplier === multiplied) break
      // "Two hundred thousand million": the greater one counts all before it.
      total =
        multiplier > multiplied ? (total + (group ?? 0)) * multiplier : total + (group ?? 1) * multiplier
      group = undefined
      multiplied = multiplier
    } else if (value !== undefined && fits(value, group)) group = (group ?? 0) + value
    else if (token !== joiner || next === at || !goesOn(tokens[next + 1], group)) break
  }
  if (next === at) return undefined
  const whole = total + (group ?? 0)
  const part = points.includes(tokens[next] ?? '') ? partOf(tokens[next + 1]) : undefined
  return part === undefined ? { value: whole, next } : { value: whole + part, next: next + 2 }

  function goesOn(token: string | undefined, before: number | undefined): boolean {
    const value = values.get(token ?? '')
    return value !== undefined && value > 0 && fits(value, before)
  }

  function partOf(token: string | undefined): number | undefined {
    const value = values.get(token ?? '') ?? figuresValue(token ?? '')
    if (value === undefined || value >= 100) return undefined
    return value < 10 ? value / 10 : value / 100
  }
}

/** Whether a number word goes on with what was read: `five` after `twenty` does, after `ten` it begins another. */
function fits(value: number, group: number | undefined): boolean {
  if (group === undefined || group === 0) return group === undefined
  if (group % 100 === 0) return value > 0 && value < 100
  return group % 10 === 0 && group % 100 >= 20 && value > 0 && value < 10
}

/** The value of figures with their separators, and `k` or `m` behind them; undefined for a word. */
export function figuresValue(written: string): number | undefined {
  if (!/^\d/.test(written)) return undefined
  const unit = { k: 1e3, m: 1e6 }[written.slice(-1)] ?? 1
  const body = written.replace(/[km]$/, '').replace(/[\s'’]/g, '')
  const last = Math.max(body.lastIndexOf('.'), body.lastIndexOf(','))
  const figures = body.replace(/[.,]/g, '')
  if (last < 0 || isOfThousands(body, last)) return Number(figures) * unit
  return Number(`${body.slice(0, last).replace(/[.,]/g, '')}.${body.slice(last + 1)}`) * unit
}

/** Whether the last separator, and so all of them, stands between thousands. */
function isOfThousands(body: string, last: number): boolean {
  const mark = body[last] ?? ''
  const isAlone = body.indexOf(mark) === last
  if (!isAlone) return true
  const other = mark === '.' ? ',' : '.'
  if (body.includes(other)) return false
  return body.length - last - 1 === 3 && !/^0/.test(body)
}

function lexicon(
  language: string,
  multipliers: Readonly<Record<string, number>>,
  more: Pick<NumberLexicon, 'joiner' | 'points'>,
): NumberLexicon {
  const values = new Map<string, number>()
  const named = [...Array.from({ length: 100 }, (_, value) => value), 200, 300, 400, 500, 600, 700, 800, 900]
  for (const value of named) {
    const word = foldWord(spellNumber(value, language) ?? '')
    if (!word.includes(' ')) values.set(word, value)
    if (word.endsWith('ientos')) values.set(word.replace(/os$/, 'as'), value)
  }
  if (language === 'es') for (const [word, value] of spanishForms) values.set(word, value)
  return { values, multipliers: new Map(Object.entries(multipliers)), ...more }
}
