/** Speech marks, lines of JSON, as times of words. Mouth shapes tell where a word ends and a pause begins. */

import { z } from 'zod'
import type { TimedWord } from '../wire/timed-sound.js'
import type { SpeechText } from './speech-text.js'

const shape = z.object({
  time: z.number(),
  type: z.string(),
  value: z.string().default(''),
  start: z.number().optional(),
})

export type Mark = z.output<typeof shape>

/** How long a character takes where nothing tells the end, ms. */
const CHARACTER_MS = 70

/** One for each word of the text, in order; `beganMs` is added to all. Lines that are no marks are skipped. */
export function wordsOfMarks(lines: string, { words }: SpeechText, beganMs: number): TimedWord[] {
  const marks = marksIn(lines)
  const begins = marks.filter(({ type }) => type === 'word')
  const silences = marks.filter(({ type, value }) => type === 'viseme' && value === 'sil')
  let lastMs = 0
  const starts = words.map(({ from, to }) => {
    const own = begins.find(({ start = -1 }) => start >= from && start < to)
    lastMs = Math.max(lastMs, own?.time ?? lastMs)
    return { startMs: lastMs, isSaid: own !== undefined }
  })
  let endedMs = 0
  return words.map(({ text }, index) => {
    const { startMs, isSaid } = starts[index] ?? { startMs: endedMs, isSaid: false }
    if (!isSaid) return { text, startMs: beganMs + endedMs, endMs: beganMs + endedMs }
    const nextMs = starts.slice(index + 1).find(each => each.isSaid)?.startMs ?? Number.POSITIVE_INFINITY
    const silentMs = silences.find(({ time }) => time > startMs)?.time ?? Number.POSITIVE_INFINITY
    const endMs = Math.min(nextMs, silentMs)
    endedMs = endMs === Number.POSITIVE_INFINITY ? startMs + CHARACTER_MS * text.length : endMs
    return { text, startMs: beganMs + startMs, endMs: beganMs + endedMs }
  })
}

export function marksIn(lines: string): Mark[] {
  return lines.split('\n').flatMap(markIn)
}

function markIn(line: string): Mark[] {
  if (line.trim() === '') return []
  try {
    const parsed = shape.safeParse(JSON.parse(line))
    return parsed.success ? [parsed.data] : []
  } catch {
    return []
  }
}
