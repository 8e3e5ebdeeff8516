/**
 * A voice in a thread of its own, shared by all sessions of the process. Pieces wait here, in order of arrival, and one
 * is in the thread at a time, so that giving one up costs nothing. A thread that dies or hangs fails its piece and is
 * started again for the next.
 */

import { Worker } from 'node:worker_threads'
import type { VisemeCue } from '@parley/audio'
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { Speaker } from './speaker.js'

export interface VoiceTask {
  readonly id: number
  readonly words: readonly string[]
  readonly speaker: Speaker
}

export interface SpokenWords {
  readonly samples: Int16Array
  /** One for each word; empty where there is no sound. */
  readonly times: readonly { readonly startMs: number; readonly endMs: number }[]
  /** Shapes of the mouth, in ms of the samples. */
  readonly cues: readonly VisemeCue[]
}

export type VoiceAnswer =
  | ({ readonly id: number } & SpokenWords)
  | { readonly id: number; readonly problem: string }

export interface VoiceWorkerOptions {
  readonly name: string
  readonly url: URL
  readonly clock: Clock
  /** Pieces that may wait; one more fails with `overloaded`. */
  readonly mostWaiting: number
  /** Longest time for one piece, in ms, before the thread counts as hung. */
  readonly pieceTimeoutMs: number
}

export interface VoiceWorker {
  /** Resolves with the sound, or undefined once the signal aborts. Rejects with `voice_failed` or `overloaded`. */
  speak(words: readonly string[], speaker: Speaker, signal?: AbortSignal): Promise<SpokenWords | undefined>
  close(): Promise<void>
}

interface Job {
  readonly task: VoiceTask
  resolve(spoken: SpokenWords | undefined): void
  reject(error: ParleyError): void
}

export function startVoiceWorker(options: VoiceWorkerOptions): VoiceWorker {
  const { name, clock } = options
  const waiting: Job[] = []
  let thread: Worker | undefined
  let running: Job | undefined
  let cancelTimeout: Cancel | undefined
  let nextId = 1
  let closed = false

  function threadNow(): Worker {
    if (thread !== undefined) return thread
    const started = new Worker(options.url)
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
    else job.reject(failure(answer.problem))
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
    onEnd(hung, `it took longer than ${options.pieceTimeoutMs} ms`)
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
    cancelTimeout = clock.after(options.pieceTimeoutMs, onTimeout)
    const worker = threadNow()
    worker.ref()
    worker.postMessage(job.task)
  }

  function failure(reason: string, cause?: unknown): ParleyError {
    const message = `Voice ${name} could not speak: ${reason}.`
    return new ParleyError('voice_failed', message, { retryable: true, cause })
  }

  return {
    speak(words, speaker, signal) {
      if (signal?.aborted === true) return Promise.resolve(undefined)
      if (closed) return Promise.reject(new ParleyError('voice_failed', `Voice ${name} is closed.`))
      if (waiting.length >= options.mostWaiting) {
        const message = `More than ${options.mostWaiting} texts wait for voice ${name}; try again.`
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
          task: { id: nextId++, words, speaker },
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
      const error = new ParleyError('voice_failed', `Voice ${name} was closed.`)
      for (const job of waiting.splice(0)) job.reject(error)
      running?.reject(error)
      const ending = thread
      thread = undefined
      rest()
      await ending?.terminate()
    },
  }
}
