/**
 * The cascade engine: recogniser → mind → clauses → voice, one contract for any of them. It keeps no conversation of
 * its own: a reply reads the turn and its history, so it may be prepared early and thrown away.
 */

import type { Resampling } from '@parley/audio'
import {
  type Engine,
  type EngineCall,
  type EngineLink,
  type Enricher,
  type Expression,
  type LanguageModel,
  ParleyError,
  type ReplyPart,
  type SpeechToText,
  type TextToSpeech,
  type Turn,
} from '@parley/core'
import { wordListsOf } from '../scripted/word-lists.js'
import { askedOf, requestOf } from './asked-request.js'
import { mindBehind, requestBehind } from './behind-begun.js'
import { type Commitment, createCommitments } from './commitments.js'
import { type Listening, startListening } from './listening.js'
import { startLookingUp } from './looking-up.js'
import { speakReply, speakText } from './speaking.js'

export interface CascadeOptions {
  /** Without one, spoken turns get no answer unless their text came with them; typed turns do. */
  readonly stt?: SpeechToText
  /** JSGF for recognisers that take a closed grammar. */
  readonly grammar?: string
  /**
   * JSGF of what callers say while the agent speaks, for a second stream of the same recogniser whose words are the
   * judge's alone; none without.
   */
  readonly overlapGrammar?: string
  readonly mind: LanguageModel
  /** The voice for a BCP 47 language. Without one, replies are words only. */
  readonly voices: (language: string) => TextToSpeech | undefined
  /** The voice's own name for a speaker. */
  readonly speaker?: string
  /** How everything is said. Default: as the voice does. */
  readonly expression?: Expression
  /** Who the agent is and how it is to speak, for the mind. */
  readonly instructions?: string
  /** Looks facts up for one conversation; it is closed with it. None without. */
  readonly enricher?: (call: EngineCall) => Enricher
  /** Needed if the recogniser wants another rate than the session hears. */
  readonly resampling?: Resampling
  /** Said when the mind fails twice. Default: an apology in the language of the call. */
  readonly trouble?: string
  /** Longest wait for the recogniser's final text after a turn, in ms. Default 1,500. */
  readonly sttTimeoutMs?: number
  /** Longest wait for the mind's next part, in ms. Default 10,000. */
  readonly mindTimeoutMs?: number
  /** Longest wait for the voice's next part, in ms. Default 5,000. */
  readonly voiceTimeoutMs?: number
  /** A spoken turn without words shorter than this (a cough, a click) gets no answer at all, in ms. Default 700. */
  readonly blipMs?: number
}

/** Makes the engine. `connect` throws `bad_config` if rates differ and there is no resampler. */
export function createCascade(options: CascadeOptions): Engine {
  return { connect: call => connect(options, call) }
}

