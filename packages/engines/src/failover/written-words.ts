/**
 * The words of a text as they stand in it, with their marks: what white space divides, and single characters in scripts
 * that write without it. A mark that stands alone belongs to the word before it (at the start, to the one after).
 */

export interface WrittenWord {
  /** Place of its first character in the text. */
  readonly start: number
  /** Place after its last. */
  readonly end: number
}

const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`
const word = new RegExp(`[${unspaced}][^\\s\\p{L}\\p{N}${unspaced}]*|[^\\s${unspaced}]+`, 'gu')
const sounding = /[\p{L}\p{N}]/u
const unfinished = new RegExp(`[^\\s${unspaced}]*$`, 'u')

export function writtenWords(text: string): readonly WrittenWord[] {
  const words: { start: number; end: number }[] = []
  let leading: number | undefined
  for (const match of text.matchAll(word)) {
    const { index: start } = match
    const end = start + match[0].length
    const last = words.at(-1)
    if (sounding.test(match[0])) {
      words.push({ start: leading ?? start, end })
      leading = undefined
    } else if (last === undefined) leading ??= start
    else last.end = end
  }
  return words
}

/** Whether there is anything to say in it. */
export function isSounding(text: string): boolean {
  return sounding.test(text)
}

/** Where the last word of a text begins that more text may still lengthen; its length if there is none. */
export function unfinishedFrom(text: string): number {
  return text.length - (unfinished.exec(text)?.[0].length ?? 0)
}
