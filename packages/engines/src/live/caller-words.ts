/**
 * What the caller says, as the model hears it: pieces with their times and nothing else. Here they become utterances, which
 * end where a pause or an answer ends them.
 */

import type { Clock, Evidence } from '@parley/core'

export interface CallerWords {
  /** Media times, ms. */
  hear(text: string, startMs: number, endMs: number): void
  /** What was said so far is an utterance. */
  finish(): void
  /** The model answers: what is said from now on is new. */
  answered(): void
  /** What was said since the model last began to speak, or, if nothing was, before it did. */
  readonly latest: string
  /** Number of words whose sound began after this media time. */
  countSince(mediaMs: number): number
  /** Whether an utterance is under way. */
  readonly isOpen: boolean
  close(): void
}

export interface CallerWordsOptions {
  readonly clock: Clock
  /** Pause that ends an utterance, ms. */
  readonly pauseMs: number
  observe(evidence: Evidence): void
}

/** Longest utterance kept, characters; what is beyond begins another. */
const MAX_TEXT = 4_000
const MAX_COUNTED = 200

export function callerWords({ clock, pauseMs, observe }: CallerWordsOptions): CallerWords {
  let utterance: { text: string; readonly startMs: number; endMs: number } | undefined
  let since: string[] = []
  let before: string[] = []
  let begins: number[] = []
  let cancel = () => {}

  function tell(final: boolean): void {
    if (utterance === undefined) return
    const { startMs, endMs } = utterance
    const text = utterance.text.trim()
    if (text !== '') observe({ kind: 'transcript', atMs: endMs, startMs, text, final })
  }

  function finish(): void {
    cancel()
    if (utterance === undefined) return
    tell(true)
    since = [...since, utterance.text.trim()].slice(-20)
    utterance = undefined
  }

  return {
    hear(text, startMs, endMs) {
      if (text === '') return
      if (
        utterance !== undefined &&
        (startMs - utterance.endMs > pauseMs || utterance.text.length > MAX_TEXT)
      )
        finish()
      utterance ??= { text: '', startMs, endMs }
      utterance.text += text.slice(0, MAX_TEXT)
      utterance.endMs = Math.max(utterance.endMs, endMs)
      for (const _ of text.match(/\S+/g) ?? []) begins.push(startMs)
      if (begins.length > MAX_COUNTED) begins = begins.slice(-MAX_COUNTED)
      tell(false)
      cancel()
      cancel = clock.after(pauseMs, finish)
    },
    finish,
    answered() {
      if (since.length > 0) before = since
      since = []
    },
    get latest() {
      const now = [...since, utterance?.text.trim() ?? ''].filter(text => text !== '')
      return (now.length > 0 ? now : before).join(' ')
    },
    countSince: mediaMs => begins.filter(atMs => atMs > mediaMs).length,
    get isOpen() {
      return utterance !== undefined
    },
    close() {
      cancel()
    },
  }
}
