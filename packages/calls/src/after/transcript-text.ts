/**
 * A transcript as a text of bounded length, one line for each thing said. What was said is data of strangers: it cannot
 * begin a line of its own, and cannot write the marks that it stands between.
 */

import type { CallTranscript, TranscriptLine } from './transcript.js'

export interface TextOptions {
  /** Default 60,000 characters: about 15,000 tokens, 90 minutes of talk. */
  readonly maxChars?: number
}

/** Longest line, characters: nobody says more in one breath. */
const MAX_LINE = 2_000
/** More than the note of what is missing has. */
const NOTE_CHARS = 60

/** The beginning and the end of a call that is too long, with a note of what is missing between; empty if nothing was said. */
export function transcriptText({ lines }: Pick<CallTranscript, 'lines'>, options: TextOptions = {}): string {
  const { maxChars = 60_000 } = options
  const beganMs = lines[0]?.startMs ?? 0
  const texts = lines.map(line => textOf(line, beganMs))
  const total = texts.reduce((sum, text) => sum + text.length + 1, 0)
  if (total <= maxChars) return texts.join('\n')
  // How a call ends says more about what came of it than how it begins.
  const room = maxChars - NOTE_CHARS
  const head = upTo(texts, room * 0.37)
  const tail = upTo(texts.slice(head.length).reverse(), room * 0.63).reverse()
  const missing = texts.length - head.length - tail.length
  return [...head, `[… ${missing} lines of the middle are left out …]`, ...tail].join('\n')
}

function upTo(texts: readonly string[], maxChars: number): string[] {
  const taken: string[] = []
  let chars = 0
  for (const text of texts) {
    chars += text.length + 1
    if (chars > maxChars) break
    taken.push(text)
  }
  return taken
}

function textOf({ who, text, startMs, interrupted }: TranscriptLine, beganMs: number): string {
  const seconds = Math.max(0, Math.floor((startMs - beganMs) / 1_000))
  const at = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  const words = plain(text).slice(0, MAX_LINE)
  return who === 'event'
    ? `${at} (${words})`
    : `${at} ${who}: ${words}${interrupted ? ' — (interrupted)' : ''}`
}

/** One line without angle brackets and control characters. */
export function plain(text: string): string {
  return text
    .replace(/[<>]/g, ' ')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
}
