/**
 * A model that runs tools: the calls of a step are carried out, their results told, and the answer goes on, as one
 * stream. Between the steps nothing is kept but with the request: the same request streamed again (after a failure)
 * goes on behind the tools that were run for it, so that nothing is done twice. So does the answer to a turn that went
 * on after its answer had begun to act.
 */

import {
  type DecisionUse,
  type LanguageModel,
  type LanguageModelPart,
  type LanguageModelRequest,
  ParleyError,
  type SessionAction,
  stateOfActed,
  type ToolCall,
  type ToolExchange,
  type ToolResult,
} from '@parley/core'
import { runStep, type Step, type WithToolsOptions } from './run-step.js'
import { actedState, isActing, notKnown, parted } from './step-state.js'
import { type Tool, toolboxOf } from './tool.js'

export type { WithToolsOptions } from './run-step.js'

export function withTools(model: LanguageModel, options: WithToolsOptions): LanguageModel {
  const toolbox = 'list' in options.tools ? options.tools : toolboxOf(options.tools)
  const done = new WeakMap<LanguageModelRequest, Done>()
  const acts = new WeakMap<object, ToolExchange[]>()
  return {
    name: model.name,
    stream(request, signal) {
      const key = request.turnKey ?? request
      const acted = acts.get(key) ?? []
      acts.set(key, acted)
      const soFar = done.get(request) ?? { exchanges: [], actions: [] }
      done.set(request, soFar)
      for (const exchange of acted) if (!isTold(soFar, exchange)) soFar.exchanges.push(exchange)
      const context = { model, options, request, soFar, tools: toolbox.list() }
      // What was said before it was not heard.
      const tell = (call: ToolCall, result: ToolResult) =>
        void acted.push({ text: '', calls: [call], results: [result] })
      return answer({ ...context, acted: tell }, signal)
    },
    async warm() {
      await Promise.all([model.warm?.(), toolbox.warm()])
    },
    async close() {
      await Promise.all([model.close?.(), toolbox.close()])
    },
  }
}

/** What was done for a request, in this try and those before. */
interface Done {
  readonly exchanges: ToolExchange[]
  readonly actions: SessionAction[]
  /** The last that was made for it. */
  decision?: DecisionUse
}

function isTold({ exchanges }: Done, { calls: [acted] }: ToolExchange): boolean {
  return exchanges.some(({ calls }) => calls.some(call => call === acted))
}

interface Answer {
  readonly model: LanguageModel
  readonly options: WithToolsOptions
  readonly request: LanguageModelRequest
  readonly soFar: Done
  readonly tools: readonly Tool[]
  acted(call: ToolCall, result: ToolResult): void
}

type Parts<Result = void> = AsyncGenerator<LanguageModelPart, Result>

async function* answer(context: Answer, signal: AbortSignal): Parts {
  const { options, request, soFar, tools, model } = context
  const { maxSteps = 5 } = options
  const cost = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
  const definitions = request.toolChoice === 'none' ? [] : tools.map(({ definition }) => definition)
  // Of two tools with one name the agent's own counts.
  const foreign = (request.tools ?? []).filter(({ name }) => !definitions.some(own => own.name === name))
  const { toolChoice, ...plain } = request
  const ask = () =>
    model.stream(
      {
        ...plain,
        // What had to be called was called.
        ...(toolChoice === undefined || (toolChoice !== 'none' && soFar.exchanges.length > 0)
          ? {}
          : { toolChoice }),
        ...(definitions.length === 0 ? {} : { tools: [...foreign, ...definitions] }),
        ...(soFar.exchanges.length === 0
          ? {}
          : { exchanges: [...(request.exchanges ?? []), ...soFar.exchanges] }),
      },
      signal,
    )
  for (const action of soFar.actions) yield { kind: 'action', action }
  if (soFar.decision !== undefined) yield { kind: 'decision', ...soFar.decision }
  while (!signal.aborted) {
    const goesOn = soFar.exchanges.length > 0
    const step: Step = yield* think({ ask, cost, goesOn, name: model.name }, signal)
    if (signal.aborted || step.calls.length === 0) return
    const [far, ours] = parted(step.calls, ({ name }) => foreign.some(tool => tool.name === name))
    if (far.length > 0) return yield* handOver(context, { far, step: { ...step, calls: ours } }, signal)
    if (soFar.exchanges.length > maxSteps) {
      if (step.text.trim() !== '') return
      throw new ParleyError('engine_failed', `Mind ${model.name} asks for tools without end.`)
    }
    // The break lets what was said be spoken while the tools run.
    if (step.text !== '') yield { kind: 'text', text: /\s$/.test(step.text) ? '\n' : ' \n' }
    const acts = step.calls.some(isActing(tools))
    // Kept before it is done: whoever interrupts meanwhile must not have it done twice.
    if (acts) yield actedState([...soFar.exchanges, { ...step, results: step.calls.map(notKnown) }], tools)
    const outcomes = yield* runStep({ ...context, stepsDone: soFar.exchanges.length }, step, signal)
    if (signal.aborted) return
    soFar.exchanges.push({ ...step, results: outcomes.map(({ result }) => result) })
    if (acts) yield actedState(soFar.exchanges, tools)
    const actions = outcomes.flatMap(({ action }) => (action === undefined ? [] : [action]))
    soFar.actions.push(...actions)
    const decision = outcomes.findLast(outcome => outcome.decision !== undefined)?.decision
    if (decision !== undefined) {
      soFar.decision = decision
      yield { kind: 'decision', ...decision }
    }
    for (const action of actions) yield { kind: 'action', action }
    // Whoever said goodbye and hung up has nothing to add.
    if (actions.length === outcomes.length && step.text.trim() !== '') return
  }
}

