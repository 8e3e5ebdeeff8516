/**
 * Whole numbers between figures and words, in English and Spanish: `5` and `five` are one thing for the matcher, and
 * the grammar has only words. Other languages know figures alone. Dates, money and ordinals are not read here.
 */

import { foldWord, type Word, wordsOf } from './words.js'

interface NumberWords {
  /** Names of 0–29 (English stops at 19) by value. */
  readonly small: readonly string[]
  /** Names of 20, 30 … 90 by ten. */
  readonly tens: readonly string[]
  /** Names of 100, 200 … 900. */
  readonly hundreds: readonly string[]
  readonly thousand: string
  /** Between ten and unit (`treinta y uno`), or empty. */
  readonly joiner: string
  /** Other words for a value. */
  readonly also: Readonly<Record<string, number>>
  /** Words that may stand inside a number and mean nothing (`one hundred and two`). */
  readonly silent: readonly string[]
  /** `double five`. */
  readonly repeats: Readonly<Record<string, number>>
}

const english: NumberWords = {
  small: (
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
    'seventeen eighteen nineteen'
  ).split(' '),
  tens: 'ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' '),
  hundreds: 'one two three four five six seven eight nine'.split(' ').map(digit => `${digit} hundred`),
  thousand: 'thousand',
  joiner: '',
  also: { oh: 0, o: 0 },
  silent: ['and'],
  repeats: { double: 2, triple: 3 },
}

const spanish: NumberWords = {
  small: (
    'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete ' +
    'dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete ' +
    'veintiocho veintinueve'
  ).split(' '),
  tens: 'diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa'.split(' '),
  hundreds:
    'ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos'.split(
      ' ',
    ),
  thousand: 'mil',
  joiner: 'y',
  also: { un: 1, una: 1, veintiun: 21, veintiuna: 21, cien: 100 },
  silent: [],
  repeats: { doble: 2, triple: 3 },
}

const languages: ReadonlyMap<string, NumberWords> = new Map([
  ['en', english],
  ['es', spanish],
])

/** Largest number that is spelled or read as one number; longer figures are read digit by digit. */
export const LARGEST_NUMBER = 999_999

/** Whether numbers of this language can be spelled, as a grammar needs. */
export function spellsNumbers(language: string): boolean {
  return languages.has(baseOf(language))
}

/** `12` → `twelve`; undefined where the language has no number words here. `value` is 0–999,999. */
export function spellNumber(value: number, language: string): string | undefined {
  const names = languages.get(baseOf(language))
  return names === undefined ? undefined : spell(value, names)
}

/** Spells a string of digits one by one: `042` → `zero four two`. */
export function spellDigits(digits: string, language: string): string | undefined {
  const names = languages.get(baseOf(language))
  return names === undefined ? undefined : [...digits].map(digit => names.small[Number(digit)]).join(' ')
}

/** Words with every figure replaced by number words, so that `5` and `five` compare equal. */
export function spelledWords(text: string, language: string): Word[] {
  return wordsOf(text).flatMap(word => (/^[0-9]+$/.test(word.key) ? spelledFigure(word, language) : [word]))
}

function spelledFigure(word: Word, language: string): readonly Word[] {
  const asNumber = word.key.length <= 6 && (word.key.length === 1 || !word.key.startsWith('0'))
  const text = asNumber ? spellNumber(Number(word.key), language) : spellDigits(word.key, language)
  return text === undefined ? [word] : wordsOf(text)
}

function spell(value: number, names: NumberWords): string {
  const { small, tens, hundreds, thousand, joiner } = names
  const direct = small[value]
  if (direct !== undefined) return direct
  if (value < 100) {
    const ten = tens[Math.floor(value / 10) - 1] ?? ''
    const unit = value % 10
    return unit === 0 ? ten : [ten, joiner, small[unit]].filter(part => part !== '').join(' ')
  }
  if (value === 100 && names === spanish) return 'cien'
  if (value < 1000) return joined(hundreds[Math.floor(value / 100) - 1] ?? '', value % 100, names)
  const thousands = Math.floor(value / 1000)
  const head = thousands === 1 && names === spanish ? thousand : `${spell(thousands, names)} ${thousand}`
  return joined(
    names === spanish ? head.replace(/veintiuno mil$/, 'veintiún mil').replace(/uno mil$/, 'un mil') : head,
    value % 1000,
    names,
  )
}

function joined(head: string, rest: number, names: NumberWords): string {
  return rest === 0 ? head : `${head} ${spell(rest, names)}`
}

/** What single words mean in a number, by folded word. */
interface Lexicon {
  readonly values: ReadonlyMap<string, number>
  readonly hundreds: ReadonlyMap<string, number>
  readonly names: NumberWords
}

