/** What was said and heard as files: to read, to compute with, and as captions whose times are those of the sound. */

import { captionTime, clockText } from './clock-text.js'
import { heardText, type Line, type Playback, textOf } from './playback.js'

export const transcriptKinds = ['txt', 'json', 'srt', 'vtt'] as const
export type TranscriptKind = (typeof transcriptKinds)[number]

export interface Speakers {
  readonly caller: string
  readonly agent: string
  /** `not heard` */
  readonly unheard: string
}

export const transcriptTypes: Readonly<Record<TranscriptKind, string>> = {
  txt: 'text/plain;charset=utf-8',
  json: 'application/json',
  srt: 'application/x-subrip',
  vtt: 'text/vtt',
}

export function transcriptOf(playback: Playback, kind: TranscriptKind, speakers: Speakers): string {
  if (kind === 'json') return `${JSON.stringify(playback, undefined, 2)}\n`
  if (kind === 'txt') return `${playback.lines.map(line => readable(line, speakers)).join('\n')}\n`
  const cues = cuesOf(playback)
  if (kind === 'vtt')
    return `WEBVTT\n\n${cues
      .map(
        ({ by, text, startMs, endMs }) =>
          `${captionTime(startMs, '.')} --> ${captionTime(endMs, '.')}\n<v ${speakers[by]}>${escaped(text)}\n`,
      )
      .join('\n')}`
  return cues
    .map(
      ({ by, text, startMs, endMs }, index) =>
        `${index + 1}\n${captionTime(startMs, ',')} --> ${captionTime(endMs, ',')}\n${speakers[by]}: ${text}\n`,
    )
    .join('\n')
}

function readable(line: Line, speakers: Speakers): string {
  const begin = `[${clockText(line.startMs, true)}] ${speakers[line.by]}: `
  const heard = heardText(line)
  const rest = textOf(line).slice(heard.length).trim()
  return `${begin}${heard}${rest === '' ? '' : ` [${speakers.unheard} ${rest}]`}`
}

interface Cue {
  readonly by: Line['by']
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

/** A caption holds this many letters and no longer than this, as people read them. */
const MOST_LETTERS = 84
const LONGEST_MS = 7_000
/** Shorter ones are not read; typed lines have no length at all. */
const SHORTEST_MS = 1_000

/** Times of the sound: the recording begins later than the session, where it was waited for consent. */
function cuesOf({ lines, recording }: Playback): readonly Cue[] {
  const shiftMs = recording.state === 'ready' ? (recording.startMs ?? 0) : 0
  return lines
    .flatMap(line => (line.by === 'caller' ? [{ ...line }] : agentCues(line)))
    .filter(({ text, endMs }) => text !== '' && endMs >= shiftMs)
    .map(({ by, text, startMs, endMs }) => {
      const from = Math.max(0, startMs - shiftMs)
      return { by, text, startMs: from, endMs: Math.max(from + SHORTEST_MS, endMs - shiftMs) }
    })
}

function agentCues({ words }: Extract<Line, { by: 'agent' }>): Cue[] {
  const cues: Cue[] = []
  for (const { text, startMs, endMs, heard } of words) {
    if (!heard) break
    const last = cues.at(-1)
    const joined = last === undefined ? text : `${last.text} ${text}`
    if (last !== undefined && joined.length <= MOST_LETTERS && endMs - last.startMs <= LONGEST_MS)
      cues[cues.length - 1] = { ...last, text: joined, endMs }
    else cues.push({ by: 'agent', text, startMs, endMs })
  }
  return cues
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
