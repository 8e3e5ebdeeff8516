/**
 * One answer to a turn: the far conversation is made what the session's says, the turn is told, facts and decisions are
 * fetched, and the model responds until it has no more tools to call. An answer that breaks off is asked for again.
 */

import {
  actedIn,
  type Fact,
  type FarAsk,
  factsAsText,
  ParleyError,
  type ReplyPart,
  type Turn,
} from '@parley/core'
import { askedOf } from '../cascade/asked-request.js'
import type { Decision } from '../reasoner/reasoner.js'
import { undecided } from '../reasoner/reasoner-tool.js'
import { asAsked, goOnAfter } from './as-asked.js'
import { isLost } from './ask-far.js'
import { breakOff } from './broken-off.js'
import { type Asking, decide, tellExactly } from './deciding.js'
import type { FarLine } from './far-line.js'
import { type Responded, respond } from './responding.js'
import { runCalls } from './running-tools.js'
import { speakText } from './saying.js'
import type { Making, Talk } from './talk.js'
import { tellTurn } from './telling-turn.js'
import { isBlip, wordsOfTurn } from './turn-words.js'

/** Tries of an answer of which nothing was said, where the model can be reached. */
const MOST_TRIES = 4

/** @throws ParleyError where no model can be reached */
export async function* answer(
  talk: Talk,
  turn: Turn,
  making: Making,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  const { greeting } = talk.options
  const { begun } = turn
  const isGreeting = turn.origin === 'opening' && greeting !== undefined && turn.wishes === undefined
  // A greeting that another process began is known to its end.
  if (isGreeting && begun !== undefined && begun.said !== '') return
  if (isGreeting) return yield* speakText(talk, making.record, greeting, signal)
  if (await isBlip(talk, turn, signal)) return talk.owed.drop(turn.id)
  const said = begun?.said === '' ? undefined : begun?.said
  const state: AnswerState = { facts: [], words: undefined, goesOn: said, decision: undefined }
  const beganMs = talk.call.clock.now()
  for (let tries = 1; ; tries++) {
    const line = await talk.lines.reach(signal)
    if (line === undefined || signal.aborted) return
    try {
      return yield* tryOn(talk, { turn, making, state }, signal)
    } catch (thrown) {
      if (signal.aborted) return
      const error = ParleyError.from(thrown, 'engine_failed')
      talk.call.warn(error)
      if (shouldLeave(error, tries)) talk.lines.giveUp(line, error)
      if (making.said !== '' && state.goesOn !== undefined) return
      if (making.said !== '') state.goesOn = breakOff(making, talk.pace)
      if (tries < MOST_TRIES && talk.call.clock.now() - beganMs < talk.reachMs) continue
      if (isLost(error) && talk.lines.line === undefined) throw error
      return yield* speakText(talk, making.record, talk.trouble, signal)
    }
  }
}

interface AnswerState {
  facts: readonly Fact[]
  /** The caller's words, once they were waited for. */
  words: string | undefined
  /** What was heard before the answer broke off. */
  goesOn: string | undefined
  /** What the reasoner said to it; null: it could not be asked. It is asked once for all tries. */
  decision: Decision | null | undefined
}

interface Job {
  readonly turn: Turn
  readonly making: Making
  readonly state: AnswerState
}

interface Place extends Job {
  readonly line: FarLine
  /** For this answer alone. */
  note(text: string): void
}

/** What another session, or model, may do better. */
function shouldLeave(error: ParleyError, tries: number): boolean {
  if (isLost(error)) return false
  return (
    error.code === 'timeout' ||
    error.code === 'provider_quota' ||
    error.code === 'provider_refused' ||
    tries > 1
  )
}

async function* tryOn(talk: Talk, job: Job, signal: AbortSignal): AsyncGenerator<ReplyPart> {
  const { turn, making, state } = job
  talk.lines.settle(true)
  const line = talk.lines.line
  if (line === undefined) return
  tellTurn(talk, line, turn)
  const begun = actedIn(turn.begun?.state).flatMap(({ calls, results }) =>
    calls.flatMap(call => results.filter(({ id }) => id === call.id).map(result => ({ call, result }))),
  )
  for (const { call, result } of [...begun, ...talk.acts.of(turn.id), ...making.exchanges])
    for (const item of line.memory.exchange(call, result)) making.record.extras.push({ line, item })
  const notes: string[] = []
  const note = (text: string) => {
    const item = line.memory.note(text)
    notes.push(item)
    making.record.extras.push({ line, item })
  }
  const place: Place = { ...job, line, note }
  try {
    yield* prepare(talk, line, job, signal)
    if (signal.aborted) return
    const facts = factsAsText(state.facts)
    if (facts !== undefined) note(facts)
    yield* decideByWords(talk, place, signal)
    if (signal.aborted) return
    if (state.decision) yield* tellDecision(talk, place, state.decision, signal)
    else yield* converse(talk, place, signal)
  } finally {
    if (!line.isOver) for (const item of notes) line.memory.remove(item)
  }
}

