/** One stream of utterances that are recognised as files, side by side and told in order. */

import { type AudioFrame, frameMs, writeWav } from '@parley/audio'
import { ParleyError, type SttEvent, type SttOptions, type SttStream, type SttWord } from '@parley/core'
import { type AudioPlace, audioPlace } from '../wire/audio-place.js'
import { httpCall } from '../wire/http-call.js'
import { timedBody } from '../wire/timed-body.js'
import { bearer } from './bearer.js'
import { speechWindow } from './speech-window.js'
import type { FileSttSetup } from './stt-file.js'
import { transcriptionPlan } from './transcription-profiles.js'
import { type TranscriptionReply, transcriptionReply } from './transcription-reply.js'
import { isoLanguage } from './transcription-session.js'
import { type Utterance, utteranceQueue } from './utterance-queue.js'

/** Less is no word, and servers refuse it, ms. */
const LEAST_MS = 100

interface Recording extends Utterance {
  readonly frames: AudioFrame[]
  readonly place: AudioPlace
}

export interface FileStreamOptions extends FileSttSetup {
  readonly asked: SttOptions
  onClose(): void
}

export function openFileStream(given: FileStreamOptions): SttStream {
  const { options, context, vendor, asked } = given
  const utterances = utteranceQueue<Recording>(tell)
  const requests = new Set<AbortController>()
  const plan = transcriptionPlan(options, isoLanguage(asked.language))
  let isOver = false
  let current: Recording | undefined
  const window = speechWindow(options.prerollMs, record)

  function tell(event: SttEvent): void {
    if (!isOver) asked.onEvent(event)
  }

  function end(): void {
    isOver = true
    current = undefined
    for (const request of requests) request.abort()
    given.onClose()
  }

  function record(frame: AudioFrame): void {
    if (current === undefined) {
      const { atMs } = frame
      const empty = { startMs: atMs, endMs: atMs, audioMs: 0, text: '', outcome: undefined, finishes: [] }
      current = { ...empty, frames: [], place: audioPlace() }
      utterances.add(current)
    }
    current.frames.push(frame)
    current.place.sent(frame)
    current.audioMs += frameMs(frame)
    current.endMs = frame.atMs + frameMs(frame)
    if (current.audioMs >= options.longestMs) recognise()
  }

  /** Sends what was recorded, and begins anew. */
  function recognise(): void {
    const recording = current
    current = undefined
    if (recording === undefined) return
    if (recording.audioMs < LEAST_MS)
      return utterances.settle(recording, { kind: 'heard', text: '', billedMs: 0 })
    const stop = new AbortController()
    requests.add(stop)
    transcribe(recording, stop)
      .then(reply => heard(recording, reply))
      .catch((thrown: unknown) => lose(ParleyError.from(thrown, 'provider_failed')))
      .finally(() => requests.delete(stop))
  }

  async function transcribe(recording: Recording, stop: AbortController): Promise<TranscriptionReply> {
    const body = new FormData()
    for (const [name, value] of plan.fields) body.append(name, value)
    const file = wavOf(recording.frames.splice(0), options.sampleRate)
    body.append('file', new Blob([file], { type: 'audio/wav' }), 'speech.wav')
    const timeoutMs = options.firstTimeoutMs
    const call = { vendor, path: plan.path, headers: bearer, body, timeoutMs }
    const response = await httpCall(context, call, stop.signal)
    const { idleTimeoutMs } = options
    return transcriptionReply(vendor, response.headers.get('content-type') ?? '', {
      body: timedBody(response, { vendor, clock: context.clock, idleTimeoutMs, stop }),
      onDelta: delta => utterances.hear(recording, delta),
    })
  }

  function heard(recording: Recording, { text, words, confidence, seconds }: TranscriptionReply): void {
    utterances.settle(recording, {
      kind: 'heard',
      text,
      ...(words === undefined ? {} : { words: words.map(word => placed(word, recording.place)) }),
      ...(confidence === undefined ? {} : { confidence }),
      ...(seconds === undefined ? {} : { billedMs: seconds * 1000 }),
    })
  }

  /** The words of a request that failed are lost here, and must be heard elsewhere. */
  function lose(error: ParleyError): void {
    if (isOver) return
    end()
    asked.onEvent({ kind: 'lost', error })
  }

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
      if (current !== undefined) current.endMs = Math.max(current.startMs, Math.min(current.endMs, atMs))
      recognise()
    },
    close() {
      if (!isOver) end()
    },
  }
}

function placed(
  { text, start, end }: NonNullable<TranscriptionReply['words']>[number],
  place: AudioPlace,
): SttWord {
  return { text, startMs: place.mediaMs(start * 1000), endMs: place.mediaMs(end * 1000) }
}

function wavOf(frames: readonly AudioFrame[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const samples = new Int16Array(frames.reduce((sum, frame) => sum + frame.samples.length, 0))
  let at = 0
  for (const frame of frames) {
    samples.set(frame.samples, at)
    at += frame.samples.length
  }
  return Uint8Array.from(writeWav({ sampleRate, samples }))
}
