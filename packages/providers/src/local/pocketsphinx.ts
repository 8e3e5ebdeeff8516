/**
 * The embedded recogniser: pocketsphinx in processes of its own, for closed grammars in English. It is not offered
 * for free speech, at which it is poor. Sound outside the grammar gives no final.
 */

import { availableParallelism } from 'node:os'
import { type Clock, ParleyError, type SpeechToText, type SttStream, systemClock } from '@parley/core'
import { createDecoderPool } from './decoder-pool.js'
import { defaultModel } from './known-words.js'
import { openPocketsphinxStream, RATE } from './pocketsphinx-stream.js'

export interface PocketsphinxOptions {
  /** For pauses and time limits. Default: the machine's. */
  readonly clock?: Clock
  /** Interpreter that has the binding, as `findPocketsphinx` names it. Default `/usr/bin/python3`. */
  readonly python?: string
  /** Folder of the acoustic model and dictionary. Default: where Debian puts it. */
  readonly model?: string
  /** Worker processes. Default 2, or 1 on a machine with one core. */
  readonly processes?: number
  /**
   * Utterances decoded at once by each process, about 17 MB and 5 % of a core each while someone speaks. Default 8.
   */
  readonly utterancesPerProcess?: number
  /** Utterances that may wait for a process; one more gets `overloaded`. Default 32. */
  readonly queuedUtterances?: number
  /** Longest utterance in ms; it is decoded up to there and an error says so. Default 30,000. */
  readonly longestUtteranceMs?: number
  /** Longest wait for a final after `finish`, in ms, before the process counts as hung. Default 5,000. */
  readonly finalTimeoutMs?: number
  /** ARPAbet pronunciations by lower-case word, for words the dictionary lacks: `{ parley: ['P AA R L IY'] }`. */
  readonly pronunciations?: Readonly<Record<string, readonly string[]>>
}

/** A recogniser with what only the embedded one can tell. */
export interface Pocketsphinx extends SpeechToText {
  /** Process ids of the workers that are ready. */
  pids(): readonly number[]
}

/**
 * Starts the worker processes at once. Streams emit `bad_grammar` when the grammar is missing, does not parse or has
 * words without pronunciation, `bad_audio` for frames of another rate, `recogniser_failed` (retryable) when a process
 * dies under an utterance, `recogniser_unavailable` when none starts or the language is not English.
 */
export function createPocketsphinx(options: PocketsphinxOptions = {}): Pocketsphinx {
  const streams = new Set<SttStream>()
  const pool = createDecoderPool({
    clock: options.clock ?? systemClock,
    python: options.python ?? '/usr/bin/python3',
    model: options.model ?? defaultModel,
    processes: options.processes ?? Math.min(2, availableParallelism()),
    utterancesPerProcess: options.utterancesPerProcess ?? 8,
    queuedUtterances: options.queuedUtterances ?? 32,
    finalTimeoutMs: options.finalTimeoutMs ?? 5_000,
    pronunciations: options.pronunciations ?? {},
  })
  let closed = false

  return {
    name: 'pocketsphinx',
    sampleRate: RATE,
    open({ language, grammar, onEvent }) {
      const refusal = closed ? shut() : refusalOf(language, grammar)
      if (refusal !== undefined || grammar === undefined) {
        return deafStream(onEvent, refusal ?? noGrammar())
      }
      const loaded = pool.load(grammar, error => onEvent({ kind: 'error', error }))
      const stream = openPocketsphinxStream({
        pool,
        grammar: loaded,
        longestMs: options.longestUtteranceMs ?? 30_000,
        emit: onEvent,
        onClose: () => streams.delete(stream),
      })
      streams.add(stream)
      return stream
    },
    pids: () => pool.pids(),
    async close() {
      closed = true
      for (const stream of streams) stream.close()
      await pool.close()
    },
  }
}

function refusalOf(language: string, grammar: string | undefined): ParleyError | undefined {
  if (!/^en(-|$)/i.test(language)) {
    const message = `The embedded recogniser hears English only, not "${language}"; type, or use another recogniser.`
    return new ParleyError('recogniser_unavailable', message)
  }
  return grammar === undefined ? noGrammar() : undefined
}

function noGrammar(): ParleyError {
  const message =
    'The embedded recogniser needs a grammar and does not take free speech; use a scripted agent or another recogniser.'
  return new ParleyError('bad_grammar', message)
}

function shut(): ParleyError {
  return new ParleyError('recogniser_unavailable', 'The recogniser is closed; open a new one.')
}

type OnEvent = Parameters<SpeechToText['open']>[0]['onEvent']

/** Says once why it cannot hear and then answers every `finish`, so that nothing waits for it. */
function deafStream(onEvent: OnEvent, error: ParleyError): SttStream {
  let closed = false
  queueMicrotask(() => closed || onEvent({ kind: 'error', error }))
  return {
    hear() {},
    begin() {},
    finish(atMs) {
      if (!closed) onEvent({ kind: 'finished', atMs })
    },
    close() {
      closed = true
    },
  }
}
