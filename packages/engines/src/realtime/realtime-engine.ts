/**
 * A speech-to-speech model as an engine like any other: the session decides whose turn it is, the far conversation is
 * filled from the history, cut to what was heard, and renewed before its vendor ends it. See docs/speech-to-speech.md.
 */

import {
  type Engine,
  type EngineCall,
  type EngineLink,
  type FarTurns,
  ParleyError,
  type ReplyPart,
  type Turn,
  until,
} from '@parley/core'
import { createCommitments } from '../cascade/commitments.js'
import { startLookingUp } from '../cascade/looking-up.js'
import type { IncidentAction } from '../failover/incident.js'
import { speakingPaces } from '../failover/speaking-pace.js'
import { wordListsOf } from '../scripted/word-lists.js'
import { type Toolbox, toolboxOf } from '../tools/tool.js'
import { answer } from './answering.js'
import { answerAside } from './answering-aside.js'
import { createCallerSound } from './caller-sound.js'
import { listenBeside } from './ears-beside.js'
import { atRate, type Uplink } from './far-ears.js'
import { openFarLine } from './far-line.js'
import { type FarMember, startFarLines } from './far-lines.js'
import { atOneRate, membersOf } from './far-members.js'
import { createOwedTurns } from './owed-turns.js'
import type { RealtimeEngineOptions } from './realtime-options.js'
import { createReplyBook, dropCalls, forgetReply, type ReplyRecord } from './reply-record.js'
import { speakText } from './saying.js'
import { createStreamedUplink, type StreamedUplink } from './streamed-uplink.js'
import { createActs, newMaking, type Talk } from './talk.js'
import { tellTurn } from './telling-turn.js'
import { createToldUplink } from './told-uplink.js'

/** Sound that may be sent again, as much as a socket takes at once, and what is kept of it while nobody speaks, ms. */
const RING_MS = 45_000
const IDLE_MS = 3_000

/** @throws ParleyError `bad_config` without a model. */
export function createRealtimeEngine(options: RealtimeEngineOptions): Engine {
  const { models, clock, retry } = options
  if (models.length === 0) throw new ParleyError('bad_config', 'A realtime engine needs a model.')
  const shared = clock === undefined ? undefined : membersOf(models, { ...retry?.breaker, clock })
  return {
    hearsSource: true,
    connect: call =>
      connect(options, call, shared ?? membersOf(models, { ...retry?.breaker, clock: call.clock })),
  }
}

