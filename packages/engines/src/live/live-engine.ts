/**
 * A full-duplex model as an engine: it hears all the time and decides itself when it speaks. The session still decides
 * what is heard: each stretch of the model's speech is the answer of a turn, and is cut like any other.
 *
 * The far memory cannot be cut, so the model is told in words what the caller did not hear. There is no `say`: what the
 * model would make of a text, and when, cannot be told apart from its own speech. What must be told is told by the line's own
 * voice (`announce`), while what the model says waits.
 */

import {
  defined,
  type Engine,
  type EngineCall,
  type EngineLink,
  type FullDuplexModel,
  ParleyError,
  type ReplyPart,
  type Turn,
  type TurnId,
} from '@parley/core'
import { asideByReasoner } from './aside-by-reasoner.js'
import { callerWords } from './caller-words.js'
import { delegations } from './delegations.js'
import { farLine } from './far-line.js'
import { farMemory } from './far-memory.js'
import { knownTurns } from './known-turns.js'
import { lineNote, lineVoice } from './line-voice.js'
import type { LiveEngineOptions } from './live-options.js'
import { modelVoice, type Reader } from './model-voice.js'
import { soundLine } from './sound-line.js'
import { tellTurn } from './tell-turn.js'
import { unheardNote } from './unheard-note.js'

export type { LiveEngineOptions } from './live-options.js'

/** @throws ParleyError `bad_config` without a model, or, by `connect`, where models want different rates. */
export function createLiveEngine(options: LiveEngineOptions): Engine {
  if (options.models.length === 0) throw new ParleyError('bad_config', 'The live engine needs a model.')
  return { hearsSource: true, connect: call => connect(options, call) }
}

const brokenLine =
  'Your line to the caller broke for a moment while you spoke. Go on from where they heard you last, if it still matters.'

