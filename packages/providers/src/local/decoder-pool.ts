/**
 * Worker processes of the recogniser, shared by all streams. Each process decodes several utterances at once; what is
 * over that waits in a bounded queue. A process that dies or hangs takes its utterances with it (each is told) and is
 * started again with growing pauses. Every utterance ends exactly once: final, failed or cancelled.
 */

import { type Cancel, type Clock, ParleyError } from '@parley/core'
import { type DecoderProcess, startDecoderProcess } from './decoder-process.js'
import { type DecoderAnswer, type DecoderScores, encodeRequest } from './decoder-protocol.js'
import { createGrammarShelf, type Grammar } from './grammar-shelf.js'

export interface DecoderPoolOptions {
  readonly clock: Clock
  readonly python: string
  readonly model: string
  readonly processes: number
  readonly utterancesPerProcess: number
  readonly queuedUtterances: number
  readonly finalTimeoutMs: number
  /** ARPAbet by word, for words the dictionary lacks. */
  readonly pronunciations: Readonly<Record<string, readonly string[]>>
}

export interface UtteranceListener {
  onPartial(scores: DecoderScores): void
  /** Undefined when no path through the grammar fits. */
  onFinal(scores: DecoderScores | undefined): void
  onFailed(error: ParleyError): void
}

export interface PooledUtterance {
  /** Takes the samples over. */
  audio(samples: Int16Array): void
  end(): void
  /** No more calls to the listener. */
  cancel(): void
}

export interface DecoderPool {
  /** Loads a grammar ahead of its first utterance; `onRefused` is called later, at most once. */
  load(jsgf: string, onRefused: (error: ParleyError) => void): LoadedGrammar
  begin(grammar: LoadedGrammar, listener: UtteranceListener): PooledUtterance
  /** Process ids of the workers that are ready. */
  pids(): readonly number[]
  close(): Promise<void>
}

export interface LoadedGrammar {
  readonly grammar: Grammar
  /** No stream of the caller uses it any more. */
  release(): void
}

interface Slot {
  process: DecoderProcess | undefined
  ready: boolean
  readonly jobs: Map<number, Job>
  readonly grammars: Set<number>
  /** Utterances of this process, for its retirement. */
  uses: number
  retiring: boolean
  /** Ends since the last final, for the pause before the next start. */
  failures: number
  cancelStart: Cancel | undefined
}

interface Job {
  readonly id: number
  readonly grammar: Grammar
  readonly listener: UtteranceListener
  slot: Slot | undefined
  waiting: Uint8Array[]
  ended: boolean
  cancelTimeout: Cancel | undefined
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** The decoder library keeps some 60 kB of each utterance for ever, so a process is replaced after this many. */
const USES_PER_PROCESS = 1_000

export function createDecoderPool(options: DecoderPoolOptions): DecoderPool {
  const { clock, python, model } = options
  const slots = Array.from({ length: options.processes }, newSlot)
  const shelf = createGrammarShelf(grammar => forEachProcess(slot => forget(slot, grammar)))
  const queue: Job[] = []
  let nextId = 1
  let closed = false
  let lastExit: string | undefined
  let onLastExit: (() => void) | undefined

  for (const slot of slots) start(slot)

  function start(slot: Slot): void {
    slot.cancelStart = undefined
    slot.grammars.clear()
    slot.uses = 0
    slot.retiring = false
    slot.process = startDecoderProcess({
      python,
      model,
      onAnswer: answer => onAnswer(slot, answer),
      onExit: reason => onExit(slot, reason),
    })
  }

  function onExit(slot: Slot, reason: string): void {
    slot.process = undefined
    slot.ready = false
    if (closed) {
      if (slots.every(each => each.process === undefined)) onLastExit?.()
      return
    }
    const pauseMs = slot.retiring ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** slot.failures)
    if (!slot.retiring) {
      slot.failures++
      lastExit = reason
    }
    slot.cancelStart = clock.after(pauseMs, () => start(slot))
    const message = `The speech recogniser ${reason}; it is being restarted, please say it again.`
    for (const job of slot.jobs.values()) {
      fail(job, new ParleyError('recogniser_failed', message, { retryable: true }))
    }
  }

