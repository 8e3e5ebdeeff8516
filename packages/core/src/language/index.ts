import { en } from './en.js'
import { es } from './es.js'
import { sounds } from './sounds.js'
import { createTurnWords, type TurnWords } from './turn-words.js'
import type { WordLists } from './word-lists.js'

/** The languages whose words are known. A new one is one file and one entry here; see docs/turn-words.md. */
const languages: readonly WordLists[] = [en, es]

const known = new Map(languages.map(lists => [lists.language, createTurnWords(lists)]))
const unknown = createTurnWords(sounds)

/** The words for a BCP 47 tag, by its primary subtag: `es-MX` gives `es`. Of another language only sounds are known. */
export function turnWordsOf(language: string): TurnWords {
  const primary = language.toLowerCase().split(/[-_]/, 1)[0] ?? ''
  return known.get(primary) ?? unknown
}
