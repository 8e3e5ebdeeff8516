/** Pieces of at most `most` characters (code points), cut behind white space where there is any; joined they are the text. */
export function textPieces(text: string, most: number): string[] {
  const pieces: string[] = []
  let rest = [...text]
  while (rest.length > most) {
    const blank = rest.slice(0, most).findLastIndex(character => /\s/u.test(character))
    const cut = blank > 0 ? blank + 1 : most
    pieces.push(rest.slice(0, cut).join(''))
    rest = rest.slice(cut)
  }
  if (rest.length > 0) pieces.push(rest.join(''))
  return pieces
}
