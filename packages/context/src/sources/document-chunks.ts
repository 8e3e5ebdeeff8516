/** A document as pieces to be found and quoted: each with the headings above it, none longer than can be told. */

import { withEntities, withoutTags } from './plain-text.js'

export interface Chunk {
  /** The headings above it, outermost first, with `›` between; empty if there are none. */
  readonly heading: string
  /** One line. */
  readonly text: string
}

const MAX_CHUNK = 700

export type DocumentKind = 'markdown' | 'html' | 'text'

export function chunksOf(content: string, kind: DocumentKind): readonly Chunk[] {
  const lines = (kind === 'html' ? linesOfHtml(content) : content.replace(/^\ufeff/, '')).split(/\r?\n/)
  const chunks: Chunk[] = []
  const headings: string[] = []
  let held = ''
  let fenced = false

  function flush(): void {
    const text = held.replace(/\s+/g, ' ').trim()
    held = ''
    const heading = headings.filter(each => each !== undefined && each !== '').join(' › ')
    for (const piece of piecesOf(text)) chunks.push({ heading, text: piece })
  }

  for (const line of lines) {
    if (kind === 'markdown' && /^\s*(```|~~~)/.test(line)) {
      fenced = !fenced
      continue
    }
    const heading = kind === 'text' || fenced ? null : /^(#{1,6})\s+(\S.*)$/.exec(line)
    if (heading !== null) {
      flush()
      const level = heading[1]?.length ?? 1
      headings.length = Math.min(headings.length, level - 1)
      headings[level - 1] = bare((heading[2] ?? '').replace(/\s#+\s*$/, '')).trim()
    } else if (line.trim() === '' && held.length > MAX_CHUNK / 2) flush()
    else held += ` ${kind === 'markdown' && !fenced ? bare(line) : line}`
  }
  flush()
  return chunks
}

/** Headings as Markdown writes them, the rest as lines of text. */
function linesOfHtml(html: string): string {
  const marked = html.replace(
    /<h([1-6])\b[^<>]*>([\s\S]{0,1000}?)<\/h\1\s*>/gi,
    (_, level: string, inner: string) =>
      `\n${'#'.repeat(Number(level))} ${withoutTags(inner).replace(/\s+/g, ' ').trim()}\n`,
  )
  return withEntities(withoutTags(marked))
}

/** Without the marks of Markdown that say nothing. */
function bare(line: string): string {
  return line
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/(\*\*|__|`)/g, '')
    .replace(/^\s*(?:[-*+]|\d+\.|>)\s+/, '')
    .replace(/^[\s:|-]+$/, '')
    .replace(/\|/g, ' ')
}

/** Cut at the ends of sentences where there are some, else at spaces. */
function piecesOf(text: string): readonly string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > MAX_CHUNK) {
    const part = rest.slice(0, MAX_CHUNK)
    const sentence = Math.max(part.lastIndexOf('. '), part.lastIndexOf('? '), part.lastIndexOf('! '))
    const cut = sentence > MAX_CHUNK / 3 ? sentence + 1 : part.lastIndexOf(' ')
    pieces.push(rest.slice(0, cut > 0 ? cut : MAX_CHUNK).trim())
    rest = rest.slice(cut > 0 ? cut : MAX_CHUNK).trim()
  }
  if (/[\p{L}\p{N}]/u.test(rest)) pieces.push(rest)
  return pieces
}