interface HandingOver {
  /** Calls of tools that are run elsewhere. */
  readonly far: readonly ToolCall[]
  /** The rest of the step. */
  readonly step: Step
}

/** The answer ends with calls that others run: what was done for it goes to the next answer, with the history. */
async function* handOver(context: Answer, { far, step }: HandingOver, signal: AbortSignal): Parts {
  const { soFar } = context
  const done = [...soFar.exchanges]
  if (step.calls.length > 0) {
    // Kept before it is done, as above.
    if (step.calls.some(isActing(context.tools)))
      yield { kind: 'state', state: stateOfActed([...done, { ...step, results: step.calls.map(notKnown) }]) }
    const outcomes = yield* runStep({ ...context, stepsDone: done.length }, step, signal)
    if (signal.aborted) return
    done.push({ ...step, results: outcomes.map(({ result }) => result) })
    const decision = outcomes.findLast(outcome => outcome.decision !== undefined)?.decision
    if (decision !== undefined) yield { kind: 'decision', ...decision }
    for (const { action } of outcomes) if (action !== undefined) yield { kind: 'action', action }
  }
  if (done.length > 0) yield { kind: 'state', state: stateOfActed(done) }
  for (const call of far) yield { kind: 'tool-call', call }
}

interface Cost {
  inputTokens: number
  outputTokens: number
  cachedTokens: number
}

interface Thinking {
  ask(): AsyncIterable<LanguageModelPart>
  /** Grows over all steps. */
  readonly cost: Cost
  /** Tools have been run for it, and something may have been said: who asked cannot begin again. */
  readonly goesOn: boolean
  /** The model's, for messages. */
  readonly name: string
}

/** A step behind tools that fails without a word is tried once more, and then told apart as `unanswered`. */
async function* think({ ask, cost, goesOn, name }: Thinking, signal: AbortSignal): Parts<Step> {
  for (const lastTry of [false, true]) {
    let silent = true
    try {
      const step = pass(ask(), cost)
      for (;;) {
        const next = await step.next()
        if (next.done === true) return next.value
        if (next.value.kind !== 'usage') silent = false
        yield next.value
      }
    } catch (error) {
      if (!silent || !goesOn || signal.aborted) throw error
      if (lastTry) throw unanswered(name, error)
    }
  }
  throw new ParleyError('internal')
}

function unanswered(name: string, cause: unknown): ParleyError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ParleyError('engine_failed', `Mind ${name} failed behind its tools: ${reason}`, {
    cause,
    details: { unanswered: true },
  })
}

/** Passes one stream of the model on, but for its calls. */
async function* pass(stream: AsyncIterable<LanguageModelPart>, cost: Cost): Parts<Step> {
  const before = { ...cost }
  const calls: ToolCall[] = []
  let text = ''
  for await (const part of stream) {
    if (part.kind === 'tool-call') {
      if (!calls.some(({ id }) => id === part.call.id)) calls.push(part.call)
      continue
    }
    if (part.kind === 'text') text += part.text
    if (part.kind !== 'usage') {
      yield part
      continue
    }
    cost.inputTokens = before.inputTokens + part.inputTokens
    cost.outputTokens = before.outputTokens + part.outputTokens
    cost.cachedTokens = before.cachedTokens + (part.cachedTokens ?? 0)
    yield { kind: 'usage', ...cost }
  }
  return { text, calls }
}
