/**
 * One answer to a turn: the far conversation is made what the session's says, the turn is told, facts and decisions are
 * fetched, and the model responds until it has no more tools to call. An answer that breaks off is asked for again.
 */

import { type FarAsk, factsAsText, ParleyError, type ReplyPart, type Turn } from '@parley/core'
import { goOnFrom } from '../failover/go-on.js'
import type { Reasoner } from '../reasoner/reasoner.js'
import { isLost } from './ask-far.js'
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
  if (turn.origin === 'opening' && greeting !== undefined && turn.wishes === undefined)
    return yield* speakText(talk, making.record, greeting, signal)
  if (await isBlip(talk, turn, signal)) return
  const state: AnswerState = { facts: undefined, words: undefined, goesOn: undefined }
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
      if (making.said !== '') state.goesOn = making.said
      if (tries < MOST_TRIES && talk.call.clock.now() - beganMs < talk.reachMs) continue
      if (isLost(error) && talk.lines.line === undefined) throw error
      return yield* speakText(talk, making.record, talk.trouble, signal)
    }
  }
}

interface AnswerState {
  facts: string | undefined
  /** The caller's words, once they were waited for. */
  words: string | undefined
  /** What was said before the answer broke off. */
  goesOn: string | undefined
}

interface Job {
  readonly turn: Turn
  readonly making: Making
  readonly state: AnswerState
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
  for (const { call, result } of [...talk.acts.of(turn.id), ...making.exchanges])
    for (const item of line.memory.exchange(call, result)) making.record.extras.push({ line, item })
  const notes: string[] = []
  const note = (text: string) => {
    const item = line.memory.note(text)
    notes.push(item)
    making.record.extras.push({ line, item })
  }
  try {
    yield* prepare(talk, line, job, signal)
    if (signal.aborted) return
    if (state.facts !== undefined) note(state.facts)
    const reasoner = talk.options.reasoner
    const words = state.words ?? turn.text
    const rule = making.isDecided || turn.origin === 'opening' ? undefined : reasoner?.ruleFor(words)
    if (rule !== undefined && reasoner !== undefined) {
      const asking: Asking = { turn, text: words, cause: 'rule', rule }
      const told = yield* decideByRule(talk, reasoner, { line, job, asking, note }, signal)
      if (told || signal.aborted) return
    }
    yield* converse(talk, { line, job, words, note }, signal)
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
  state.facts = factsAsText(found.facts)
}

interface Place {
  readonly line: FarLine
  readonly job: Job
  note(text: string): void
}

/** Whether the decision was told. */
async function* decideByRule(
  talk: Talk,
  reasoner: Reasoner,
  { line, job, asking, note }: Place & { readonly asking: Asking },
  signal: AbortSignal,
): AsyncGenerator<ReplyPart, boolean> {
  const { making, turn } = job
  const decision = yield* decide(talk, reasoner, { asking, making }, signal)
  if (decision === undefined || signal.aborted) return false
  note(tellExactly(decision))
  const ask: FarAsk = { ...asAsked(talk, turn, {}), tools: [], toolChoice: 'none' }
  yield* respond(talk, { line, ask, making, mayDoubt: false }, signal)
  return true
}

/** Responses and tools in turn. */
async function* converse(
  talk: Talk,
  { line, job, words, note }: Place & { readonly words: string },
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  const { turn, making, state } = job
  const { reasoner, toolLimits } = talk.options
  let how = state.goesOn === undefined ? undefined : goOnAfter(talk, state.goesOn)
  for (let stepsDone = 0; ; stepsDone++) {
    const ask = asAsked(talk, turn, { stepsDone, ...(how === undefined ? {} : { how }) })
    const mayDoubt = !making.isDecided && turn.origin !== 'opening' && state.goesOn === undefined
    const done: Responded = yield* respond(talk, { line, ask, making, mayDoubt }, signal)
    if (signal.aborted) return
    if (done.doubt !== undefined && reasoner !== undefined) {
      const asking: Asking = { turn, text: words, cause: 'rule', rule: done.doubt }
      const told = yield* decideByRule(talk, reasoner, { line, job, asking, note }, signal)
      if (told || signal.aborted) return
      how = doubtful
      continue
    }
    if (done.calls.length === 0) return
    if (stepsDone > (toolLimits?.maxSteps ?? 5)) {
      if (making.said !== '') return
      throw new ParleyError('engine_failed', `Model ${line.model.name} asks for tools without end.`)
    }
    const calls = { turn, words, calls: done.calls, text: done.text, stepsDone, making, line }
    const { goesOn, instructions } = yield* runCalls(talk, calls, signal)
    if (!goesOn || signal.aborted) return
    how = instructions
  }
}

const doubtful = 'Nobody could be asked. Answer as far as you are sure, and say plainly what you do not know.'

/** A response as this turn wants it; `how` comes behind the agent's own instructions. */
export function asAsked(
  talk: Talk,
  { wishes }: Turn,
  { how, stepsDone = 0 }: { readonly how?: string; readonly stepsDone?: number },
): FarAsk {
  const { instructions } = talk.options
  const extra = [wishes?.instructions, how].filter(text => text !== undefined)
  const whole = [instructions, ...extra].filter(text => text !== undefined).join('\n\n')
  const choice = stepsDone === 0 ? wishes?.toolChoice : undefined
  return {
    id: talk.nextAsk(),
    ...(extra.length === 0 ? {} : { instructions: whole }),
    ...(wishes?.tools === undefined ? {} : { tools: [...talk.definitions(), ...wishes.tools] }),
    ...(choice === undefined ? {} : { toolChoice: choice }),
    ...(wishes?.silent === undefined ? {} : { silent: wishes.silent }),
    ...(wishes?.maxOutputTokens === undefined ? {} : { maxOutputTokens: wishes.maxOutputTokens }),
  }
}

function goOnAfter({ call }: Talk, said: string): string | undefined {
  return goOnFrom({ history: [], language: call.language }, said).instructions
}