function connect(options: CascadeOptions, call: EngineCall): EngineLink {
  const voice = options.voices(call.language)
  const lookingUp = options.enricher && startLookingUp(call, options.enricher)
  const commitments = createCommitments()
  const { stt, grammar, overlapGrammar, resampling, sttTimeoutMs: timeoutMs = 1_500 } = options
  const listen = (words: { readonly grammar?: string; readonly judgeOnly?: true }): Listening | undefined =>
    stt &&
    startListening(call, {
      stt,
      timeoutMs,
      ...words,
      ...(lookingUp === undefined || words.judgeOnly ? {} : { overheard: lookingUp.overhear }),
      ...(resampling === undefined ? {} : { resampling }),
    })
  const listening = listen(grammar === undefined ? {} : { grammar })
  /** Without it overlaps are judged by their sound: no reason to lose the call. */
  const listenForOverlaps = (grammar: string): Listening | undefined => {
    try {
      return listen({ grammar, judgeOnly: true })
    } catch (error) {
      call.warn(ParleyError.from(error, 'recogniser_failed'))
      return undefined
    }
  }
  const overlapped = overlapGrammar === undefined ? undefined : listenForOverlaps(overlapGrammar)
  const speaking = {
    call,
    mind: options.mind,
    voice,
    speaker: options.speaker,
    expression: options.expression,
    trouble: options.trouble ?? wordListsOf(call.language).trouble,
    mindTimeoutMs: options.mindTimeoutMs ?? 10_000,
    voiceTimeoutMs: options.voiceTimeoutMs ?? 5_000,
  }
  const running = new Set<AbortController>()
  let closed = false
  let replies = 0
  let warned = voice !== undefined

  /** Ends with the link, too. */
  async function* linked(
    signal: AbortSignal,
    make: (signal: AbortSignal) => AsyncIterable<ReplyPart>,
  ): AsyncGenerator<ReplyPart> {
    if (closed || signal.aborted) return
    const own = new AbortController()
    const abort = () => own.abort()
    running.add(own)
    signal.addEventListener('abort', abort, { once: true })
    try {
      yield* make(own.signal)
    } finally {
      signal.removeEventListener('abort', abort)
      running.delete(own)
      own.abort()
    }
  }

  /** Unique in the process, for sessions are. */
  const named = () => ({ ...speaking, reply: `${call.session}-${++replies}` })

  async function* answer(
    turn: Turn,
    commitment: Commitment | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ReplyPart> {
    const asked = askedOf(turn, await textOf(turn, listening, signal))
    if (signal.aborted) return
    const text = asked.userText ?? ''
    if (turn.origin === 'speech' && text === '') {
      const isBlip = turn.endMs - turn.startMs < (options.blipMs ?? 700)
      if (listening === undefined || isBlip) return
    }
    if (turn.origin !== 'opening') {
      yield { kind: 'mark', mark: 'final-text' }
      if (signal.aborted) return
    }
    const found = turn.origin === 'opening' ? undefined : await lookingUp?.factsFor(text, signal)
    if (signal.aborted) return
    if (turn.origin !== 'opening') {
      yield { kind: 'mark', mark: 'context' }
      if (signal.aborted) return
    }
    if (found?.use !== undefined) yield { kind: 'context', ...found.use }
    if (!warned) {
      warned = true
      call.warn(
        new ParleyError('voice_unavailable', `No voice speaks "${call.language}"; answers are text only.`),
      )
    }
    const { instructions } = options
    const { language } = call
    const { account = call.account } = turn
    const request = requestOf(turn, asked, { language, instructions, facts: found?.facts ?? [], account })
    const manner = { ...named(), account, ...(turn.wishes?.silent ? { voice: undefined } : {}) }
    const { begun } = turn
    if (begun === undefined) return yield* speakReply(manner, { ...request, ...commitment }, signal)
    const behind = { ...requestBehind(request, begun), ...commitment }
    yield* speakReply({ ...manner, mind: mindBehind(manner.mind, begun) }, behind, signal)
  }

  const say = (text: string, signal: AbortSignal, account = call.account): AsyncIterable<ReplyPart> =>
    linked(signal, own => speakText({ ...named(), account }, { text, language: call.language }, own))

  return {
    hear(frame) {
      listening?.hear(frame)
      overlapped?.hear(frame)
    },
    boundary(boundary) {
      listening?.boundary(boundary)
      overlapped?.boundary(boundary)
    },
    reply(turn, signal) {
      const commitment = commitments.expect(turn.id)
      lookingUp?.answering(turn)
      return linked(signal, own => answer(turn, commitment, own))
    },
    // Nothing of it is prepared, and no turn ends with it.
    aside: (turn, signal) => linked(signal, own => answer(turn, undefined, own)),
    committed(turn) {
      commitments.keep(turn)
      lookingUp?.over(turn)
    },
    // Without a voice nobody waits in silence: what would be said into it is not written either.
    ...(voice === undefined ? {} : { say }),
    async close() {
      closed = true
      for (const controller of running) controller.abort()
      listening?.close()
      overlapped?.close()
      lookingUp?.close()
    },
  }
}

async function textOf(turn: Turn, listening: Listening | undefined, signal: AbortSignal): Promise<string> {
  if (turn.origin !== 'speech' || listening === undefined) return turn.text.trim()
  return listening.textOf(turn, signal)
}
