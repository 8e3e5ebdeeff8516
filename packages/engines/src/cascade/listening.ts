/**
 * The ear side of the cascade: frames and boundaries go to the recogniser, its transcripts to the session, and a turn
 * can wait, for a bounded time, until its last words are there. Everything is placed by media time, so a late final
 * counts for the turn in which it was spoken.
 */

import { type AudioFrame, type Resampler, type Resampling, resampleStage } from '@parley/audio'
import {
  type EngineCall,
  ParleyError,
  type SpeechBoundary,
  type SpeechToText,
  type SttEvent,
  type Turn,
} from '@parley/core'

export interface ListeningOptions {
  readonly stt: SpeechToText
  readonly grammar?: string
  readonly resampling?: Resampling
  readonly timeoutMs: number
  /** Listens only while the agent speaks, and for the judge: its words are no turn's. */
  readonly judgeOnly?: true
  /** Words as they come, final or not. */
  overheard?(words: { readonly text: string; readonly startMs: number; readonly final: boolean }): void
}

export interface Listening {
  hear(frame: AudioFrame): void
  boundary(boundary: SpeechBoundary): void
  /** The final text of a turn; resolves early on abort. */
  textOf(turn: Turn, signal: AbortSignal): Promise<string>
  close(): void
}

interface Span {
  readonly startMs: number
  readonly endMs: number
}

interface Final extends Span {
  readonly text: string
}

interface Waiter {
  readonly endMs: number
  wake(): void
}

/** Finals kept for turns still to be answered; the oldest is dropped. */
const FINALS_KEPT = 200
/** A recogniser may round its times by about a frame. */
const TOLERANCE_MS = 30

/** Opens the recogniser. Throws `bad_config` if it wants another rate and no resampler was given. */
export function startListening(call: EngineCall, options: ListeningOptions): Listening {
  const { stt, grammar, timeoutMs, judgeOnly } = options
  const finals: Final[] = []
  const waiters = new Set<Waiter>()
  let beganMs: number | undefined
  let askedMs = Number.NEGATIVE_INFINITY
  let finishedMs = Number.NEGATIVE_INFINITY
  let faulty = false
  let closed = false

  const resampler = resamplerFor(call, options)
  const stream = stt.open({
    language: call.language,
    ...(grammar === undefined ? {} : { grammar }),
    clock: call.clock,
    ...(call.account === undefined ? {} : { account: call.account }),
    onEvent,
  })
  const stage = resampler === undefined ? undefined : resampleStage(resampler)
  const toStream = (frame: AudioFrame) => stream.hear(frame)

  function onEvent(event: SttEvent): void {
    if (closed) return
    switch (event.kind) {
      case 'partial':
      case 'final':
        return onTranscript(event)
      case 'finished':
        finishedMs = Math.max(finishedMs, event.atMs)
        return wakeWaiters()
      case 'turn':
        if (judgeOnly) return
        return call.observe({
          kind: 'turn-signal',
          atMs: event.atMs,
          signal: event.signal,
          ...(event.confidence === undefined ? {} : { confidence: event.confidence }),
        })
      case 'usage':
        return
      case 'error':
      case 'lost':
        call.warn(event.error)
        finishedMs = Math.max(finishedMs, askedMs)
        return wakeWaiters()
      default:
        event satisfies never
    }
  }

  function onTranscript({ kind, text, startMs, endMs }: Extract<SttEvent, { text: string }>): void {
    if (text.trim() === '') return
    if (kind === 'final') {
      finals.push({ text: text.trim(), startMs, endMs })
      if (finals.length > FINALS_KEPT) finals.shift()
    }
    options.overheard?.({ text, startMs, final: kind === 'final' })
    call.observe({
      kind: 'transcript',
      atMs: endMs,
      startMs,
      text,
      final: kind === 'final',
      ...(kind === 'final' && grammar !== undefined ? { whole: true } : {}),
      ...(judgeOnly ? { judgeOnly } : {}),
    })
  }

  function wakeWaiters(): void {
    for (const waiter of waiters) if (isFinished(waiter.endMs)) waiter.wake()
  }

  function isFinished(endMs: number): boolean {
    return closed || finishedMs >= endMs - TOLERANCE_MS
  }

  function finish(atMs: number): void {
    beganMs = undefined
    askedMs = Math.max(askedMs, atMs)
    stream.finish(atMs)
  }

  function guarded(run: () => void): void {
    if (closed) return
    try {
      run()
    } catch (error) {
      if (!faulty) call.warn(ParleyError.from(error, 'recogniser_failed'))
      faulty = true
    }
  }

  return {
    hear(frame) {
      guarded(() => (stage === undefined ? stream.hear(frame) : stage.process(frame, toStream)))
    },
    boundary({ kind, atMs, over }) {
      if (judgeOnly && kind === 'speech-start' && !over) return
      guarded(() => {
        if (kind === 'speech-start') {
          beganMs ??= atMs
          return stream.begin(atMs)
        }
        if (beganMs !== undefined) finish(atMs)
      })
    },
    async textOf(turn, signal) {
      // Push to talk ends a turn in the middle of speech, where no boundary came.
      if (beganMs !== undefined && beganMs < turn.endMs) guarded(() => finish(turn.endMs))
      await waitFor(turn.endMs, signal)
      const spoken = finals.filter(each => overlaps(each, turn)).map(each => each.text)
      return spoken.length > 0 ? spoken.join(' ') : turn.text.trim()
    },
    close() {
      if (closed) return
      closed = true
      wakeWaiters()
      try {
        stream.close()
      } catch (error) {
        call.warn(ParleyError.from(error, 'recogniser_failed'))
      }
      resampler?.close()
    },
  }

  function waitFor(endMs: number, signal: AbortSignal): Promise<void> {
    if (isFinished(endMs) || signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const cancel = call.clock.after(timeoutMs, () => {
        const message = `Recogniser ${stt.name} gave no final text within ${timeoutMs} ms; the turn goes on without.`
        call.warn(new ParleyError('timeout', message, { retryable: true }))
        waiter.wake()
      })
      const waiter = {
        endMs,
        wake() {
          cancel()
          waiters.delete(waiter)
          signal.removeEventListener('abort', waiter.wake)
          resolve()
        },
      }
      waiters.add(waiter)
      signal.addEventListener('abort', waiter.wake)
    })
  }
}

function resamplerFor(call: EngineCall, { stt, resampling }: ListeningOptions): Resampler | undefined {
  if (stt.sampleRate === call.inputRate) return undefined
  if (resampling === undefined) {
    const message = `Recogniser ${stt.name} wants ${stt.sampleRate} Hz and the session hears ${call.inputRate} Hz; give the cascade a resampler or the session that rate.`
    throw new ParleyError('bad_config', message)
  }
  return resampling.create({ fromRate: call.inputRate, toRate: stt.sampleRate })
}

/** Whether more than half of the shorter of two spans lies in the other; a moment counts if it lies inside. */
function overlaps(one: Span, other: Span): boolean {
  const shared = Math.min(one.endMs, other.endMs) - Math.max(one.startMs, other.startMs)
  const shorter = Math.min(one.endMs - one.startMs, other.endMs - other.startMs)
  return shorter <= 0 ? shared >= 0 : shared > shorter / 2
}
