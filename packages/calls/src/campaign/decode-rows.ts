/**
 * The text of a CSV file of unknown origin, in bounded memory: UTF-8, UTF-16 by its mark, and lines that are no UTF-8 read
 * as Windows-1252, which is what spreadsheets write.
 */

export interface DecodedLines {
  readonly text: string
  /** Numbers of lines, from 1, that were read as Windows-1252. */
  readonly oldLines: readonly number[]
}

const LF = 0x0a
/** A line without an end is cut here: a file that is no text must not fill the memory. */
const LONGEST_LINE_BYTES = 1_048_576

export async function* decodeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<DecodedLines> {
  const wide = { le: new TextDecoder('utf-16le'), be: new TextDecoder('utf-16be') }
  let kind: 'bytes' | 'le' | 'be' | undefined
  let rest: Uint8Array = new Uint8Array(0)
  let line = 1
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    rest = new Uint8Array(0)
    if (kind === undefined) {
      if (bytes.length < 3) {
        rest = bytes
        continue
      }
      kind = markOf(bytes)
    }
    if (kind !== 'bytes') {
      yield { text: wide[kind].decode(bytes, { stream: true }), oldLines: [] }
      continue
    }
    const end = bytes.lastIndexOf(LF) + 1 || (bytes.length > LONGEST_LINE_BYTES ? bytes.length : 0)
    rest = bytes.slice(end)
    if (end === 0) continue
    const decoded = decodeBytes(bytes.subarray(0, end), line)
    line = decoded.nextLine
    yield decoded
  }
  if (rest.length > 0) yield decodeBytes(rest, line)
}

function markOf(bytes: Uint8Array): 'bytes' | 'le' | 'be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'be'
  return 'bytes'
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const old = new TextDecoder('windows-1252')

function decodeBytes(bytes: Uint8Array, firstLine: number): DecodedLines & { readonly nextLine: number } {
  const lines: Uint8Array[] = []
  for (let from = 0; from < bytes.length; ) {
    const at = bytes.indexOf(LF, from)
    const to = at < 0 ? bytes.length : at + 1
    lines.push(bytes.subarray(from, to))
    from = to
  }
  const nextLine = firstLine + lines.length
  const whole = tryUtf8(bytes)
  if (whole !== undefined) return { text: whole, oldLines: [], nextLine }
  const oldLines: number[] = []
  const texts = lines.map((each, index) => {
    const text = tryUtf8(each)
    if (text === undefined) oldLines.push(firstLine + index)
    return text ?? old.decode(each)
  })
  return { text: texts.join(''), oldLines, nextLine }
}

function tryUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
