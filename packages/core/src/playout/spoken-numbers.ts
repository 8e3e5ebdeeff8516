/** Figures as a voice reads them out, in English and Spanish: only to know how long that takes. */

interface NumberNames {
  readonly below: readonly string[]
  readonly tens: readonly string[]
  /** One hundred to nine hundred. */
  readonly hundreds: readonly string[]
  readonly thousand: string
  readonly million: string
  /** Between tens and ones. */
  readonly and: string
}

const english: NumberNames = {
  below:
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
      ' ',
    ),
  tens: ' ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' '),
  hundreds: ' one two three four five six seven eight nine'.split(' ').map(name => `${name} hundred`),
  thousand: 'thousand',
  million: 'million',
  and: '',
}

const spanish: NumberNames = {
  below:
    'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve'.split(
      ' ',
    ),
  tens: ' diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa'.split(' '),
  hundreds:
    ' ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos'.split(
      ' ',
    ),
  thousand: 'mil',
  million: 'millones',
  and: 'y',
}

/** Longer rows of figures, and those that begin with 0, are read figure by figure. */
const LONGEST_NUMBER = 9

/** The words for a row of figures; Spanish where the language is, else English. */
export function spokenNumber(figures: string, language: string): string {
  const names = /^es/i.test(language) ? spanish : english
  if (figures.length > LONGEST_NUMBER || /^0./.test(figures))
    return [...figures].map(figure => names.below[Number(figure)] ?? '').join(' ')
  return read(Number(figures), names)
}

function read(number: number, names: NumberNames): string {
  if (number < 20) return names.below[number] ?? ''
  if (number < 100) return withRest(names.tens[Math.floor(number / 10)] ?? '', number % 10, names, names.and)
  if (number < 1_000) return withRest(names.hundreds[Math.floor(number / 100)] ?? '', number % 100, names)
  const [unit, name] = number < 1_000_000 ? [1_000, names.thousand] : [1_000_000, names.million]
  return withRest(`${read(Math.floor(number / unit), names)} ${name}`, number % unit, names)
}

function withRest(head: string, rest: number, names: NumberNames, joint = ''): string {
  return rest === 0 ? head : `${head} ${joint} ${read(rest, names)}`
}