function connect(options: LiveEngineOptions, call: EngineCall): EngineLink {
  const rate = rateOf(options.models, call.outputRate)
  const { clock } = call
  const ended = new AbortController()
  const known = knownTurns()
  let isCallerSpeaking = false
  let wasBrokenOff = false
  let asked: { readonly turn: Turn; readonly reader: Reader } | undefined
  /** Words of the latest reply, until it is known what of them was heard. */
  let said: string | undefined
  /** A turn that is over and whose answer is asked for later: behind what the line says. */
  let committedFirst: TurnId | undefined
  let noted: string | undefined

  const words = callerWords({
    clock,
    pauseMs: options.utterancePauseMs ?? 700,
    observe: evidence => call.observe(evidence),
  })
  const sound = soundLine({
    rate,
    resampling: options.resampling,
    clock,
    give: samples => far.hear(samples),
    warn: error => call.warn(error),
  })
  const voice = modelVoice({
    rate,
    clock,
    quietMs: options.quietMs ?? 400,
    onBegin() {
      words.finish()
      words.answered()
      far.answered()
    },
    onUnclaimed: () => call.observe({ kind: 'end-of-turn', atMs: sound.nowMs, source: 'engine' }),
    warn: error => call.warn(error),
  })
  const ownVoice = options.lineVoice?.(call.language)
  const line =
    ownVoice &&
    lineVoice({
      ...{ voice: ownVoice, language: call.language, clock },
      begins(text) {
        // It may be said again from its beginning, where it was cut.
        if (noted !== text) far.think(lineNote(text))
        noted = text
        return voice.hold()
      },
    })
  const tasks = delegations({
    reasoner: options.reasoner,
    language: call.language,
    clock,
    ...defined({ account: call.account }),
    holdingAfterMs: options.holdingAfterMs ?? 4_000,
    history: () => call.history(),
    think: (text, task) => far.think(text, task),
    tell: (text, task) => far.tell(text, task),
    decided: (text, parts) => voice.expect(text, parts),
    warn: error => call.warn(error),
  })
  const far = farLine({
    models: options.models,
    rate,
    language: call.language,
    instructions: options.instructions,
    clock,
    ...defined({ account: call.account }),
    renewBeforeMs: options.renewBeforeMs ?? 60_000,
    keptMs: options.keptMs ?? 8_000,
    memory: () => farMemory(call.history(), line),
    isQuiet: () => !isCallerSpeaking && !words.isOpen && !voice.isBusy && tasks.askedAtMs === undefined,
    onEvent(event) {
      switch (event.kind) {
        case 'audio':
          return voice.audio(event.samples)
        case 'said':
          return voice.words(event.text, event.startMs, event.endMs)
        case 'heard':
          return words.hear(event.text, sound.mediaMs(event.startMs), sound.mediaMs(event.endMs))
        case 'delegation':
          return tasks.begin({ session: far.session, id: event.id }, { text: question(), atMs: sound.nowMs })
        default:
          event satisfies never
      }
    },
    onChange: givenMs => sound.restart(givenMs),
    onLost() {
      wasBrokenOff ||= voice.isSpeaking
      voice.breakOff()
      words.finish()
    },
    onRestored() {
      if (wasBrokenOff) far.instruct(brokenLine)
      wasBrokenOff = false
    },
    warn: error => call.warn(error),
  })

  /** What the caller asked last: in words that may stand in no history yet. */
  function question(): string {
    const last = call.history().findLast(({ role }) => role === 'user')
    return words.latest || (last?.text ?? '')
  }

  function patienceMs(sinceMs: number): number {
    const mostMs =
      tasks.askedAtMs === undefined ? (options.patienceMs ?? 8_000) : (options.delegationPatienceMs ?? 18_000)
    return ended.signal.aborted || far.isOver ? 0 : sinceMs + mostMs - clock.now()
  }

  function readerOf(): Reader {
    const sinceMs = clock.now()
    return {
      patienceMs: () => patienceMs(sinceMs),
      onSaid(text) {
        said = text
      },
    }
  }

  async function* answer(turn: Turn, reader: Reader, signal: AbortSignal): AsyncGenerator<ReplyPart> {
    let hasSpoken = false
    for await (const part of voice.read(reader, signal)) {
      hasSpoken = true
      if (part.kind !== 'audio' || turn.wishes?.silent !== true) yield part
    }
    if (hasSpoken || signal.aborted || ended.signal.aborted) return
    if (far.trouble !== undefined) throw far.trouble
  }

  /** The turn is over, and will be answered by what was asked of it. */
  function isSure(id: TurnId): void {
    committedFirst = asked?.turn.id === id ? undefined : id
    if (asked?.turn.id !== id) return
    const { turn, reader } = asked
    asked = undefined
    voice.settle(reader)
    known.add(turn.id)
    tellTurn(far, turn, { greeting: options.greeting, news: known.news })
    const { askedAtMs } = tasks
    if (askedAtMs === undefined || turn.startMs <= askedAtMs) return
    const isOther = turn.origin === 'text' || words.countSince(askedAtMs) >= (options.movedOnWords ?? 4)
    if (isOther) tasks.moveOn()
  }

  return {
    ...(line === undefined
      ? {}
      : { announce: (text, signal, account = call.account) => line.say(text, signal, account) }),
    hear: frame => sound.hear(frame),
    boundary({ kind }) {
      isCallerSpeaking = kind === 'speech-start'
    },
    reply(turn, signal) {
      const reader = readerOf()
      asked = { turn, reader }
      if (committedFirst === turn.id) isSure(turn.id)
      return answer(turn, reader, signal)
    },
    committed: isSure,
    unanswered(turn) {
      known.add(turn.id)
    },
    heard(heard, { final }) {
      if (!final || said === undefined) return
      const note = heard.complete ? undefined : unheardNote(said, line?.apart(heard.text).own ?? heard.text)
      said = undefined
      if (note !== undefined) far.think(note)
    },
    aside: (turn, signal) => asideByReasoner(options.reasoner, call, turn, signal),
    async close() {
      if (ended.signal.aborted) return
      ended.abort()
      tasks.close()
      voice.close()
      words.close()
      sound.close()
      far.close()
    },
  }
}

function rateOf(models: readonly FullDuplexModel[], outputRate: number): number {
  const rates = new Set(models.map(model => model.rateFor(outputRate)))
  const [rate] = rates
  if (rate !== undefined && rates.size === 1) return rate
  const names = models.map(({ name, model }) => `${name} ${model}`).join(', ')
  throw new ParleyError(
    'bad_config',
    `These models want different rates and cannot stand in for each other: ${names}.`,
  )
}