  function onAnswer(slot: Slot, answer: DecoderAnswer): void {
    if (answer.kind === 'ready') {
      slot.ready = true
      for (const grammar of shelf.used()) teach(slot, grammar)
      return dispatch()
    }
    if (answer.kind === 'grammar') return onGrammar(answer)
    const job = slot.jobs.get(answer.id)
    if (job === undefined) return
    switch (answer.kind) {
      case 'partial':
        return job.listener.onPartial(answer)
      case 'failed':
        return fail(job, new ParleyError('recogniser_failed', `The recogniser failed: ${answer.message}.`))
      case 'final':
        slot.failures = 0
        settle(job)
        job.listener.onFinal('score' in answer ? answer : undefined)
        return retireIfWorn(slot)
      default:
        answer satisfies never
    }
  }

  function onGrammar(answer: Extract<DecoderAnswer, { kind: 'grammar' }>): void {
    const grammar = shelf.byId(answer.id)
    if (grammar === undefined || answer.problem === undefined) return
    const error = shelf.refuse(grammar, answer)
    const hit = [...slots.flatMap(slot => [...slot.jobs.values()]), ...queue]
    for (const job of hit) if (job.grammar === grammar) fail(job, error)
  }

  function teach(slot: Slot, grammar: Grammar): void {
    if (!slot.ready || slot.grammars.has(grammar.id) || grammar.refused !== undefined) return
    slot.grammars.add(grammar.id)
    const { jsgf, words } = grammar
    const payload = JSON.stringify({ jsgf, words, pronunciations: options.pronunciations })
    slot.process?.send(encodeRequest('G', grammar.id, new TextEncoder().encode(payload)))
  }

  function forget(slot: Slot, grammar: Grammar): void {
    if (slot.grammars.delete(grammar.id)) slot.process?.send(encodeRequest('g', grammar.id))
  }

  function forEachProcess(run: (slot: Slot) => void): void {
    for (const slot of slots) if (slot.process !== undefined) run(slot)
  }

  function dispatch(): void {
    while (queue.length > 0) {
      const slot = leastBusy()
      const job = slot === undefined ? undefined : queue.shift()
      if (slot === undefined || job === undefined) return
      assign(slot, job)
    }
  }

  function leastBusy(): Slot | undefined {
    const free = slots.filter(
      slot => slot.ready && !slot.retiring && slot.jobs.size < options.utterancesPerProcess,
    )
    return free.reduce<Slot | undefined>(
      (best, slot) => (best === undefined || slot.jobs.size < best.jobs.size ? slot : best),
      undefined,
    )
  }

  function assign(slot: Slot, job: Job): void {
    job.slot = slot
    slot.jobs.set(job.id, job)
    slot.uses++
    teach(slot, job.grammar)
    const grammarId = new Uint8Array(4)
    new DataView(grammarId.buffer).setUint32(0, job.grammar.id, true)
    slot.process?.send(encodeRequest('B', job.id, grammarId))
    for (const bytes of job.waiting) slot.process?.send(encodeRequest('A', job.id, bytes))
    job.waiting = []
    if (job.ended) slot.process?.send(encodeRequest('E', job.id))
  }

  /** Takes a job out of everything; true the first time. */
  function settle(job: Job): void {
    job.cancelTimeout?.()
    job.waiting = []
    job.ended = true
    job.slot?.jobs.delete(job.id)
    const queued = queue.indexOf(job)
    if (queued >= 0) queue.splice(queued, 1)
    shelf.release(job.grammar)
    // In the next turn, so that nothing begins while others are being settled.
    queueMicrotask(dispatch)
  }