function lexiconOf(names: NumberWords): Lexicon {
  const values = new Map<string, number>()
  names.small.forEach((name, value) => {
    values.set(foldWord(name), value)
  })
  names.tens.forEach((name, index) => {
    values.set(foldWord(name), (index + 1) * 10)
  })
  for (const [name, value] of Object.entries(names.also)) values.set(name, value)
  const hundreds = new Map<string, number>()
  if (names.joiner !== '') {
    names.hundreds.forEach((name, index) => {
      hundreds.set(foldWord(name), (index + 1) * 100)
    })
  }
  return { values, hundreds, names }
}

const lexicons: ReadonlyMap<string, Lexicon> = new Map(
  [...languages].map(([language, names]) => [language, lexiconOf(names)] as const),
)

/** A number read from words: its figures as said (`042` keeps its zero) and the word after it. */
export interface ReadNumber {
  readonly figures: string
  readonly next: number
}

/**
 * Reads the longest number that begins at word `at` and ends before word `end`: `twenty three` is 23, and
 * `five one two` reads 5 and leaves the rest. Undefined where no number begins.
 */
export function readNumber(
  keys: readonly string[],
  at: number,
  end: number,
  language: string,
): ReadNumber | undefined {
  const first = keys[at]
  if (first === undefined || at >= end) return undefined
  if (/^[0-9]+$/.test(first)) return { figures: first, next: at + 1 }
  const lexicon = lexicons.get(baseOf(language))
  if (lexicon === undefined) return undefined
  const times = lexicon.names.repeats[first]
  if (times !== undefined && Object.hasOwn(lexicon.names.repeats, first)) {
    const digit = lexicon.values.get(at + 1 < end ? (keys[at + 1] ?? '') : '')
    return digit === undefined || digit > 9
      ? undefined
      : { figures: String(digit).repeat(times), next: at + 2 }
  }
  return readThousands(keys, at, end, lexicon)
}

function readThousands(
  keys: readonly string[],
  at: number,
  end: number,
  lexicon: Lexicon,
): ReadNumber | undefined {
  const { thousand, joiner } = lexicon.names
  const head = readHundreds(keys, at, end, lexicon)
  const bare = head === undefined && joiner !== '' && keys[at] === thousand
  const thousandAt = bare ? at : head?.next
  const thousands = bare ? 1 : Number(head?.figures ?? 0)
  if (thousandAt === undefined) return undefined
  if (thousandAt >= end || keys[thousandAt] !== thousand || thousands === 0 || thousands > 999) return head
  const rest = readHundreds(keys, skipSilent(keys, thousandAt + 1, end, lexicon), end, lexicon)
  if (rest === undefined || Number(rest.figures) === 0)
    return { figures: String(thousands * 1000), next: thousandAt + 1 }
  return { figures: String(thousands * 1000 + Number(rest.figures)), next: rest.next }
}

function readHundreds(
  keys: readonly string[],
  at: number,
  end: number,
  lexicon: Lexicon,
): ReadNumber | undefined {
  if (at >= end) return undefined
  const named = lexicon.hundreds.get(keys[at] ?? '')
  const small = named === undefined ? readTens(keys, at, end, lexicon) : undefined
  let hundreds = named
  let next = at + 1
  if (
    small !== undefined &&
    lexicon.names.joiner === '' &&
    keys[small.next] === 'hundred' &&
    small.next < end
  ) {
    const times = Number(small.figures)
    if (times >= 1 && times <= 9) {
      hundreds = times * 100
      next = small.next + 1
    }
  }
  if (hundreds === undefined) return small
  const rest = readTens(keys, skipSilent(keys, next, end, lexicon), end, lexicon)
  if (rest === undefined || Number(rest.figures) === 0 || Number(rest.figures) > 99)
    return { figures: String(hundreds), next }
  return { figures: String(hundreds + Number(rest.figures)), next: rest.next }
}

function readTens(
  keys: readonly string[],
  at: number,
  end: number,
  lexicon: Lexicon,
): ReadNumber | undefined {
  if (at >= end) return undefined
  const value = lexicon.values.get(keys[at] ?? '')
  if (value === undefined) return undefined
  const alone = { figures: String(value), next: at + 1 }
  const { joiner } = lexicon.names
  if (value < (joiner === '' ? 20 : 30) || value > 90 || value % 10 !== 0) return alone
  if (joiner !== '' && keys[at + 1] !== joiner) return alone
  const unitAt = at + (joiner === '' ? 1 : 2)
  const unit = unitAt < end ? lexicon.values.get(keys[unitAt] ?? '') : undefined
  if (unit === undefined || unit < 1 || unit > 9) return alone
  return { figures: String(value + unit), next: unitAt + 1 }
}

function skipSilent(keys: readonly string[], at: number, end: number, lexicon: Lexicon): number {
  return at + 1 < end && lexicon.names.silent.includes(keys[at] ?? '') ? at + 1 : at
}

function baseOf(language: string): string {
  return (language.split('-')[0] ?? '').toLowerCase()
}
