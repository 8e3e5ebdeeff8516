/** One stream of a Realtime transcription session. */

import { type AudioFrame, frameMs } from '@parley/audio'
import type { Clock, ParleyError, SttEvent, SttOptions, SttStream } from '@parley/core'
import { bytesOfPcm } from '../wire/pcm-bytes.js'
import { garbageError, lateError } from '../wire/vendor-error.js'
import type { RealtimeSttOptions } from './audio-options.js'
import { realtimeError } from './realtime-error.js'
import { type RealtimeEvent, type RealtimeLink, VENDOR } from './realtime-link.js'
import { realtimeOutbox } from './realtime-outbox.js'
import { speechWindow } from './speech-window.js'
import { confidenceOf, transcriptionSession } from './transcription-session.js'
import { type Utterance, type UtteranceOutcome, utteranceQueue } from './utterance-queue.js'

/** The vendor refuses to commit less, ms. */
const LEAST_MS = 100
const SETTLED_KEPT = 32
const TRANSCRIPTION = 'conversation.item.input_audio_transcription.'

interface Spoken extends Utterance {
  itemId?: string
  commitId?: string
}

export interface RealtimeStreamOptions {
  readonly options: RealtimeSttOptions
  readonly newId: () => string
  readonly clock: Clock
  readonly link: RealtimeLink
  readonly asked: SttOptions
  onClose(): void
}

export function openRealtimeStream(given: RealtimeStreamOptions): SttStream {
  const { options, link, clock } = given
  const utterances = utteranceQueue<Spoken>(tell)
  let isOver = false
  let current: Spoken | undefined
  let cancelWait = () => {}
  /** Items that are over, so that a late word of one is not taken for the next. */
  const settled: string[] = []
  const outbox = realtimeOutbox({ link, maxWaitingMs: options.maxWaitingMs, onFail: lose })
  const window = speechWindow(options.prerollMs, append)

  function tell(event: SttEvent): void {
    if (!isOver) given.asked.onEvent(event)
  }

  function end(): void {
    isOver = true
    cancelWait()
    link.close()
    given.onClose()
  }

  function lose(error: ParleyError): void {
    if (isOver) return
    end()
    given.asked.onEvent({ kind: 'lost', error })
  }

  function append(frame: AudioFrame): void {
    if (current === undefined) {
      current = {
        startMs: frame.atMs,
        endMs: frame.atMs,
        audioMs: 0,
        text: '',
        outcome: undefined,
        finishes: [],
      }
      utterances.add(current)
    }
    const durationMs = frameMs(frame)
    current.endMs = frame.atMs + durationMs
    current.audioMs += durationMs
    outbox.send(
      { type: 'input_audio_buffer.append', audio: bytesOfPcm(frame.samples).toString('base64') },
      durationMs,
    )
  }

  function commit(spoken: Spoken): void {
    if (spoken.audioMs < LEAST_MS) {
      outbox.send({ type: 'input_audio_buffer.clear', event_id: given.newId() })
      return utterances.settle(spoken, { kind: 'heard', text: '', billedMs: 0 })
    }
    spoken.commitId = given.newId()
    outbox.send({ type: 'input_audio_buffer.commit', event_id: spoken.commitId })
    if (link.state === 'ready') awaitWords(options.firstTimeoutMs)
  }

  /** Bounds the wait for the next word about what was committed. */
  function awaitWords(timeoutMs: number): void {
    cancelWait()
    if (isOver || !utterances.waiting.some(({ commitId }) => commitId !== undefined)) return
    cancelWait = clock.after(timeoutMs, () => lose(lateError(VENDOR, 'recognise an utterance', timeoutMs)))
  }

  /** The utterance of an item: known by its id, or the first that is not over and whose id is not known. */
  function utteranceOf({ item_id: itemId }: RealtimeEvent): Spoken | undefined {
    if (typeof itemId !== 'string') return undefined
    const { waiting } = utterances
    const known = waiting.find(spoken => spoken.itemId === itemId)
    if (known !== undefined) return known
    if (settled.includes(itemId)) return undefined
    const next = waiting.find(spoken => spoken.itemId === undefined && spoken.outcome === undefined)
    if (next !== undefined) next.itemId = itemId
    return next
  }

  function settle(spoken: Spoken, outcome: UtteranceOutcome): void {
    if (spoken.itemId !== undefined) settled.push(spoken.itemId)
    if (settled.length > SETTLED_KEPT) settled.shift()
    utterances.settle(spoken, outcome)
  }

  function onEvent(event: RealtimeEvent): void {
    if (event.type === 'input_audio_buffer.committed') return void utteranceOf(event)
    if (!event.type.startsWith(TRANSCRIPTION)) return
    const spoken = utteranceOf(event)
    if (spoken === undefined) return
    const name = event.type.slice(TRANSCRIPTION.length)
    if (name === 'delta' && typeof event.delta === 'string') utterances.hear(spoken, event.delta)
    else if (name === 'completed') completed(spoken, event)
    else if (name === 'failed') failed(spoken, realtimeError(VENDOR, event.error))
    awaitWords(options.idleTimeoutMs)
  }

  function completed(spoken: Spoken, event: RealtimeEvent): void {
    const { transcript, usage } = event
    if (typeof transcript !== 'string') return lose(garbageError(VENDOR))
    const { seconds } = (usage ?? {}) as { readonly seconds?: unknown }
    const confidence = confidenceOf(event.logprobs)
    settle(spoken, {
      kind: 'heard',
      text: transcript,
      ...(confidence === undefined ? {} : { confidence }),
      ...(typeof seconds === 'number' ? { billedMs: seconds * 1000 } : {}),
    })
  }

  /** Where the vendor and not the sound is at fault, its words are lost here and must be heard elsewhere. */
  function failed(spoken: Spoken, error: ParleyError): void {
    if (error.code === 'provider_rejected') settle(spoken, { kind: 'failed', error })
    else lose(error)
  }

  link.use({
    session: transcriptionSession(options, given.asked.language),
    onReady() {
      outbox.flush()
      awaitWords(options.firstTimeoutMs)
    },
    onEvent,
    onRefusal(error, eventId) {
      const spoken = utterances.waiting.find(({ commitId }) => commitId !== undefined && commitId === eventId)
      if (spoken === undefined) return tell({ kind: 'error', error })
      const isEmpty = error.details.vendorCode === 'input_audio_buffer_commit_empty'
      if (isEmpty) utterances.settle(spoken, { kind: 'heard', text: '', billedMs: 0 })
      else failed(spoken, error)
      awaitWords(options.idleTimeoutMs)
    },
    onLost: lose,
  })

  return {
    hear(frame) {
      if (!isOver) window.hear(frame)
    },
    begin(atMs) {
      if (!isOver) window.begin(atMs)
    },
    finish(atMs) {
      if (isOver) return
      window.finish()
      utterances.finish(atMs)
      const spoken = current
      current = undefined
      if (spoken === undefined) return
      spoken.endMs = Math.max(spoken.startMs, Math.min(spoken.endMs, atMs))
      commit(spoken)
    },
    close() {
      if (!isOver) end()
    },
  }
}
