/**
 * The recogniser's thread as the gateway sees it: started when it is first needed, shared by all streams, started again
 * when it has died. A turn that it owes an answer to ends with an error when it dies, hangs or falls too far behind.
 */

import { Worker } from 'node:worker_threads'
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { SttOptions } from './options.js'
import { requirePackage, threadFailed, threadRefused } from './thread-errors.js'
import type { ThreadAnswer, ThreadConfig, ThreadTask } from './thread-protocol.js'

export type Heard = Extract<ThreadAnswer, { kind: 'partial' | 'final' }>

export interface ThreadTurn {
  hear(samples: Int16Array): void
  /** A final follows, or an error. */
  finish(): void
  /** Nothing follows. */
  drop(): void
}

export interface TurnListener {
  /** A final is the last. */
  onHeard(heard: Heard): void
  onFailed(error: ParleyError): void
}

export interface SherpaThread {
  begin(listener: TurnListener): ThreadTurn
  /** Resolves when the model is loaded. @throws ParleyError `provider_missing`, `bad_config`, `timeout`. */
  warm(): Promise<void>
  close(): Promise<void>
}

export interface SherpaThreadOptions {
  readonly config: ThreadConfig
  readonly options: SttOptions
  readonly clock: Clock
}

interface Owed {
  readonly listener: TurnListener
  behind: number
  cancel: Cancel
}

export function startSherpaThread({ config, options, clock }: SherpaThreadOptions): SherpaThread {
  const owed = new Map<number, Owed>()
  let worker: Worker | undefined
  let loading: { readonly done: Promise<void>; resolve(): void; reject(error: ParleyError): void } | undefined
  let cancelLoad: Cancel = () => {}
  let nextId = 1
  let isClosed = false

  function running(): Worker {
    if (worker !== undefined) return worker
    requirePackage()
    const started = new Worker(new URL('./sherpa-worker.js', import.meta.url), { workerData: config })
    worker = started
    const { promise: done, resolve, reject } = promised()
    loading = { done, resolve, reject }
    // Whoever waits hears of it through its own turn.
    done.catch(() => undefined)
    cancelLoad = clock.after(options.loadTimeoutMs, () => {
      end(
        started,
        new ParleyError(
          'timeout',
          `The model ${options.model} did not load within ${options.loadTimeoutMs} ms.`,
        ),
      )
    })
    started.on('message', (answer: ThreadAnswer) => {
      if (worker === started) onAnswer(started, answer)
    })
    started.on('error', error => end(started, threadFailed(error.message)))
    started.on('exit', code => end(started, threadFailed(`it left with code ${code}`)))
    return started
  }

  function onAnswer(from: Worker, answer: ThreadAnswer): void {
    if (answer.kind === 'ready') {
      cancelLoad()
      loading?.resolve()
      rest()
    } else if (answer.kind === 'refused') {
      end(from, threadRefused(options.model, answer))
    } else if (answer.kind === 'worked') {
      const turn = owed.get(answer.id)
      if (turn !== undefined) turn.behind -= answer.samples
    } else {
      const turn = owed.get(answer.id)
      if (answer.kind === 'final') settle(answer.id)
      turn?.listener.onHeard(answer)
    }
  }

  function end(ended: Worker, error: ParleyError): void {
    if (worker !== ended) return
    worker = undefined
    cancelLoad()
    loading?.reject(error)
    const turns = [...owed.values()]
    for (const id of [...owed.keys()]) settle(id)
    void ended.terminate()
    for (const { listener } of turns) listener.onFailed(error)
  }

  function settle(id: number): void {
    owed.get(id)?.cancel()
    owed.delete(id)
    rest()
  }

  /** An idle recogniser does not keep the process alive. */
  function rest(): void {
    if (owed.size === 0) worker?.unref()
  }

  function post(task: ThreadTask): void {
    worker?.postMessage(task)
  }

  return {
    begin(listener) {
      const id = nextId++
      try {
        if (isClosed) throw threadFailed('it was closed')
        running().ref()
      } catch (error) {
        const wrong = ParleyError.from(error, 'provider_failed')
        queueMicrotask(() => listener.onFailed(wrong))
        return { hear() {}, finish() {}, drop() {} }
      }
      owed.set(id, { listener, behind: 0, cancel: () => {} })
      post({ kind: 'begin', id })
      return {
        hear(samples) {
          const turn = owed.get(id)
          if (turn === undefined) return
          turn.behind += samples.length
          if ((turn.behind * 1000) / options.sampleRate > options.mostBehindMs) {
            settle(id)
            post({ kind: 'drop', id })
            const message = `The model ${options.model} is too slow for this machine: it is ${options.mostBehindMs} ms behind.`
            turn.listener.onFailed(new ParleyError('provider_overloaded', message, { retryable: true }))
          } else post({ kind: 'sound', id, samples })
        },
        finish() {
          const turn = owed.get(id)
          if (turn === undefined) return
          post({ kind: 'finish', id })
          // While the model loads, that time counts first.
          const patienceMs = options.finalTimeoutMs
          const late = new ParleyError(
            'timeout',
            `The model ${options.model} gave no last words within ${patienceMs} ms.`,
            { retryable: true },
          )
          const arm = () => {
            if (owed.has(id))
              turn.cancel = clock.after(patienceMs, () => worker !== undefined && end(worker, late))
          }
          loading?.done.then(arm, () => undefined)
        },
        drop() {
          if (!owed.has(id)) return
          settle(id)
          post({ kind: 'drop', id })
        },
      }
    },
    async warm() {
      if (isClosed) throw threadFailed('it was closed')
      running()
      await loading?.done
    },
    async close() {
      isClosed = true
      const ending = worker
      if (ending !== undefined) end(ending, threadFailed('it was closed'))
      await ending?.terminate()
    },
  }
}

function promised() {
  let resolve = () => {}
  let reject: (error: ParleyError) => void = () => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve: () => resolve(), reject: (error: ParleyError) => reject(error) }
}
