/** Numbers and letters in front of a list's items, on lines of their own or in the middle of a sentence. */

/** What may stand in front of the first number of a list. */
const opening = /(?:^|[:;.!?…\n•*–—-])\s*$/u
/** What may stand in front of the next ones: also a comma, or a word (`pay and 2. wait`). */
const between = /(?:^|[,:;.!?…\n•*–—-]|\p{L}\s)\s*$/u

/** Whether this is nothing but an item's marker: `2`, `IV`, `- 3`, `**1`. */
export function isMarker(text: string): boolean {
  return /^[\s*_#>•()–—-]*(?:\p{N}{1,3}|[IVXLC]{1,6}|\p{L})[)\]]?[*_]*\.?$/u.test(text)
}

/** Whether this is nothing but a whole marker, `2.` or `a)`, whose item is still to come. */
export function isBareMarker(text: string): boolean {
  return /[.)\]][*_]*\s*$/u.test(text) && isMarker(text.trimEnd())
}

/** Whether the number at the end of this text, in front of a full stop, is an item's. */
export function isListNumber(before: string, listed: number): boolean {
  const number = /(?<![\p{N}.,])\p{N}{1,3}$/u.exec(before)?.[0]
  if (number === undefined) return false
  const lead = before.slice(0, -number.length)
  if (!/[\p{L}\p{N}]/u.test(lead)) return true
  if (Number(number) === 1) return opening.test(lead)
  const last = lastListed(lead, listed)
  return last > 0 && Number(number) === last + 1 && between.test(lead)
}

/** The number of the last item of a list in this text, which began after `listed` items; 0 without a list. */
export function lastListed(text: string, listed: number): number {
  let last = listed
  for (const match of text.matchAll(/(?<=^|[\s(*])(\p{N}{1,3})[.)](?=\s)/gu)) {
    const number = Number(match[1])
    if (number === 1 || number === last + 1) last = number
  }
  return last
}
