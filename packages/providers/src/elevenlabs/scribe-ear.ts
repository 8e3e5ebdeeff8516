/**
 * Commits and their answers, in order. A commit of too little sound would be refused, so silence is added to it; long
 * silence is committed for nobody, so that the vendor never commits by itself between two of ours.
 */

import type { SttStream } from '@parley/core'
import type { Hearing } from '../wire/hearing.js'
import { type ScribeMessage, type ScribeWord, wordsOf } from './stt-messages.js'
import { elevenLabsError } from './tts-events.js'

export interface ScribeEarOptions {
  readonly hearing: Hearing
  /** Hz. */
  readonly sampleRate: number
  /** Whether each committed text comes again with its words. */
  readonly hasWords: boolean
  readonly leastCommitMs: number
  readonly silentCommitMs: number
  /** The message that commits. */
  commit(): string
}

interface Commit {
  /** Of the finishes it answers, media ms; none: nobody asked. */
  readonly finishes: number[]
  /** Where its sound begins and ends, ms of the stream. */
  readonly fromMs: number
  readonly untilMs: number
  /** Where speech began, media ms. */
  readonly beganMs: number | undefined
}

/** Words of a segment may begin this much before it by rounding, ms. */
const ROUNDING_MS = 50

export function scribeEar(options: ScribeEarOptions): {
  readonly stream: SttStream
  onMessage(message: ScribeMessage): void
} {
  const { hearing, sampleRate, hasWords, leastCommitMs, silentCommitMs } = options
  const { place } = hearing
  const commits: Commit[] = []
  let committedMs = 0
  let beganMs: number | undefined
  let isSpeaking = false
  let lastFrameEndMs = 0

  function commit(atMs: number | undefined): void {
    pad(leastCommitMs - (place.sentMs - committedMs))
    hearing.flush()
    hearing.send(options.commit())
    const finishes = atMs === undefined ? [] : [atMs]
    commits.push({ finishes, fromMs: committedMs, untilMs: place.sentMs, beganMs })
    committedMs = place.sentMs
    beganMs = undefined
    hearing.expect()
  }

  function pad(ms: number): void {
    if (ms <= 0) return
    const samples = new Int16Array(Math.ceil((sampleRate * ms) / 1000))
    hearing.hear({ samples, rate: sampleRate, atMs: lastFrameEndMs })
  }

  function answer(text: string, words: readonly ScribeWord[]): void {
    // What the vendor commits by itself belongs to what is being said.
    const done = commits.shift()
    give(text, words, done)
    if (done === undefined) committedMs = place.sentMs
    else hearing.use()
    for (const atMs of done?.finishes ?? []) hearing.emit({ kind: 'finished', atMs })
    if (commits.length === 0) hearing.settled()
    else hearing.expect()
  }

  /** The last commit was not taken: its sound waits for the next, and its finishes for the texts before it. */
  function refused(): void {
    const last = commits.pop()
    if (last === undefined) return
    const before = commits.at(-1)
    if (before !== undefined) return void before.finishes.push(...last.finishes)
    for (const atMs of last.finishes) hearing.emit({ kind: 'finished', atMs })
    hearing.settled()
  }

  function give(text: string, words: readonly ScribeWord[], done: Commit | undefined): void {
    if (text === '') return
    const fromMs = done?.fromMs ?? committedMs
    // Times count from the stream's start, or from the segment's: then they lie before it.
    const first = words[0]?.startMs
    const shiftMs = first !== undefined && first < fromMs - ROUNDING_MS ? fromMs : 0
    const placed = words.map(word => ({
      ...word,
      startMs: place.mediaMs(word.startMs + shiftMs),
      endMs: place.mediaMs(word.endMs + shiftMs),
    }))
    const startMs = placed[0]?.startMs ?? done?.beganMs ?? place.mediaMs(fromMs)
    const endMs = placed.at(-1)?.endMs ?? done?.finishes[0] ?? place.mediaMs(done?.untilMs ?? place.sentMs)
    hearing.emit({
      kind: 'final',
      text,
      startMs,
      endMs: Math.max(startMs, endMs),
      ...(placed.length === 0 ? {} : { words: placed }),
    })
  }

  function partial(text: string): void {
    if (text === '') return
    const endMs = place.mediaMs(place.sentMs)
    const startMs = Math.min(endMs, beganMs ?? place.mediaMs(committedMs))
    hearing.emit({ kind: 'partial', text, startMs, endMs })
  }

  return {
    onMessage(message) {
      const { message_type } = message
      const text = message.text?.trim() ?? ''
      if (message_type === 'partial_transcript') partial(text)
      // Words follow where there are any; whether they do for no text at all is not documented.
      else if (message_type === 'committed_transcript' && (!hasWords || text === '')) answer(text, [])
      else if (message_type === 'committed_transcript_with_timestamps' && text !== '')
        answer(text, wordsOf(message))
      else if (message_type === 'commit_throttled') {
        hearing.emit({ kind: 'error', error: elevenLabsError(message_type, message.error ?? '') })
        refused()
      }
    },
    stream: {
      hear(frame) {
        hearing.hear(frame)
        lastFrameEndMs = frame.atMs + (frame.samples.length * 1000) / frame.rate
        if (!isSpeaking && place.sentMs - committedMs >= silentCommitMs) commit(undefined)
      },
      begin(atMs) {
        isSpeaking = true
        beganMs = atMs
      },
      finish(atMs) {
        isSpeaking = false
        if (place.sentMs > committedMs) return commit(atMs)
        const last = commits.at(-1)
        if (last === undefined) hearing.emit({ kind: 'finished', atMs })
        else last.finishes.push(atMs)
      },
      close: () => hearing.close(),
    },
  }
}
