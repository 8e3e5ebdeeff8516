/** A model whose every word is the test's, the world of one call, and a session that takes each answer at once. */

import {
  type DuplexEvent,
  type DuplexOptions,
  type EngineCall,
  type EngineLink,
  type Evidence,
  type FullDuplexModel,
  type HistoryEntry,
  ParleyError,
  type ReplyId,
  type ReplyPart,
  type SessionId,
  type Turn,
  type TurnId,
} from '@parley/core'
import { VirtualClock } from '@parley/sim'
import type { Decision, Question, Reasoner } from '../reasoner/reasoner.js'
import { createLiveEngine } from './live-engine.js'
import type { LiveEngineOptions } from './live-options.js'

export const RATE = 24_000

export interface FarEnd {
  readonly options: DuplexOptions
  readonly openedAtMs: number
  readonly told: { readonly text: string; readonly id: string | undefined }[]
  readonly thought: { readonly text: string; readonly id: string | undefined }[]
  readonly instructed: string[]
  /** Sound it was given, ms. */
  heardMs: number
  /** Of it, what is not silence, ms. */
  voicedMs: number
  closed: boolean
  emit(event: DuplexEvent): void
}

export interface FakeModel extends FullDuplexModel {
  readonly ends: FarEnd[]
  readonly last: FarEnd
}

export function fakeModel({ name = 'fake', rate = RATE } = {}): FakeModel {
  const ends: FarEnd[] = []
  return {
    name,
    model: 'm',
    ends,
    get last() {
      const end = ends.at(-1)
      if (end === undefined) throw new Error('no session')
      return end
    },
    rateFor: () => rate,
    open(options) {
      const end: FarEnd = {
        options,
        openedAtMs: options.clock.now(),
        told: [],
        thought: [],
        instructed: [],
        heardMs: 0,
        voicedMs: 0,
        closed: false,
        emit: event => options.onEvent(event),
      }
      ends.push(end)
      return {
        hear(samples) {
          end.heardMs += (samples.length * 1000) / rate
          end.voicedMs += (samples.filter(sample => sample !== 0).length * 1000) / rate
        },
        instruct: text => void end.instructed.push(text),
        think: (text, id) => void end.thought.push({ text, id }),
        tell: (text, id) => void end.told.push({ text, id }),
        close() {
          end.closed = true
        },
      }
    },
  }
}

export interface Answer {
  readonly turn: Turn
  readonly parts: ReplyPart[]
  readonly words: string
  readonly soundMs: number
  /** Where its words end in its sound, ms. */
  readonly untils: readonly (number | undefined)[]
  readonly over: boolean
  readonly error: unknown
  /** The caller takes the floor. */
  cut(): void
}

export interface LiveRig {
  readonly clock: VirtualClock
  readonly model: FakeModel
  readonly link: EngineLink
  readonly evidence: Evidence[]
  readonly warnings: ParleyError[]
  readonly history: HistoryEntry[]
  readonly answers: Answer[]
  /** Whether speech of the model's own accord is answered with a turn. Default: yes. */
  takes: boolean
  /** A turn that the session wants answered; `isSure`: it is over. */
  ask(turn?: Partial<Turn>, isSure?: boolean): Answer
  /** The caller's sound for so long, in frames of 20 ms. */
  frames(ms: number, level?: number): Promise<void>
  /** The model speaks; each word is 100 ms, with its transcript before its sound. */
  speak(text: string, end?: FarEnd): Promise<void>
  /** The model hears these words of the caller's, ending now. */
  hears(text: string, end?: FarEnd): void
  texts(final: boolean): string[]
}

