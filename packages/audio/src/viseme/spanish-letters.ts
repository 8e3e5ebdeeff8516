/** How Spanish is spelled, which is nearly how it sounds. Of Spain or of America differs in c and z alone. */
import { type LetterGroup, letterRules, readByRules } from './letter-rules.js'

const american = rulesWith('SS')
const castilian = rulesWith('TH')

function rulesWith(soft: 'SS' | 'TH') {
  return letterRules([
    ['(?<=^)y$', 'I'],
    ['ch', 'CH'],
    ['ll', 'I'],
    ['rr', 'RR'],
    ['qu', 'kk'],
    ['gu(?=[eiéí])', 'kk'],
    ['gü', 'kk U'],
    ['cc(?=[eiéí])', `kk ${soft}`],
    [soft === 'SS' ? 'sc(?=[eiéí])' : 'sc(?=[eiéí])', soft === 'SS' ? 'SS' : 'SS TH'],
    ['c(?=[eiéí])|z', soft],
    ['(?<=^)x', 'SS'],
    ['x', 'kk SS'],
    ['(?<=^)ps', 'SS'],
    ['ñ', 'nn'],
    ['hu(?=[aeoáéó])', 'U'],
    ['[aá]', 'aa'],
    ['[eé]', 'E'],
    ['[iíyï]', 'I'],
    ['[oó]', 'O'],
    ['[uúüw]', 'U'],
    ['[pbvm]', 'PP'],
    ['f', 'FF'],
    ['[td]', 'DD'],
    ['[nl]', 'nn'],
    ['r', 'RR'],
    ['s', 'SS'],
    ['[ckgjq]', 'kk'],
  ])
}

/** Regions, and the bare tag, that say c before e and z with the tongue between the teeth. */
const ofSpain = /^es(?:-(?:es|ea|ic))?$/i

/** One Spanish word in lower case, its accents composed (NFC). */
export function readSpanish(word: string, language: string): readonly LetterGroup[] {
  return readByRules(word, ofSpain.test(language) ? castilian : american)
}