  function fail(job: Job, error: ParleyError): void {
    settle(job)
    job.listener.onFailed(error)
  }

  function retireIfWorn(slot: Slot): void {
    if (slot.uses < USES_PER_PROCESS || slot.jobs.size > 0 || slot.retiring) return
    slot.retiring = true
    slot.ready = false
    slot.process?.kill()
  }

  function onOverdue(job: Job): void {
    const { slot } = job
    const seconds = options.finalTimeoutMs / 1000
    if (slot === undefined && lastExit !== undefined && slots.every(each => !each.ready)) {
      const message = `The speech recogniser does not start: it ${lastExit}. See \`parley doctor\`.`
      return fail(job, new ParleyError('recogniser_unavailable', message, { retryable: true }))
    }
    if (slot === undefined) {
      const message = `No recogniser was free within ${seconds} s; please say it again.`
      return fail(job, new ParleyError('overloaded', message, { retryable: true }))
    }
    const message = `The recogniser gave no answer within ${seconds} s and is being restarted; please say it again.`
    fail(job, new ParleyError('timeout', message, { retryable: true }))
    slot.process?.kill()
  }

  function handle(job: Job): PooledUtterance {
    let settled = false
    return {
      audio(samples) {
        if (job.ended) return
        const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
        if (job.slot === undefined) job.waiting.push(bytes)
        else job.slot.process?.send(encodeRequest('A', job.id, bytes))
      },
      end() {
        if (job.ended) return
        job.ended = true
        job.slot?.process?.send(encodeRequest('E', job.id))
        job.cancelTimeout = clock.after(options.finalTimeoutMs, () => onOverdue(job))
      },
      cancel() {
        if (settled) return
        settled = true
        const live = job.slot?.jobs.get(job.id) === job || queue.includes(job)
        if (!live) return
        job.slot?.process?.send(encodeRequest('X', job.id))
        settle(job)
      },
    }
  }

  return {
    load(jsgf, onRefused) {
      const grammar = shelf.take(jsgf, onRefused)
      forEachProcess(slot => teach(slot, grammar))
      return { grammar, release: () => shelf.release(grammar, onRefused) }
    },
    begin({ grammar }, listener) {
      const job: Job = {
        id: nextId++,
        grammar,
        listener,
        slot: undefined,
        waiting: [],
        ended: false,
        cancelTimeout: undefined,
      }
      shelf.hold(grammar)
      queue.push(job)
      if (grammar.refused !== undefined) {
        const { refused } = grammar
        queueMicrotask(() => queue.includes(job) && fail(job, refused))
        return handle(job)
      }
      dispatch()
      if (queue.length > options.queuedUtterances) {
        const message = `More than ${options.queuedUtterances} utterances wait for a recogniser; please say it again.`
        queueMicrotask(
          () => queue.includes(job) && fail(job, new ParleyError('overloaded', message, { retryable: true })),
        )
      }
      return handle(job)
    },
    pids: () =>
      slots.flatMap(({ process, ready }) => (ready && process?.pid !== undefined ? [process.pid] : [])),
    async close() {
      if (closed) return
      closed = true
      for (const job of [...queue, ...slots.flatMap(slot => [...slot.jobs.values()])]) {
        job.cancelTimeout?.()
        job.ended = true
      }
      queue.length = 0
      for (const slot of slots) {
        slot.jobs.clear()
        slot.cancelStart?.()
      }
      if (slots.every(slot => slot.process === undefined)) return
      const exited = new Promise<void>(resolve => {
        onLastExit = resolve
      })
      forEachProcess(slot => slot.process?.kill())
      await exited
    },
  }
}

function newSlot(): Slot {
  return {
    process: undefined,
    ready: false,
    jobs: new Map(),
    grammars: new Set(),
    uses: 0,
    retiring: false,
    failures: 0,
    cancelStart: undefined,
  }
}