function connect(
  options: RealtimeEngineOptions,
  call: EngineCall,
  members: readonly FarMember[],
): EngineLink {
  const { reasoner, resampling, retry = {}, renewal = {} } = options
  const { rate, fit } = atOneRate(members, call)
  const turns: FarTurns = options.turns ?? { by: 'gateway' }
  const book = createReplyBook()
  const commitments = createCommitments()
  const owed = createOwedTurns()
  let asked: Turn | undefined
  const lookingUp = options.enricher && startLookingUp(call, options.enricher)
  const toolbox = asToolbox(options.tools ?? [])
  const running = new Set<AbortController>()
  const sound = createCallerSound({ rate, mostMs: RING_MS, idleMs: IDLE_MS })
  const rated = (emit: Parameters<typeof atRate>[2]) => atRate(rate, resampling, emit)
  const streamed: StreamedUplink | undefined =
    turns.by === 'gateway' ? undefined : createStreamedUplink({ sound, rate, clock: call.clock, rated })
  const uplink: Uplink = streamed ?? createToldUplink({ sound, rate, rated, dropped })
  const ears = options.ears && listenBeside(options, call, lookingUp?.overhear)
  let asks = 0
  let holdings = 0
  let drifted = false
  let closed = false

  function tell(provider: string, action: IncidentAction, error?: ParleyError): void {
    const why = error === undefined ? {} : { error }
    options.onIncident?.({ slot: 'realtime', provider, action, atMs: call.clock.now(), ...why })
  }

  function dropped(ms: number): void {
    const message = `A turn was longer than the ${RING_MS} ms of sound that are kept; its first ${Math.round(ms)} ms were not sent.`
    const error = new ParleyError('too_large', message)
    call.warn(error)
    tell(options.models[0]?.name ?? '', 'dropped-sound', error)
  }

  const definitions = () => [
    ...toolbox.list().map(({ definition }) => definition),
    ...(reasoner === undefined || options.reasoning?.tool === false ? [] : [reasoner.tool]),
  ]
  const lines = startFarLines({
    clock: call.clock,
    members: fit,
    firstMs: retry.firstMs ?? 500,
    mostMs: retry.mostMs ?? 8_000,
    reachMs: retry.reachMs ?? 8_000,
    beforeMs: renewal.beforeMs ?? 300_000,
    latestMs: renewal.latestMs ?? 30_000,
    open: (model, told) =>
      openFarLine({
        ...{ call, model, rate, book, ...told },
        settings: { instructions: options.instructions ?? '', tools: definitions(), turns },
        transcribes: ears === undefined,
        mediaOf: farMs => streamed?.mediaOf(farMs) ?? farMs,
        mediaMs: () => sound.endMs,
        heardBy: (kind, atMs) => streamed?.speech(kind, atMs),
      }),
    fill(line) {
      book.settle()
      line.memory.sync(call.history())
    },
    use: line => uplink.use(line?.session),
    tell: (model, action, error) => tell(model.name, action, error),
    isQuiet: () => running.size === 0 && !uplink.pending && lines.line?.hearing.owesWords !== true,
  })
  const talk: Talk = {
    ...{ call, options, lines, uplink, book, owed, rate, lookingUp },
    pace: speakingPaces()(),
    listening: ears?.listening,
    acts: createActs(),
    trouble: options.trouble ?? wordListsOf(call.language).trouble,
    silentMs: retry.silentMs ?? 10_000,
    reachMs: retry.reachMs ?? 8_000,
    tools: () => toolbox.list(),
    definitions,
    nextAsk: () => `ask_${++asks}`,
    nextHolding: () => holdings++,
    warnOfDrift(text, said) {
      if (drifted) return
      drifted = true
      const message = `The model was to say ${JSON.stringify(text.slice(0, 80))} and said ${JSON.stringify(said.slice(0, 80))}; other texts of this call may differ, too.`
      call.warn(new ParleyError('voice_failed', message))
    },
  }

  /** Ends with the link, too; and what of it nobody is to hear is taken out of the far memory, also once it is whole. */
  function linked(
    record: ReplyRecord,
    signal: AbortSignal,
    make: (signal: AbortSignal) => AsyncIterable<ReplyPart>,
  ): AsyncIterable<ReplyPart> {
    const own = new AbortController()
    const abort = () => {
      own.abort()
      if (closed) return
      // An answer that was cut keeps what was heard of it, which is told next; one that nobody heard leaves nothing.
      if (record.committed) return dropCalls(record)
      forgetReply(record)
      book.drop(record)
    }
    signal.addEventListener('abort', abort, { once: true })
    return (async function* () {
      if (closed || signal.aborted) return
      running.add(own)
      try {
        yield* until(own.signal, make(own.signal))
      } finally {
        running.delete(own)
        lines.settle(false)
      }
    })()
  }

  return {
    forgetSound() {
      asked = undefined
      uplink.forgetSound()
    },
    hear(frame) {
      if (closed) return
      uplink.hear(frame)
      ears?.hear(frame)
    },
    boundary(boundary) {
      uplink.boundary(boundary)
      ears?.listening.boundary(boundary)
    },
    reply(turn, signal) {
      const record = book.begin(turn)
      const commitment = commitments.expect(turn.id)
      lookingUp?.answering(turn)
      asked = turn
      return linked(record, signal, own => answer(talk, turn, newMaking(record, commitment), own))
    },
    say(text, signal, account) {
      const record = book.begin(undefined, account)
      return linked(record, signal, own => speakText(talk, record, text, own))
    },
    committed(turn) {
      book.committed(turn)
      commitments.keep(turn)
      if (asked?.id === turn) owed.keep(asked)
      lookingUp?.over(turn)
    },
    unanswered(turn) {
      owed.keep(turn)
      if (lines.line !== undefined) tellTurn(talk, lines.line, turn)
    },
    forgot(turn) {
      owed.drop(turn)
      book.forgot(turn)
      lines.line?.memory.forget(turn)
    },
    heard(heard, account) {
      book.heard(heard, account)
      owed.clear()
      uplink.answered()
    },
    aside(turn, signal) {
      const record = createReplyBook().begin(undefined)
      const commitment = createCommitments().expect(turn.id)
      return linked(record, signal, own => answerAside(talk, turn, newMaking(record, commitment), own))
    },
    async close() {
      if (closed) return
      closed = true
      for (const controller of running) controller.abort()
      lines.close()
      uplink.close()
      ears?.close()
      lookingUp?.close()
    },
  }
}

function asToolbox(tools: RealtimeEngineOptions['tools'] & {}): Toolbox {
  return 'list' in tools ? tools : toolboxOf(tools)
}
