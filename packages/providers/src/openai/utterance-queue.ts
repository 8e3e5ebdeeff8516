/**
 * Utterances on their way through a recogniser, told in the order they were spoken: finals, what they cost, and then
 * `finished`, whatever the order their texts come in.
 */

import type { ParleyError, SttEvent, SttWord } from '@parley/core'

export interface Utterance {
  /** Media time, ms. */
  startMs: number
  endMs: number
  /** Sound sent for it, ms. */
  audioMs: number
  text: string
  outcome: UtteranceOutcome | undefined
  /** Calls of `finish` that wait for it. */
  readonly finishes: number[]
}

export type UtteranceOutcome =
  | {
      readonly kind: 'heard'
      readonly text: string
      readonly confidence?: number
      readonly words?: readonly SttWord[]
      readonly billedMs?: number
    }
  /** The sound itself could not be recognised; another try would give the same. */
  | { readonly kind: 'failed'; readonly error: ParleyError }

export interface UtteranceQueue<Each extends Utterance> {
  readonly waiting: readonly Each[]
  add(utterance: Each): void
  /** More words of it, told if it is its turn. */
  hear(utterance: Each, delta: string): void
  settle(utterance: Each, outcome: UtteranceOutcome): void
  /** Answers as soon as all that waits is told. */
  finish(atMs: number): void
}

export function utteranceQueue<Each extends Utterance>(
  tell: (event: SttEvent) => void,
): UtteranceQueue<Each> {
  const waiting: Each[] = []

  function drain(): void {
    for (let head = waiting[0]; head?.outcome !== undefined; head = waiting[0]) {
      waiting.shift()
      tellOutcome(head, head.outcome)
      for (const atMs of head.finishes) tell({ kind: 'finished', atMs })
    }
    if (waiting[0] !== undefined && waiting[0].text !== '') tellPartial(waiting[0])
  }

  function tellOutcome({ startMs, endMs, audioMs }: Each, outcome: UtteranceOutcome): void {
    if (outcome.kind === 'failed') return tell({ kind: 'error', error: outcome.error })
    const { kind: _, billedMs = audioMs, ...heard } = outcome
    const text = heard.text.trim()
    if (text !== '') tell({ kind: 'final', ...heard, text, startMs, endMs })
    if (billedMs > 0) tell({ kind: 'usage', audioMs: Math.round(billedMs) })
  }

  function tellPartial({ text, startMs, endMs }: Each): void {
    tell({ kind: 'partial', text: text.trim(), startMs, endMs })
  }

  return {
    waiting,
    add: utterance => void waiting.push(utterance),
    hear(utterance, delta) {
      if (utterance.outcome !== undefined) return
      utterance.text += delta
      if (utterance === waiting[0] && utterance.text.trim() !== '') tellPartial(utterance)
    },
    settle(utterance, outcome) {
      utterance.outcome ??= outcome
      drain()
    },
    finish(atMs) {
      const last = waiting.at(-1)
      if (last === undefined) tell({ kind: 'finished', atMs })
      else last.finishes.push(atMs)
    },
  }
}
