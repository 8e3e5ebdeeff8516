/** A model's text as it may be spoken: without markup, lists, links and pictures, in one paragraph. */

const FENCE = /^\s*(?:```|~~~).*$/gm
const RULE = /^\s*(?:[-*_]\s*){3,}$/gm
const TABLE_RULE = /^\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?$/gm
const LIST_MARK = /^\s*(?:[-*+•–]|\d{1,2}[.)])\s+(?=\S)/gm
const HEADING_OR_QUOTE = /^\s*(?:#{1,6}\s+|>+\s?)/gm
const IMAGE_OR_LINK = /!?\[([^\]\n]*)\]\([^)\n]*\)/g
const TAG = /<\/?[a-z][^<>\n]*>/gi
const EMPHASIS = /(\*{1,3}|(?<![\p{L}\p{N}])_{1,3}|~~|`+)(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}*])/gu
const PICTURES = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\ufe0f|\u200d|\u20e3/gu
/** Of those above, these are read out. */
const READ_OUT = /[©®™]/u

/** Sentences stay as they are; lines that do not end like one are separated by commas. */
export function speakable(text: string): string {
  const lines = text
    .normalize('NFC')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n[ \n]*/g, '\n')
    .trim()
    .replace(FENCE, '')
    .replace(TABLE_RULE, '')
    .replace(RULE, '')
    .replace(HEADING_OR_QUOTE, '')
    .replace(LIST_MARK, '')
    .replace(IMAGE_OR_LINK, '$1')
    .replace(TAG, '')
    .replace(PICTURES, each => (READ_OUT.test(each) ? each : ''))
    .replace(EMPHASIS, '$2')
    .replace(/`/g, '')
    .replace(/\*{2,}/g, '')
    .split(/\n+/)
    .map(line => line.replace(/(?:^|\s*)\|(?:\s*$|\s*)/g, ', ').replace(/^(?:,\s*)+|(?:\s*,)+\s*$/g, ''))
    .map(line => line.replace(/\s+/g, ' ').trim())
    .filter(line => /[\p{L}\p{N}]/u.test(line))
  return lines.map((line, at) => (at === lines.length - 1 || ends(line) ? line : `${line},`)).join(' ')
}

/** At most `maxChars`, cut behind the last whole sentence, or where there is none behind the last whole word. */
export function cutForSpeech(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const head = text.slice(0, maxChars)
  const sentence = /^[\s\S]*[.!?…。！？]["'”’»)]*(?=\s)/u.exec(head)?.[0]
  if (sentence !== undefined) return sentence
  const words = head.replace(/\s+\S*$/, '')
  return `${words.replace(/[\ud800-\udbff]$/, '')}…`
}

function ends(line: string): boolean {
  return /[.!?…:;,。！？]["'”’»)]*$/u.test(line)
}