/** The words, where something depends on them, and the facts for them; once for all tries. */
async function* prepare(
  talk: Talk,
  line: FarLine,
  { turn, state }: Job,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  if (turn.origin === 'opening' || state.words !== undefined) return
  const words = await wordsOfTurn(talk, line, turn, signal)
  if (signal.aborted) return
  state.words = words
  if (words !== '') yield { kind: 'mark', mark: 'final-text' }
  if (talk.lookingUp === undefined) return
  const found = await talk.lookingUp.factsFor(words, signal)
  if (signal.aborted) return
  yield { kind: 'mark', mark: 'context' }
  if (found.use !== undefined) yield { kind: 'context', ...found.use }
  state.facts = found.facts
}

async function* decideByWords(talk: Talk, job: Job, signal: AbortSignal): AsyncGenerator<ReplyPart> {
  const { turn, making, state } = job
  const { reasoner } = talk.options
  if (making.isDecided || turn.origin === 'opening') return
  const rule = reasoner?.ruleFor(state.words ?? turn.text, talk.call.language)
  if (rule !== undefined) yield* decideBy(talk, job, rule, signal)
}

async function* decideBy(
  talk: Talk,
  { turn, making, state }: Job,
  rule: string,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  const { reasoner } = talk.options
  if (reasoner === undefined) return
  const text = state.words ?? turn.text
  const { history } = askedOf(turn, text)
  const asking: Asking = { turn: { ...turn, history }, text, facts: state.facts, cause: 'rule', rule }
  state.decision = (yield* decide(talk, reasoner, { asking, making }, signal)) ?? null
}

async function* tellDecision(
  talk: Talk,
  { line, turn, making, state, note }: Place,
  decision: Decision,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  note(tellExactly(decision))
  const how = goOnAfter(talk, state.goesOn)
  const ask: FarAsk = { ...asAsked(talk, turn, { how }), tools: [], toolChoice: 'none' }
  yield* respond(talk, { line, ask, making, mayDoubt: false }, signal)
}

/** Responses and tools in turn. */
async function* converse(talk: Talk, place: Place, signal: AbortSignal): AsyncGenerator<ReplyPart> {
  const { turn, making, state, line } = place
  const { reasoner, toolLimits } = talk.options
  let how = goOnAfter(talk, state.goesOn)
  for (let stepsDone = 0; ; stepsDone++) {
    const isUndecided = state.decision === null && stepsDone === 0
    const ask = asAsked(talk, turn, { stepsDone, how: isUndecided ? joined(how, undecided) : how })
    const mayDoubt = !making.isDecided && turn.origin !== 'opening' && state.goesOn === undefined
    const done: Responded = yield* respond(talk, { line, ask, making, mayDoubt }, signal)
    if (signal.aborted) return
    if (done.doubt !== undefined && reasoner !== undefined) {
      yield* decideBy(talk, place, done.doubt, signal)
      if (signal.aborted) return
      if (state.decision) return yield* tellDecision(talk, place, state.decision, signal)
      stepsDone = -1
      continue
    }
    if (done.calls.length === 0) return
    if (stepsDone > (toolLimits?.maxSteps ?? 5)) {
      if (making.said !== '') return
      throw new ParleyError('engine_failed', `Model ${line.model.name} asks for tools without end.`)
    }
    const given = { turn, words: state.words ?? turn.text, facts: state.facts, making, line, stepsDone }
    const calls = { ...given, calls: done.calls, text: done.text }
    const { goesOn, instructions } = yield* runCalls(talk, calls, signal)
    if (!goesOn || signal.aborted) return
    how = instructions
  }
}

function joined(one: string | undefined, other: string): string {
  return one === undefined ? other : `${one}\n\n${other}`
}
