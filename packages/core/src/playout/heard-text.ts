/**
 * Which words of a reply were heard, from how much of its sound was. Words with a known end keep it; words without
 * one are spread over the sound between their neighbours by their length in characters.
 */

export interface SpokenWords {
  readonly text: string
  /** Where the text ends in the reply's audio, in ms; undefined where the voice does not say. */
  readonly untilMs: number | undefined
}

/** Text in pieces that end at a known or spread place, in ms. */
export interface PlacedWord {
  readonly text: string
  readonly untilMs: number
}

const token = /\s*\S+\s*/g

/** Places every single word on the time line. `totalMs` is the sound made so far; it closes the last open stretch. */
export function placeWords(spoken: readonly SpokenWords[], totalMs: number): PlacedWord[] {
  const placed: PlacedWord[] = []
  let fromMs = 0
  let open = ''
  for (const { text, untilMs } of spoken) {
    open += text
    if (untilMs === undefined) continue
    const endMs = Math.max(untilMs, fromMs)
    spread(open, fromMs, endMs, placed)
    fromMs = endMs
    // White space alone belongs to the word after it.
    if (open.trim() !== '') open = ''
  }
  spread(open, fromMs, Math.max(totalMs, fromMs), placed)
  return placed
}

function spread(text: string, fromMs: number, untilMs: number, out: PlacedWord[]): void {
  const words = text.match(token) ?? []
  const length = words.reduce((sum, word) => sum + word.length, 0)
  let done = 0
  for (const word of words) {
    done += word.length
    out.push({ text: word, untilMs: fromMs + ((untilMs - fromMs) * done) / length })
  }
}

/** The words that ended by `heardMs`; one that was cut in the middle is left out. */
export function heardText(spoken: readonly SpokenWords[], heardMs: number, totalMs: number): string {
  let text = ''
  for (const word of placeWords(spoken, totalMs)) {
    if (word.untilMs > heardMs) break
    text += word.text
  }
  return text.trim()
}

/** Everything that was to be said. */
export function saidText(spoken: readonly SpokenWords[]): string {
  return spoken
    .map(({ text }) => text)
    .join('')
    .trim()
}
