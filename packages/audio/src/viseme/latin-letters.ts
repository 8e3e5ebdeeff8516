/** What the Latin letters sound like in most languages that use them, for those without rules of their own. */
import { type LetterGroup, letterRules, readByRules } from './letter-rules.js'

const rules = letterRules([
  ['sch|tsch|sh|ch|cz|sz|[şščžćś]', 'CH'],
  ['th|[þð]', 'TH'],
  ['ph', 'FF'],
  ['qu', 'kk'],
  ['ou|oe', 'U'],
  ['eu|oi|oy', 'O I'],
  ['ei|ay|ai', 'E I'],
  ['au', 'aa U'],
  ['ie|ij', 'I'],
  ['[cç](?=[eiy])|[çß]', 'SS'],
  ['[aàáâãåā]', 'aa'],
  ['[eèéêëēęěäæ]', 'E'],
  ['[iìíîïīıyýÿj]', 'I'],
  ['[oòóôõōőø]', 'O'],
  ['[uùúûūůűüöw]', 'U'],
  ['x', 'kk SS'],
  ['[pbm]', 'PP'],
  ['[fv]', 'FF'],
  ['[tdťď]', 'DD'],
  ['[nlñňńł]', 'nn'],
  ['[rř]', 'RR'],
  ['[szźż]', 'SS'],
  ['[ckgqğ]', 'kk'],
  ['h', ''],
])

/** One word in lower case, its accents composed (NFC). */
export function readLatin(word: string): readonly LetterGroup[] {
  return readByRules(word, rules)
}
