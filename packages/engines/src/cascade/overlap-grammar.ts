import { turnWordsOf } from '@parley/core'

/** Every word that people say into each other's words in this language, for a look-up of what can be recognised. */
export function overlapWords(language: string): readonly string[] {
  return [...new Set(phrasesOf(language).flatMap(phrase => phrase.split(' ')))]
}

/**
 * The closed grammar of what people say while the agent speaks ("mm-hm", "wait"), for the judge: JSGF of the phrases
 * whose words are all known to the recogniser; undefined where none is.
 */
export function overlapGrammar(language: string, known: ReadonlySet<string>): string | undefined {
  const phrases = phrasesOf(language).filter(phrase => phrase.split(' ').every(word => known.has(word)))
  if (phrases.length === 0) return undefined
  return `#JSGF V1.0;\ngrammar overlap;\npublic <utterance> = ${phrases.join(' | ')};\n`
}

function phrasesOf(language: string): readonly string[] {
  const written = turnWordsOf(language).overlapPhrases
  return [...new Set(written.map(phrase => phrase.toLowerCase().replaceAll('’', "'")))]
}
