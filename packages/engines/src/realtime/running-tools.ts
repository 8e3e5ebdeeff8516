/** The calls of one response: the agent's own are run, the reasoner's is asked, those of the far end's client go out. */

import {
  type Fact,
  type LanguageModelRequest,
  type ReplyPart,
  type SessionAction,
  stateOfActed,
  type ToolCall,
  type ToolResult,
  type Turn,
} from '@parley/core'
import { undecided } from '../reasoner/reasoner-tool.js'
import { runStep } from '../tools/run-step.js'
import type { ToolOutcome } from '../tools/run-tool.js'
import type { Tool } from '../tools/tool.js'
import { askedIn, decide, tellResult } from './deciding.js'
import type { FarLine } from './far-line.js'
import { speakText } from './saying.js'
import type { Exchange, Making, Talk } from './talk.js'

export interface CallsOf {
  readonly turn: Turn
  /** The caller's words, as far as they are known. */
  readonly words: string
  readonly facts: readonly Fact[]
  readonly calls: readonly ToolCall[]
  /** Said before the calls in the same response. */
  readonly text: string
  readonly stepsDone: number
  readonly making: Making
  readonly line: FarLine
}

export interface CallsDone {
  /** Whether the model is to go on with the results. */
  readonly goesOn: boolean
  /** How it is to tell them. */
  readonly instructions?: string
}

export async function* runCalls(
  talk: Talk,
  given: CallsOf,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart, CallsDone> {
  const { turn, making, line } = given
  const { reasoner } = talk.options
  const outside = new Set(turn.wishes?.tools?.map(({ name }) => name))
  const calls = given.calls.filter(({ name }) => !outside.has(name))
  const expert = talk.options.reasoning?.tool === false ? undefined : reasoner?.tool.name
  const questions = calls.filter(({ name }) => name === expert)
  const own = calls.filter(({ name }) => name !== expert)
  const keep = (exchange: Exchange) => {
    making.exchanges.push(exchange)
    if (line.isOver) return
    for (const item of line.memory.exchange(exchange.call, exchange.result))
      making.record.extras.push({ line, item })
  }
  let actions: readonly SessionAction[] = []
  if (own.length > 0) {
    const outcomes = yield* runOwn(talk, { ...given, calls: own }, signal)
    if (signal.aborted) return { goesOn: false }
    for (const [at, { result }] of outcomes.entries()) {
      const call = own[at]
      if (call !== undefined) keep({ call, result })
    }
    actions = outcomes.flatMap(({ action }) => (action === undefined ? [] : [action]))
    for (const action of actions) yield { kind: 'action', action }
  }
  let isTold = false
  for (const call of questions) {
    const asked = askedIn(call.arguments)
    const asking = { turn, text: given.words, facts: given.facts, asked, cause: 'tool' } as const
    const isFirst = reasoner !== undefined && !making.isDecided
    const decision = isFirst ? yield* decide(talk, reasoner, { asking, making }, signal) : undefined
    if (signal.aborted) return { goesOn: false }
    isTold ||= decision !== undefined
    const text = decision?.text ?? (isFirst ? undecided : askedBefore)
    keep({ call, result: { id: call.id, text, failed: decision === undefined } })
  }
  const out = given.calls.filter(({ name }) => outside.has(name))
  for (const call of out) yield { kind: 'tool-call', call }
  // Whoever said goodbye and hung up has nothing to add.
  const isLast = actions.length > 0 && actions.length === calls.length && given.text.trim() !== ''
  return { goesOn: out.length === 0 && !isLast, ...(isTold ? { instructions: tellResult } : {}) }
}

const askedBefore = 'It was asked already in this answer: use that result.'

async function* runOwn(
  talk: Talk,
  { turn, words, calls, text, stepsDone, making, line }: CallsOf,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart, readonly ToolOutcome[]> {
  const { call, options, acts } = talk
  const tools = talk.tools()
  const acting = calls.filter(isActing(tools))
  // Kept before it is done: whoever interrupts meanwhile must not have it done twice.
  if (acting.length > 0)
    yield actedState(
      [...making.exchanges, ...acting.map(each => ({ call: each, result: notKnown(each) }))],
      tools,
    )
  const request: LanguageModelRequest = {
    ...{ userText: words, history: turn.history, language: call.language },
    committed: making.commitment.committed,
  }
  const context = {
    options: { ...options.toolLimits, tools, clock: call.clock, warn: call.warn },
    ...{ request, tools, stepsDone },
    acted(made: ToolCall, result: ToolResult) {
      acts.add(turn.id, { call: made, result })
      // The answer may be gone, what was done is not.
      if (signal.aborted && !line.isOver) line.memory.exchange(made, result)
    },
  }
  const step = runStep(context, { text, calls }, signal)
  for (;;) {
    const next = await step.next()
    if (next.done === true) {
      if (acting.length === 0 || signal.aborted) return next.value
      const done = calls.flatMap((each, at) => {
        const result = next.value[at]?.result
        return result === undefined ? [] : [{ call: each, result }]
      })
      yield actedState([...making.exchanges, ...done], tools)
      return next.value
    }
    const filler = next.value.kind === 'text' ? next.value.text.trim() : ''
    // Whoever waits is to know that there is life.
    if (filler === '' || turn.wishes?.silent === true) yield { kind: 'usage', ...making.cost }
    else if (making.said === '') yield { kind: 'filler', text: filler }
    else yield* speakText(talk, making.record, filler, signal)
  }
}

function isActing(tools: readonly Tool[]): (call: ToolCall) => boolean {
  return ({ name }) => tools.some(({ definition, acts }) => acts === true && definition.name === name)
}

function notKnown({ id }: ToolCall): ToolResult {
  return { id, text: 'The caller spoke meanwhile; whether it was done is not known.', failed: true }
}

/** What tools that act did for this answer, for the answers to later turns. */
function actedState(exchanges: readonly Exchange[], tools: readonly Tool[]): ReplyPart {
  const acted = exchanges
    .filter(({ call }) => isActing(tools)(call))
    .map(({ call, result }) => ({ text: '', calls: [call], results: [result] }))
  return { kind: 'state', state: stateOfActed(acted) }
}
