/**
 * Cuts a text into pieces that are spoken one after the other, so that the first sound comes early and nobody else waits
 * long. Cuts fall at ends of sentences (also those of Arabic, Hindi and Chinese), else at commas, else between words.
 */

/** Longest piece; a digit counts four, since it is spoken as a word. */
const LONGEST = 300

const sentenceEnd = /[.!?…؟।。！？]["'’”»)\]]*$/
const clauseEnd = /[,;:–—،、，；：]$/

/** Words as written, in pieces; none for a text of spaces. */
export function splitSpeech(text: string): readonly (readonly string[])[] {
  const pieces: string[][] = []
  let piece: string[] = []
  const close = () => {
    if (piece.length > 0) pieces.push(piece)
    piece = []
  }
  for (const word of text.split(/\s+/).flatMap(cutLong)) {
    if (size([...piece, word]) > LONGEST) {
      const cut = piece.findLastIndex(each => clauseEnd.test(each)) + 1
      const rest = cut > 0 ? piece.splice(cut) : []
      close()
      piece = rest
      if (size([...piece, word]) > LONGEST) close()
    }
    piece.push(word)
    if (sentenceEnd.test(word)) close()
  }
  close()
  return pieces
}

function size(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length + 1 + 3 * word.replace(/\P{Nd}/gu, '').length, 0)
}

/** Scripts without spaces make long "words": cut after their marks, else hard, never within a character. */
function cutLong(word: string): string[] {
  if (word === '') return []
  if (size([word]) <= LONGEST) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (size([part + character]) > LONGEST) {
      parts.push(part)
      part = ''
    }
    part += character
    if (sentenceEnd.test(part) && size([part]) > LONGEST / 4) {
      parts.push(part)
      part = ''
    }
  }
  return part === '' ? parts : [...parts, part]
}
