/**
 * The place a question about the weather names, in English or Spanish, from the words alone: callers' words come in
 * small letters and without marks.
 */

import { fold, isSpanish, wordMatcher } from '../words.js'

const english = {
  asks: wordMatcher([
    ...['weather', 'forecast', 'temperature', 'temperatures', 'degrees', 'rain', 'raining', 'rainy', 'snow'],
    ...['snowing', 'sunny', 'cloudy', 'windy', 'wind', 'storm', 'umbrella', 'humid', 'humidity'],
    ...['how hot', 'how cold', 'how warm', 'is it hot', 'is it cold', 'is it warm', 'outside'],
  ]),
  before: /(?:^|\s)(?:in|at|for|near|around)\s+/g,
  ends: new Set(
    (
      'today tomorrow tonight now right this next on at in and or please like be is it will be going looking ' +
      'currently later the weekend week morning afternoon evening monday tuesday wednesday thursday friday saturday ' +
      'sunday thanks thank outside have going to do i my for'
    ).split(' '),
  ),
}

const spanish = {
  asks: wordMatcher([
    ...['clima', 'pronostico', 'temperatura', 'temperaturas', 'grados', 'llueve', 'lloviendo', 'llover'],
    ...[
      'llovera',
      'lluvia',
      'lluvias',
      'nieva',
      'nieve',
      'nevar',
      'soleado',
      'nublado',
      'viento',
      'tormenta',
    ],
    ...['paraguas', 'humedad', 'que tiempo', 'el tiempo en', 'tiempo hace', 'tiempo hara', 'tiempo va a'],
    ...['hace frio', 'hace calor', 'hara frio', 'hara calor', 'tiempo para'],
  ]),
  before: /(?:^|\s)(?:en|para|por|cerca de)\s+/g,
  ends: new Set(
    (
      'hoy manana ahora mismo esta este el la los las de ahi y o por favor para en va a ser hay hace hara que como ' +
      'semana fin tarde noche lunes martes miercoles jueves viernes sabado domingo pasado gracias al mi'
    ).split(' '),
  ),
}

/** Words that go on a name although they end others: "Los Angeles", "La Paz", "Palma de Mallorca". */
const inNames = new Set(['la', 'las', 'los', 'el', 'de', 'del', 'the', 'san', 'santa'])
const MAX_WORDS = 4
const weekdayOrTime =
  /^(the )?(moment|minute|hour|day|days|week|weekend|morning|afternoon|evening|momento|dia|dias|general|casa|here|there|aqui|alla|example|ejemplo|favor|case|semana|fin)\b/

/** Undefined: no question about the weather. `place` is undefined where none is named. */
export function weatherQuestion(
  text: string,
  language: string,
): { readonly place: string | undefined } | undefined {
  const folded = fold(text)
  const words = isSpanish(language) ? spanish : english
  if (!words.asks(folded)) return undefined
  const places = [...folded.matchAll(words.before)].flatMap(match => {
    const rest = folded.slice((match.index ?? 0) + match[0].length).split(' ')
    const name = nameAt(rest, words.ends)
    return name === undefined ? [] : [name]
  })
  return { place: places.at(-1) }
}

function nameAt(words: readonly string[], ends: ReadonlySet<string>): string | undefined {
  const name: string[] = []
  for (const [at, word] of words.entries()) {
    const goesOn = inNames.has(word) && words[at + 1] !== undefined && !ends.has(words[at + 1] ?? '')
    if (name.length >= MAX_WORDS || !/^\p{L}/u.test(word) || (ends.has(word) && !goesOn)) break
    name.push(word)
  }
  const text = name.join(' ')
  return text.length < 3 || weekdayOrTime.test(text) ? undefined : text
}
