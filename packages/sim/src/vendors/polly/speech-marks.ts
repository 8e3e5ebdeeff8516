import type { SimWord } from '../sim-brains.js'

/** Speech marks as Polly writes them, a line of JSON each: words with their places in bytes, and mouth shapes. */
export function speechMarks(
  text: string,
  words: readonly SimWord[],
  types: readonly string[],
): readonly object[] {
  const marks: { time: number; type: string; value: string; start?: number; end?: number }[] = []
  let from = 0
  for (const [index, word] of words.entries()) {
    const written = escaped(word.text)
    const at = [written, word.text].map(each => text.indexOf(each, from)).find(each => each >= 0) ?? from
    const start = Buffer.byteLength(text.slice(0, at))
    const found = text.startsWith(written, at) ? written : word.text
    const time = Math.round(word.startMs)
    if (types.includes('word'))
      marks.push({ time, type: 'word', start, end: start + Buffer.byteLength(found), value: word.text })
    if (types.includes('viseme')) {
      marks.push({ time, type: 'viseme', value: 'a' })
      const next = words[index + 1]
      if (next === undefined || next.startMs > word.endMs)
        marks.push({ time: Math.round(word.endMs), type: 'viseme', value: 'sil' })
    }
    from = at + found.length
  }
  return marks.map(({ time, type, start, end, value }) =>
    start === undefined ? { time, type, value } : { time, type, start, end, value },
  )
}

function escaped(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;')
}
