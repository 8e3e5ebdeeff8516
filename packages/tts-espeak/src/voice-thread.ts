/**
 * espeak-ng in a thread of its own, shared by all sessions of the process. Pieces wait here, in order of arrival, and
 * one is in the thread at a time, so that giving one up costs nothing. A thread that dies or hangs fails its piece and
 * is started again for the next.
 */

import { Worker } from 'node:worker_threads'
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { EspeakManner } from './espeak-manner.js'
import type { SpokenPiece } from './speak-piece.js'

export interface VoiceTask {
  readonly id: number
  readonly words: readonly string[]
  /** A language or voice of espeak-ng, such as `es` or `en-us+f2`. */
  readonly voice: string
  readonly manner: EspeakManner
}

export type VoiceAnswer =
  | ({ readonly id: number } & SpokenPiece)
  | { readonly id: number; readonly unknownVoice: string }
  | { readonly id: number; readonly problem: string }

export interface VoiceThread {
  /** Resolves with the sound, or undefined once the signal aborts. */
  speak(task: Omit<VoiceTask, 'id'>, signal?: AbortSignal): Promise<SpokenPiece | undefined>
  close(): Promise<void>
}

export interface VoiceThreadOptions {
  readonly clock: Clock
  readonly mostWaiting: number
  readonly pieceTimeoutMs: number
}

interface Job {
  readonly task: VoiceTask
  resolve(spoken: SpokenPiece | undefined): void
  reject(error: ParleyError): void
}

export function startVoiceThread({ clock, mostWaiting, pieceTimeoutMs }: VoiceThreadOptions): VoiceThread {
  const waiting: Job[] = []
  let thread: Worker | undefined
  let running: Job | undefined
  let cancelTimeout: Cancel | undefined
  let nextId = 1
  let closed = false

  function threadNow(): Worker {
    if (thread !== undefined) return thread
    const started = new Worker(new URL('./espeak-worker.js', import.meta.url))
    started.on('message', (answer: VoiceAnswer) => onAnswer(started, answer))
    started.on('error', error => onEnd(started, `it ended: ${error.message}`, error))
    started.on('exit', code => onEnd(started, `it ended with code ${code}`))
    thread = started
    return started
  }

  function onAnswer(from: Worker, answer: VoiceAnswer): void {
    const job = running
    if (from !== thread || job === undefined || job.task.id !== answer.id) return
    rest()
    if ('samples' in answer) job.resolve(answer)
    else if ('problem' in answer) job.reject(failure(answer.problem))
    else {
      const message = `Voice espeak-ng has no language or speaker "${answer.unknownVoice}"; see README.md of @parley/tts-espeak.`
      job.reject(new ParleyError('voice_unavailable', message))
    }
    next()
  }

  function onEnd(ended: Worker, reason: string, cause?: unknown): void {
    if (ended !== thread) return
    thread = undefined
    const job = running
    rest()
    job?.reject(failure(`${reason}; it will be started again`, cause))
    next()
  }

  function onTimeout(): void {
    const hung = thread
    if (hung === undefined) return
    onEnd(hung, `it took longer than ${pieceTimeoutMs} ms`)
    void hung.terminate()
  }

  function rest(): void {
    cancelTimeout?.()
    cancelTimeout = undefined
    running = undefined
    // An idle voice does not keep the process alive.
    thread?.unref()
  }

  function next(): void {
    const job = running === undefined ? waiting.shift() : undefined
    if (job === undefined || closed) return
    running = job
    cancelTimeout = clock.after(pieceTimeoutMs, onTimeout)
    const worker = threadNow()
    worker.ref()
    worker.postMessage(job.task)
  }

  function failure(reason: string, cause?: unknown): ParleyError {
    const message = `Voice espeak-ng could not speak: ${reason}.`
    return new ParleyError('voice_failed', message, { retryable: true, cause })
  }

  return {
    speak(task, signal) {
      if (signal?.aborted === true) return Promise.resolve(undefined)
      if (closed) return Promise.reject(new ParleyError('voice_failed', 'Voice espeak-ng is closed.'))
      if (waiting.length >= mostWaiting) {
        const message = `More than ${mostWaiting} texts wait for voice espeak-ng; try again.`
        return Promise.reject(new ParleyError('overloaded', message, { retryable: true }))
      }
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          const at = waiting.indexOf(job)
          if (at >= 0) waiting.splice(at, 1)
          resolve(undefined)
        }
        const unhook = () => signal?.removeEventListener('abort', giveUp)
        const job: Job = {
          task: { id: nextId++, ...task },
          resolve(spoken) {
            unhook()
            resolve(spoken)
          },
          reject(error) {
            unhook()
            reject(error)
          },
        }
        signal?.addEventListener('abort', giveUp, { once: true })
        waiting.push(job)
        next()
      })
    },
    async close() {
      closed = true
      const error = new ParleyError('voice_failed', 'Voice espeak-ng was closed.')
      for (const job of waiting.splice(0)) job.reject(error)
      running?.reject(error)
      const ending = thread
      thread = undefined
      rest()
      await ending?.terminate()
    },
  }
}
