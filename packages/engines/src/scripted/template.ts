/**
 * Texts with `{name}` and `{name|otherwise}` in them. A name without a value and without an otherwise takes its whole
 * sentence with it: silence is better than "Calling extension ."
 */

export interface TemplateName {
  readonly name: string
  readonly otherwise: string | undefined
  /** Offset of the brace in the text. */
  readonly at: number
}

const hole = /\{([^{}|]*)(?:\|([^{}]*))?\}/g
const sentence = /(?:\{[^{}]*\}|[^.!?…])+[.!?…]*["'»”’)]*\s*|[.!?…]+\s*/gu

/** The names a text asks for. */
export function namesIn(text: string): TemplateName[] {
  return [...text.matchAll(hole)].map(match => ({
    name: (match[1] ?? '').trim(),
    otherwise: match[2],
    at: match.index,
  }))
}

/** Fills a text; `lookUp` gives undefined for what is not known. */
export function fillTemplate(text: string, lookUp: (name: string) => string | undefined): string {
  return splitSentences(text)
    .map(each => fillSentence(each, lookUp) ?? '')
    .join('')
    .trim()
}

function fillSentence(text: string, lookUp: (name: string) => string | undefined): string | undefined {
  let missing = false
  const filled = text.replace(hole, (_, name: string, otherwise: string | undefined) => {
    const value = lookUp(name.trim()) ?? otherwise
    if (value === undefined) missing = true
    return value ?? ''
  })
  return missing ? undefined : filled
}

/** Sentences with the white space after them; joined they give the text. Good enough for streaming, not for speech. */
export function splitSentences(text: string): string[] {
  return text.match(sentence) ?? (text === '' ? [] : [text])
}
