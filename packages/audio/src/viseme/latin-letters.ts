/** What the Latin letters sound like in most languages that use them, for those without rules of their own. */
import { letterRules, readByRules } from './letter-rules.js'
import type { Viseme } from './viseme.js'

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

/** Shapes of one word in lower case. */
export function latinShapes(word: string): readonly Viseme[] {
  return readByRules(word.normalize('NFC'), rules)
}
