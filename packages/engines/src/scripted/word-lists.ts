/** Words the agent knows by itself in each language: weekdays, yes and no, words of little weight, a last apology. */

interface WordLists {
  readonly weekdays: readonly string[]
  /** Phrases, the first is read aloud. */
  readonly yes: readonly string[]
  readonly no: readonly string[]
  /** Words that carry little meaning when a typed text is compared. */
  readonly light: readonly string[]
  readonly trouble: string
}

const english: WordLists = {
  weekdays: 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '),
  yes: [
    'yes [please | it is | i do | i am]',
    'yeah',
    'yep',
    "(yes | yeah) [that is | that's] (right | correct)",
    "(that is | that's) (right | correct | fine)",
    'right',
    'correct',
    'sure',
    'of course',
    'okay',
    'exactly',
  ],
  no: [
    'no [thanks | thank you | it is not | i do not]',
    'nope',
    '(not | no) really',
    "(that is | that's) (wrong | not right)",
    'wrong',
  ],
  light: (
    'a an and the to of for in at with my your me i you it is are be do does can could would will please want ' +
    'need like some this that so then well just hey um uh'
  ).split(' '),
  trouble: 'I am sorry, something went wrong. Please say that again.',
}

const spanish: WordLists = {
  weekdays: 'lunes martes miércoles jueves viernes sábado domingo'.split(' '),
  yes: [
    'sí [por favor | gracias | señor | señora]',
    'sí (es correcto | eso es | así es | claro)',
    'claro [que sí]',
    'correcto',
    'exacto',
    'así es',
    'eso es',
    'vale',
    'de acuerdo',
    'por supuesto',
  ],
  no: ['no [gracias]', 'no (es correcto | es así)', 'incorrecto', 'para nada', 'qué va'],
  light: (
    'el la los las un una unos unas y o de del a al en con por para mi su me se lo le es son que quiero quisiera ' +
    'puede puedo podria necesito favor este esta eso pues bueno'
  ).split(' '),
  trouble: 'Lo siento, ha habido un problema. ¿Puede repetirlo, por favor?',
}

/** The lists of a language, English ones for languages not known here. */
export function wordListsOf(language: string): WordLists {
  return language.toLowerCase().startsWith('es') ? spanish : english
}