export function liveRig(options: Partial<LiveEngineOptions> = {}, clock = new VirtualClock()): LiveRig {
  const model = (options.models?.[0] as FakeModel | undefined) ?? fakeModel()
  const evidence: Evidence[] = []
  const warnings: ParleyError[] = []
  const history: HistoryEntry[] = []
  const answers: Answer[] = []
  let turns = 0
  let mediaMs = 0

  const call: EngineCall = {
    session: 's' as SessionId,
    language: 'en',
    inputRate: RATE,
    outputRate: RATE,
    history: () => history,
    clock,
    observe(seen) {
      evidence.push(seen)
      if (seen.kind === 'end-of-turn' && rig.takes)
        rig.ask({ origin: 'engine', startMs: seen.atMs, endMs: seen.atMs })
    },
    warn: error => void warnings.push(error),
  }
  const link = createLiveEngine({ models: [model], instructions: 'be brief', ...options }).connect(
    call,
  ) as EngineLink

  const rig: LiveRig = {
    clock,
    model,
    link,
    evidence,
    warnings,
    history,
    answers,
    takes: true,
    ask(given = {}, isSure = true) {
      const turn: Turn = {
        id: `t${++turns}` as TurnId,
        origin: 'speech',
        text: '',
        startMs: mediaMs,
        endMs: mediaMs,
        history: [...history],
        ...given,
      }
      const answer = collect(link, turn)
      answers.push(answer)
      if (isSure) link.committed?.(turn.id)
      return answer
    },
    async frames(ms, level = 0) {
      const samples = new Int16Array(RATE / 50).fill(level)
      for (let at = 0; at < ms; at += 20) {
        link.hear({ samples, rate: RATE, atMs: mediaMs })
        mediaMs += 20
        await clock.advance(20)
      }
    },
    async speak(text, end = model.last) {
      for (const word of text.split(' ')) {
        const startMs = clock.now() - end.openedAtMs
        end.emit({ kind: 'said', text: ` ${word}`, startMs, endMs: startMs + 100 })
        end.emit({ kind: 'audio', samples: new Int16Array(RATE / 10).fill(1_000) })
        await clock.advance(100)
      }
    },
    hears(text, end = model.last) {
      const words = text.split(' ')
      const nowMs = end.heardMs
      for (const [at, word] of words.entries()) {
        const endMs = nowMs - (words.length - 1 - at) * 10
        end.emit({ kind: 'heard', text: ` ${word}`, startMs: Math.max(0, endMs - 10), endMs })
      }
    },
    texts: final =>
      evidence.flatMap(each => (each.kind === 'transcript' && each.final === final ? [each.text] : [])),
  }
  return rig
}

function collect(link: EngineLink, turn: Turn): Answer {
  const parts: ReplyPart[] = []
  const abort = new AbortController()
  let over = false
  let error: unknown
  const run = async () => {
    try {
      for await (const part of link.reply(turn, abort.signal)) if (!abort.signal.aborted) parts.push(part)
    } catch (thrown) {
      error = thrown
    }
    over = true
  }
  void run()
  return {
    turn,
    parts,
    get words() {
      return parts.flatMap(part => (part.kind === 'words' ? [part.text] : [])).join('')
    },
    get soundMs() {
      return parts.reduce(
        (sum, part) => sum + (part.kind === 'audio' ? (part.samples.length * 1000) / part.rate : 0),
        0,
      )
    },
    get untils() {
      return parts.flatMap(part => (part.kind === 'words' ? [part.untilMs] : []))
    },
    get over() {
      return over
    },
    get error() {
      return error
    },
    cut: () => abort.abort(),
  }
}

export interface FakeReasoner extends Reasoner {
  readonly asked: { readonly question: Question; readonly signal: AbortSignal }[]
  /** Answers the latest question, or one of those before. */
  answer(text: string, at?: number): void
  fail(): void
}

export function fakeReasoner(): FakeReasoner {
  const asked: FakeReasoner['asked'][number][] = []
  const waiting: { resolve(decision: Decision): void; reject(error: unknown): void }[] = []
  return {
    name: 'wise',
    tool: { name: 'ask', description: '', parameters: {} },
    ruleFor: () => undefined,
    doubtIn: () => undefined,
    holding: (_, nth) => `one moment ${nth}`,
    asked,
    decide: (question, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ question, signal })
        waiting.push({ resolve, reject })
      }),
    answer: (text, at = -1) =>
      waiting.at(at)?.resolve({ text, tookMs: 1_300, inputTokens: 5, outputTokens: 7 }),
    fail: () => waiting.at(-1)?.reject(new ParleyError('timeout', 'too late')),
  }
}

export const reply = 'r' as ReplyId
