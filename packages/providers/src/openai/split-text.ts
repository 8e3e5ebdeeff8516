/**
 * Cuts a text into pieces of at most so many characters (UTF-16), each at the end of a sentence if there is one in its
 * second half, else between words, else anywhere but inside a character. Nothing is lost but white space at the cuts.
 */
export function splitText(text: string, most: number): string[] {
  const pieces: string[] = []
  let rest = text.trim()
  while (rest.length > most) {
    const cut = cutAt(rest.slice(0, most + 1), most)
    pieces.push(rest.slice(0, cut).trim())
    rest = rest.slice(cut).trim()
  }
  if (rest !== '') pieces.push(rest)
  return pieces
}

function cutAt(head: string, most: number): number {
  const sentence = Math.max(
    ...[...head.matchAll(/[.!?…。！？]["'”’)]*\s/gu)].map(found => found.index + found[0].length),
    0,
  )
  if (sentence > most / 2) return sentence
  const space = head.search(/\s\S*$/u)
  if (space > 0) return space
  const code = head.charCodeAt(most - 1)
  return code >= 0xd800 && code < 0xdc00 && most > 1 ? most - 1 : most
}
