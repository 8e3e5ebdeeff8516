/**
 * A caller's stream at Transcribe. The vendor has no word for "give me what you have": it gives its last words when the
 * input ends. So each turn is a request of its own, opened when speech begins and ended when it does. The next may begin
 * while the last is still giving its words; it gets all sound since the end of the last turn, also what the last
 * request was sent, so that none is lost between them. What they tell stays in order.
 */

import type { ParleyError, SttEvent, SttStream } from '@parley/core'
import { recentSound } from '../wire/recent-sound.js'
import { openSitting, type Sitting, type SittingOptions } from './sitting.js'

export interface TranscribeStreamOptions
  extends Pick<SittingOptions, 'options' | 'context' | 'ready' | 'language'> {
  onEvent(event: SttEvent): void
}

interface Turn {
  readonly sitting: Sitting
  /** What waits for the turns before. */
  readonly told: SttEvent[]
  /** Finishes that this turn answers. */
  readonly finishes: number[]
  isOver: boolean
}

/** Sound kept for the next turn beyond its lead, ms: how late the beginning of speech may be noticed. */
const LATE_MS = 1_500

export function openTranscribeStream(stream: TranscribeStreamOptions): SttStream {
  const recent = recentSound(stream.options.leadMs + LATE_MS)
  let turns: Turn[] = []
  let current: Turn | undefined
  let finishedMs = Number.NEGATIVE_INFINITY
  let isClosed = false

  function tell(turn: Turn, event: SttEvent): void {
    if (isClosed) return
    if (turns[0] === turn) stream.onEvent(event)
    else turn.told.push(event)
  }

  function onOver(turn: Turn, audioMs: number, error: ParleyError | undefined): void {
    if (isClosed) return
    tell(turn, { kind: 'usage', audioMs })
    if (error !== undefined) {
      close()
      stream.onEvent({ kind: 'lost', error })
      return
    }
    turn.isOver = true
    while (turns[0]?.isOver === true) {
      for (const atMs of turns[0].finishes) tell(turns[0], { kind: 'finished', atMs })
      turns = turns.slice(1)
      for (const event of turns[0]?.told.splice(0) ?? []) stream.onEvent(event)
      if (isClosed) return
    }
  }

  function close(): void {
    isClosed = true
    for (const { sitting } of turns) sitting.close()
    turns = []
    current = undefined
    recent.clear()
  }

  return {
    hear(frame) {
      if (isClosed) return
      current?.sitting.hear(frame)
      recent.hear(frame)
    },
    begin(atMs) {
      if (isClosed || current !== undefined) return
      const sitting = openSitting({
        ...stream,
        onHeard: event => tell(turn, event),
        onOver: (audioMs, error) => onOver(turn, audioMs, error),
      })
      const turn: Turn = { sitting, told: [], finishes: [], isOver: false }
      turns.push(turn)
      current = turn
      const fromMs = Math.max(atMs - stream.options.leadMs, finishedMs)
      for (const frame of recent.since(fromMs)) sitting.hear(frame)
    },
    finish(atMs) {
      if (isClosed) return
      finishedMs = atMs
      const last = turns.at(-1)
      if (last === undefined) return stream.onEvent({ kind: 'finished', atMs })
      last.finishes.push(atMs)
      if (current !== last) return
      current = undefined
      last.sitting.end()
    },
    close,
  }
}
