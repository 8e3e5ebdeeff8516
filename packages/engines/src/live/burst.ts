/**
 * One stretch of the model's speech, as parts of a reply. It can be read again from its beginning until somebody is sure
 * to hear it, since an answer may be prepared early and thrown away.
 */

import type { Clock, ReplyPart } from '@parley/core'

export interface Burst {
  audio(samples: Int16Array): void
  /** Times on the session's own line, ms. */
  words(text: string, startMs: number, endMs: number): void
  add(part: ReplyPart): void
  end(): void
  /** It goes on after all. */
  resume(): void
  readonly isOver: boolean
  /** All of its words so far. */
  readonly text: string
  /** More of it waits than anyone will hear. */
  readonly isOverfull: boolean
  /** The next unread part; undefined once it is over. Waits for it, or for `signal`. */
  next(signal: AbortSignal): Promise<ReplyPart | undefined>
  /** Reads from the beginning again. */
  rewind(): void
  /** What was read is not read again. */
  keepNothing(): void
}

/** Sound that may wait to be read, ms. */
const MAX_WAITING_MS = 30_000
/** A pause in the sound's arrival that is one of the speech, ms. */
const PAUSE_MS = 80

export function burst(rate: number, clock: Clock): Burst {
  const parts: ReplyPart[] = []
  let read = 0
  let keeps = true
  let waitingMs = 0
  let soundMs = 0
  let text = ''
  let hasSound = false
  let isOver = false
  let wake = () => {}
  /** Words whose sound has not come: only then it is known whether there was a pause before. */
  let ahead: { readonly text: string; readonly endMs: number }[] = []
  /** Place of the first sound on the session's line; words tell it, sound has no stamps. */
  let beginsMs: number | undefined
  let beganAtMs = 0
  /** From which moment on, since the first sound, how much of the time was not sound. */
  let pauses: { readonly fromMs: number; readonly pausedMs: number }[] = []
  let lastUntilMs = 0

  function put(part: ReplyPart): void {
    parts.push(part)
    wake()
  }

  /** How much sound there is before this moment of the session's line. */
  function soundBefore(atMs: number): number {
    const sinceMs = atMs - (beginsMs ?? atMs)
    const pausedMs = pauses.findLast(({ fromMs }) => fromMs <= sinceMs)?.pausedMs ?? 0
    return Math.max(0, sinceMs - pausedMs)
  }

  return {
    get isOver() {
      return isOver
    },
    get text() {
      return text
    },
    get isOverfull() {
      return waitingMs > MAX_WAITING_MS
    },
    audio(samples) {
      const ms = (samples.length * 1000) / rate
      if (!hasSound) {
        hasSound = true
        beganAtMs = clock.now()
        put({ kind: 'mark', mark: 'first-voice' })
      }
      const pausedMs = clock.now() - beganAtMs - soundMs
      if (pausedMs > (pauses.at(-1)?.pausedMs ?? 0) + PAUSE_MS)
        pauses = [...pauses.slice(-15), { fromMs: soundMs + pausedMs, pausedMs }]
      soundMs += ms
      waitingMs += ms
      giveWords()
      put({ kind: 'audio', samples, rate })
    },
    words(given, startMs, endMs) {
      const spoken = text === '' ? given.trimStart() : given
      if (spoken === '') return
      if (text === '') put({ kind: 'mark', mark: 'first-token' })
      beginsMs ??= startMs
      text += spoken
      ahead.push({ text: spoken, endMs })
      // Words that come behind their sound wait for nothing.
      if (soundBefore(endMs) <= soundMs) giveWords()
    },
    add: put,
    end() {
      giveWords()
      isOver = true
      wake()
    },
    resume() {
      isOver = false
    },
    async next(signal) {
      while (read >= parts.length) {
        if (isOver || signal.aborted) return undefined
        await new Promise<void>(resolve => {
          const done = () => {
            signal.removeEventListener('abort', done)
            resolve()
          }
          wake = done
          signal.addEventListener('abort', done)
        })
      }
      if (signal.aborted) return undefined
      const part = parts[read++]
      if (!keeps) forget()
      return part
    },
    rewind() {
      read = 0
    },
    keepNothing() {
      keeps = false
      forget()
    },
  }

  function giveWords(): void {
    const words = ahead
    ahead = []
    for (const { text: spoken, endMs } of words) {
      lastUntilMs = Math.max(lastUntilMs, soundBefore(endMs))
      put({ kind: 'words', text: spoken, untilMs: lastUntilMs })
    }
  }

  function forget(): void {
    for (const part of parts.splice(0, read))
      if (part.kind === 'audio') waitingMs -= (part.samples.length * 1000) / part.rate
    read = 0
  }
}
