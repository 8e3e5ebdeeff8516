/**
 * One caller's audio, cut into utterances by the caller of `begin` and `finish`, as events of the recogniser contract.
 * An utterance ends exactly once, and events come in the order of the utterances, whatever process decodes them.
 */

import type { AudioFrame } from '@parley/audio'
import { ParleyError, type SttEvent, type SttStream } from '@parley/core'
import type { DecoderPool, LoadedGrammar } from './decoder-pool.js'
import { startUtterance, type Utterance } from './pocketsphinx-utterance.js'
import { preRoll } from './pre-roll.js'

export const RATE = 16_000
/** Audio kept from before an utterance: covers a late detector and the lead-in. */
const KEPT_MS = 1_000
/** How much earlier than the onset decoding begins. */
const LEAD_IN_MS = 200
/** Media times that are this far from the count of samples are a gap (the sender's silence) or a new beginning. */
const JUMP_MS = 4
/** A gap up to this length within an utterance is filled with silence; a longer one ends what can be understood. */
const LONGEST_GAP_MS = 30_000
/** Utterances of one stream still being decoded; more than this are refused. */
const MOST_PENDING = 8

export interface PocketsphinxStreamOptions {
  readonly pool: DecoderPool
  readonly grammar: LoadedGrammar
  /** Longest utterance in ms; what comes later is not heard. */
  readonly longestMs: number
  emit(event: SttEvent): void
  onClose(): void
}

export function openPocketsphinxStream(options: PocketsphinxStreamOptions): SttStream {
  const { pool, grammar, longestMs } = options
  const ring = preRoll(RATE, KEPT_MS)
  /** Oldest first; the head is the only one whose events are given. */
  const pending: { readonly utterance: Utterance; readonly events: SttEvent[]; done: boolean }[] = []
  let current: Utterance | undefined
  let badRate: number | undefined
  let started = false
  let closed = false

  function emit(event: SttEvent): void {
    if (!closed) options.emit(event)
  }

  function flush(): void {
    for (let head = pending[0]; head !== undefined; head = pending[0]) {
      for (const event of head.events.splice(0)) emit(event)
      if (!head.done) return
      pending.shift()
    }
  }

  function place(frame: AudioFrame): void {
    const gapMs = frame.atMs - ring.endMs
    if (started && Math.abs(gapMs) <= JUMP_MS) return
    if (started && gapMs > 0 && gapMs <= LONGEST_GAP_MS) {
      const silence = new Int16Array(Math.round((gapMs * RATE) / 1000))
      ring.push(silence)
      if (current?.moveStart(frame.atMs) !== true) current?.hear(silence)
      return
    }
    started = true
    ring.restart(frame.atMs)
  }

  function refuse(frame: AudioFrame): void {
    if (badRate === frame.rate) return
    badRate = frame.rate
    const message = `The recogniser hears ${RATE} Hz and was given ${frame.rate} Hz; resample the audio first.`
    emit({ kind: 'error', error: new ParleyError('bad_audio', message) })
  }

  return {
    hear(frame) {
      if (closed) return
      if (frame.rate !== RATE) return refuse(frame)
      place(frame)
      ring.push(frame.samples)
      current?.hear(frame.samples)
    },
    begin(atMs) {
      if (closed || current !== undefined) return
      if (pending.length >= MOST_PENDING) {
        const message = `${MOST_PENDING} utterances of this caller still wait for the recogniser; please say it again.`
        return emit({ kind: 'error', error: new ParleyError('overloaded', message, { retryable: true }) })
      }
      const { samples, startMs } = ring.from(atMs - LEAD_IN_MS)
      const events: SttEvent[] = []
      const utterance = startUtterance({
        pool,
        grammar,
        startMs,
        longestMs,
        emit(event) {
          events.push(event)
          flush()
        },
        onDone() {
          entry.done = true
          flush()
        },
      })
      const entry = { utterance, events, done: false }
      pending.push(entry)
      current = utterance
      utterance.hear(samples)
    },
    finish(atMs) {
      if (closed) return
      const utterance = current
      current = undefined
      if (utterance !== undefined) return utterance.finish(atMs)
      // In its turn behind what is still being decoded.
      const last = pending.at(-1)
      if (last === undefined) emit({ kind: 'finished', atMs })
      else last.utterance.alsoFinish(atMs)
    },
    close() {
      if (closed) return
      closed = true
      for (const { utterance } of pending) utterance.cancel()
      pending.length = 0
      current = undefined
      grammar.release()
      options.onClose()
    },
  }
}
