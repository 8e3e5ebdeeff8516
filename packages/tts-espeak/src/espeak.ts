/**
 * espeak-ng as a voice of Parley, in a worker thread of its own so that no synthesis stalls the audio of others. The
 * thread starts with the first use, is shared by all sessions, and is replaced when it dies.
 */

import { Worker } from 'node:worker_threads'
import { ParleyError, type SpeechPart, type SpeechRequest, type TextToSpeech } from '@parley/core'
import type { EspeakPiece } from './espeak-engine.js'
import { languagesOfEspeak } from './languages.js'
import { CANCEL_SLOTS, type FromWorker, slotOf, type ToWorker } from './worker-messages.js'

export interface EspeakOptions {
  /** Requests that may wait or be spoken at once; the next one is refused with `voice_failed`. Default 256. */
  readonly maxRequests?: number
}

/** espeak-ng speaks at this rate in every voice, Hz. */
const SAMPLE_RATE = 22_050

interface Request {
  readonly pieces: EspeakPiece[]
  done: boolean
  error: ParleyError | undefined
  wake: () => void
}

interface Thread {
  readonly worker: Worker
  readonly ready: Promise<void>
  readonly cancelled: Int32Array
  readonly requests: Map<number, Request>
}

export function createEspeak(options: EspeakOptions = {}): TextToSpeech {
  const { maxRequests = 256 } = options
  let thread: Thread | undefined
  let lastId = 0
  let closed = false

  function running(): Thread {
    if (closed) throw new ParleyError('voice_unavailable', 'The espeak-ng voice is closed; create a new one.')
    thread ??= startThread(() => {
      thread = undefined
    })
    return thread
  }

  function post(into: Thread, message: ToWorker): Request {
    if (into.requests.size >= maxRequests) {
      const text = `The espeak-ng voice already has ${maxRequests} requests; try again.`
      throw new ParleyError('voice_failed', text, { retryable: true })
    }
    const request: Request = { pieces: [], done: false, error: undefined, wake: () => {} }
    into.requests.set(message.id, request)
    Atomics.store(into.cancelled, slotOf(message.id), 0)
    into.worker.postMessage(message)
    return request
  }

  async function* speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
    if (signal.aborted) return
    const into = running()
    lastId += 1
    const id = lastId
    const voice = request.voice ?? voiceOf(request.language)
    const answer = post(into, { kind: 'speak', id, text: request.text, voice })
    const abort = (): void => answer.wake()
    signal.addEventListener('abort', abort, { once: true })
    try {
      for (;;) {
        if (signal.aborted) return
        const piece = answer.pieces.shift()
        if (piece !== undefined) yield piece
        else if (answer.error !== undefined) throw answer.error
        else if (answer.done) return
        else await new Promise<void>(resolve => Object.assign(answer, { wake: resolve }))
      }
    } finally {
      signal.removeEventListener('abort', abort)
      into.requests.delete(id)
      if (!answer.done) Atomics.store(into.cancelled, slotOf(id), 1)
    }
  }

  return {
    name: 'espeak-ng',
    sampleRate: SAMPLE_RATE,
    languages: languagesOfEspeak,
    speak,
    warm: () => running().ready,
    async close() {
      closed = true
      await thread?.worker.terminate()
    },
  }
}

/** espeak-ng names its voices by language; a region it does not know falls back to the language. */
function voiceOf(language: string): string {
  const wanted = language.toLowerCase()
  const base = wanted.split('-')[0] ?? wanted
  return languagesOfEspeak.find(known => known === wanted) ?? base
}

function startThread(died: () => void): Thread {
  const shared = new SharedArrayBuffer(CANCEL_SLOTS * Int32Array.BYTES_PER_ELEMENT)
  const worker = new Worker(new URL('./espeak-worker.js', import.meta.url), { workerData: shared })
  worker.unref()
  const requests = new Map<number, Request>()
  let fail: (error: ParleyError) => void = () => {}
  const ready = new Promise<void>((resolve, reject) => {
    fail = reject
    worker.on('message', (message: FromWorker) =>
      message.kind === 'ready' ? resolve() : take(requests, message),
    )
  })
  // Only `warm` waits for it; a request hears of the end by itself.
  ready.catch(() => {})
  const end = (cause: unknown): void => {
    const error = new ParleyError('voice_failed', 'The espeak-ng voice stopped; it is started again.', {
      cause,
      retryable: true,
    })
    died()
    fail(error)
    for (const request of requests.values()) {
      request.error = error
      request.wake()
    }
  }
  worker.once('error', end)
  worker.once('exit', code => end(new Error(`worker exit code ${code}`)))
  return { worker, ready, cancelled: new Int32Array(shared), requests }
}

function take(requests: ReadonlyMap<number, Request>, message: Exclude<FromWorker, { kind: 'ready' }>): void {
  const request = requests.get(message.id)
  if (request === undefined) return
  if (message.kind === 'pieces') request.pieces.push(...message.pieces)
  if (message.kind === 'done') request.done = true
  if (message.kind === 'failed')
    request.error = new ParleyError('voice_failed', `espeak-ng: ${message.message}.`)
  request.wake()
}
