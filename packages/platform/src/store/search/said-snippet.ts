/** Where in an utterance the terms are, as parts to show. The database decides what is found; this only points at it. */
import type { SearchTerm } from './search-terms.js'

export interface SnippetPart {
  readonly text: string
  readonly hit?: true
}

const mostCharacters = 180
const before = 50

interface Word {
  readonly start: number
  readonly end: number
  readonly folded: string
}

/** At most about 180 characters around the first hit, with `…` where something is left out. */
export function saidSnippet(text: string, terms: readonly SearchTerm[]): readonly SnippetPart[] {
  const said = wordsOf(text)
  const hits = merged(terms.flatMap(term => hitsOf(said, term)))
  const [start, end] = windowOf(text, hits[0]?.[0] ?? 0)
  const parts: SnippetPart[] = []
  const add = (from: number, to: number, hit: boolean) => {
    const piece = text.slice(Math.max(from, start), Math.min(to, end))
    if (piece !== '') parts.push(hit ? { text: piece, hit } : { text: piece })
  }
  let at = start
  if (start > 0) parts.push({ text: '… ' })
  for (const [from, to] of hits) {
    if (from < start || to > end) continue
    add(at, from, false)
    add(from, to, true)
    at = to
  }
  add(at, end, false)
  if (end < text.length) parts.push({ text: ' …' })
  return parts
}

/** As `parley.folded` and the dictionary make it. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
}

function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
    folded: folded(word),
  }))
}

type Span = readonly [number, number]

function hitsOf(said: readonly Word[], { text, prefix }: SearchTerm): readonly Span[] {
  const wanted = wordsOf(text).map(word => word.folded)
  return said.flatMap(({ start }, index): Span[] => {
    const there = said.slice(index, index + wanted.length)
    const last = there.at(-1)
    if (last === undefined || there.length < wanted.length) return []
    const fits = there.every((word, place) => {
      const want = wanted[place] ?? ''
      return prefix && place === wanted.length - 1 ? word.folded.startsWith(want) : word.folded === want
    })
    return fits ? [[start, last.end]] : []
  })
}

function merged(spans: readonly Span[]): readonly Span[] {
  const out: [number, number][] = []
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else out.push([start, end])
  }
  return out
}

/** Cuts between words, where there is a gap within reach. */
function windowOf(text: string, hit: number): Span {
  if (text.length <= mostCharacters) return [0, text.length]
  let start = Math.max(0, Math.min(hit - before, text.length - mostCharacters))
  if (start > 0) {
    const gap = text.indexOf(' ', start)
    start = gap >= 0 && gap < hit ? gap + 1 : start
  }
  const full = start + mostCharacters
  if (full >= text.length) return [start, text.length]
  const gap = text.lastIndexOf(' ', full)
  return [start, gap > hit ? gap : full]
}
