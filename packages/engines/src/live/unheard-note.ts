/** What a model is told of the words that it said and the caller did not hear; undefined where it makes no difference. */

/** So many words more than were heard make a difference. */
const WORDS = 3
/** Longest quotation, characters. */
const MAX_QUOTE = 600

export function unheardNote(said: string, heard: string): string | undefined {
  const count = (text: string) => text.match(/\S+/g)?.length ?? 0
  if (count(said) - count(heard) < WORDS) return undefined
  const quote = heard.length > MAX_QUOTE ? `… ${heard.slice(-MAX_QUOTE)}` : heard
  const what = quote.trim() === '' ? 'nothing of it' : `only: ${JSON.stringify(quote)}`
  return `The caller interrupted what you said last and heard ${what}. They know nothing of the rest.`
}
