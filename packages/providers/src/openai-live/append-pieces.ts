/** Texts cut to what one append may hold, at the ends of sentences or words where there are some. */

/** 500 tokens, by bytes: three to a token, which is more than most texts need. */
const MAX_BYTES = 1_500
/** Pieces of one text; what is beyond is cut off. */
const MAX_PIECES = 8

export function appendPieces(text: string): readonly string[] {
  const pieces: string[] = []
  let rest = text.trim()
  while (rest !== '' && pieces.length < MAX_PIECES) {
    const piece = headOf(rest)
    pieces.push(piece.trim())
    rest = rest.slice(piece.length).trim()
  }
  return pieces
}

function headOf(text: string): string {
  if (Buffer.byteLength(text) <= MAX_BYTES) return text
  let end = 0
  let bytes = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > MAX_BYTES) break
    end += character.length
  }
  const most = text.slice(0, end)
  const sentence = /^[\s\S]*(?:[.!?](?=\s|$)|[。！？])/u.exec(most)?.[0]
  const word = /^[\s\S]*\s/.exec(most)?.[0]
  return [sentence, word, most].find(part => part !== undefined && part.length > end / 2) ?? most
}
