/** Full-text search over pieces of documents, in English and Spanish: words without case, accents and ending plurals. */

import MiniSearch from 'minisearch'
import { fold } from '../words.js'
import type { FoundDocument } from './document-folder.js'

export interface Snippet {
  readonly file: string
  readonly heading: string
  readonly text: string
  readonly changedAtMs: number
}

export interface DocumentIndex {
  /** Numbers of the best pieces, best first; none where too little of the question is found. */
  find(question: string, limit: number): readonly number[]
  at(number: number): Snippet | undefined
}

/** Words of a question that are searched for, the last ones: it is searched anew with every word that is recognised. */
const MAX_TERMS = 12

/** Words that ask and join, and find nothing. */
const light = new Set(
  (
    'a an and are as at be but by can could do does for from get has have how i if in is it me my need of on or our ' +
    'please she so tell than that the their them then there they this to us want was we what when where which who ' +
    'will with would you your hello hi hey know like about any am been did just let many much ' +
    'al algo con cual cuando cuanto cuantos como de del desde donde el ella en eres es esa ese esta este esto favor ' +
    'fue ha hay hola la las le les lo los me mi muy no nos o para pero por puede puedo que quiero quisiera saber se ' +
    'ser si sin sobre son su sus te tengo tiene tu un una usted y yo'
  ).split(' '),
)

export async function indexOf(documents: readonly FoundDocument[]): Promise<DocumentIndex> {
  const snippets = documents.flatMap(({ file, chunks }) =>
    chunks.map(({ heading, text }) => ({ file: file.name, heading, text, changedAtMs: file.changedAtMs })),
  )
  const known = new Set<string>()
  const search = new MiniSearch<Snippet & { readonly id: number }>({
    fields: ['heading', 'text', 'file'],
    tokenize: wordsOf,
    processTerm: term => {
      if (light.has(term)) return null
      const kept = stem(term)
      known.add(kept)
      return kept
    },
    searchOptions: {
      processTerm: term => term,
      tokenize: text => text.split(' '),
      boost: { heading: 2 },
      prefix: term => term.length > 4,
      // Looking for what is almost the same takes ten times as long; a word that is there was not misheard.
      fuzzy: term => (term.length > 5 && !known.has(term) ? 0.15 : false),
    },
  })
  // In bits, so that no conversation waits for a large folder.
  await search.addAllAsync(
    snippets.map((snippet, id) => ({ ...snippet, id })),
    { chunkSize: 50 },
  )

  return {
    find(question, limit) {
      const terms = termsOf(question)
      if (terms.length === 0) return []
      // Words that are nowhere in the folder say nothing of what is meant.
      const said = terms.filter(term => known.has(term)).length
      const needed = Math.min(2, said === 0 ? terms.length : said)
      return search
        .search(terms.join(' '))
        .filter(({ queryTerms }) => new Set(queryTerms).size >= needed)
        .slice(0, limit)
        .map(({ id }) => id as number)
    },
    at: number => snippets[number],
  }
}

/** Each once. */
function termsOf(question: string): readonly string[] {
  const words = wordsOf(question).filter(word => !light.has(word))
  return [...new Set(words.map(stem))].slice(-MAX_TERMS)
}

function wordsOf(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word.length > 1)
}

/** Plurals to singulars, roughly and alike for both languages. */
function stem(word: string): string {
  if (word.length > 5 && word.endsWith('es')) return word.slice(0, -2)
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1)
  return word.length > 5 && word.endsWith('e') ? word.slice(0, -1) : word
}
