/**
 * The text as espeak-ng takes it, and the way back from its positions. It reads its input as SSML and `[[` as the
 * beginning of phonemes; both are disarmed here, and characters that are no text are left out, so that whatever was
 * asked for is spoken as words.
 */

export interface SpokenText {
  /** What is given to espeak-ng. */
  readonly input: string
  /** The words of the request, in order, as written there. */
  readonly words: readonly string[]
  /** The word at a position of the input, counted in code points from 1 as espeak-ng does; -1 before the first. */
  wordAt(position: number): number
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '[': '(',
  ']': ')',
}

export function spokenText(text: string): SpokenText {
  const input: string[] = []
  const wordOfPosition: number[] = []
  const words = [...text.matchAll(/\S+/g)].map(([word]) => word)
  let word = -1
  let inside = false
  for (const character of text.replace(/[\p{Cc}\p{Cs}\p{Cn}]/gu, ' ')) {
    const blank = /\s/.test(character)
    if (!blank && !inside) word += 1
    inside = !blank
    const written = blank ? ' ' : (entities[character] ?? character)
    for (const piece of written) {
      input.push(piece)
      wordOfPosition.push(word)
    }
  }
  return {
    input: input.join(''),
    words,
    wordAt: position => wordOfPosition[Math.min(Math.max(position - 1, 0), wordOfPosition.length - 1)] ?? -1,
  }
}
