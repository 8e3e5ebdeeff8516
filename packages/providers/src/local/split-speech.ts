/**
 * Cuts a text into pieces that are spoken one after the other, so that the first sound of a long text comes as early
 * as that of a short one and nobody else waits long for the voice. Cuts fall at ends of sentences, else at commas, else
 * between words; the pieces hold all words of the text, in order.
 */

/** Longest piece; a digit counts four, since it is spoken as a word. */
const LONGEST = 200

/** Words as written, in pieces; none for a text of spaces. */
export function splitSpeech(text: string): readonly (readonly string[])[] {
  const words = text.split(/\s+/).filter(word => word !== '')
  const pieces: string[][] = []
  let piece: string[] = []
  let size = 0
  const close = () => {
    if (piece.length > 0) pieces.push(piece)
    piece = []
    size = 0
  }
  for (const word of words.flatMap(cutLong)) {
    const wordSize = sizeOf(word)
    if (size + wordSize > LONGEST) {
      const comma = piece.findLastIndex(each => /[,;:\u2013\u2014]$/.test(each))
      const rest = comma < 0 ? [] : piece.splice(comma + 1)
      close()
      for (const each of rest) {
        piece.push(each)
        size += sizeOf(each)
      }
      if (size + wordSize > LONGEST) close()
    }
    piece.push(word)
    size += wordSize
    if (/[.!?\u2026]["'\u2019\u201d)\]]*$/.test(word)) close()
  }
  close()
  return pieces
}

function sizeOf(word: string): number {
  return word.length + 1 + 3 * word.replace(/\D/g, '').length
}

/** A "word" longer than a piece, which no language has, is cut hard but never within a character. */
function cutLong(word: string): string[] {
  if (sizeOf(word) <= LONGEST) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (sizeOf(part + character) > LONGEST) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}
