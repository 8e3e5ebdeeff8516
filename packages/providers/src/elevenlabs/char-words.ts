/** Times of characters, in the order of the text, joined to words; a word is whole when white space or the end comes. */

export interface CharWords {
  /** Times are ms of the request's sound. */
  add(char: string, startMs: number, endMs: number): void
  end(): void
}

export function charWords(onWord: (text: string, startMs: number, endMs: number) => void): CharWords {
  let text = ''
  let startMs = 0
  let endMs = 0

  function end(): void {
    if (text !== '') onWord(text, startMs, endMs)
    text = ''
  }

  return {
    add(char, fromMs, toMs) {
      if (char.trim() === '') return end()
      if (text === '') startMs = fromMs
      text += char
      endMs = Math.max(startMs, toMs)
    },
    end,
  }
}
