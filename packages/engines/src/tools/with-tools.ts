/**
 * A model that runs tools: the calls of a step are carried out, their results told, and the answer goes on, as one
 * stream. Between the steps nothing is kept but with the request: the same request streamed again (after a failure)
 * goes on behind the tools that were run for it, so that nothing is done twice.
 */

import {
  type Clock,
  type LanguageModel,
  type LanguageModelPart,
  type LanguageModelRequest,
  ParleyError,
  type SessionAction,
  type ToolCall,
  type ToolExchange,
} from '@parley/core'
import { type Filler, fillerFor } from './filler.js'
import { runTool, type ToolOutcome, type ToolRunning } from './run-tools.js'
import { type Tool, type Toolbox, toolboxOf } from './tool.js'

export interface WithToolsOptions {
  readonly tools: readonly Tool[] | Toolbox
  readonly clock: Clock
  /** How often an answer may stop for tools. Default 5. */
  readonly maxSteps?: number
  /** Calls of one step that are run; more are told so. Default 8. */
  readonly maxCalls?: number
  /** Longest run of a tool that has no limit of its own, ms. Default 8,000. */
  readonly timeoutMs?: number
  /** Longest result the model is told, in characters; more is cut. Default 8,000. */
  readonly maxResultChars?: number
  /** How long tools of a step run in silence before a filler is said, ms. Default 700. */
  readonly fillerAfterMs?: number
  /** Said where the tool has none of its own. Default: nothing. */
  readonly filler?: Filler
  /** A tool failed; the model knows. */
  warn?(error: ParleyError): void
}

/** Whoever waits for the next part is told that there is life, this often, in ms. */
const LIFE_SIGN_MS = 2_000

export function withTools(model: LanguageModel, options: WithToolsOptions): LanguageModel {
  const toolbox = 'list' in options.tools ? options.tools : toolboxOf(options.tools)
  const done = new WeakMap<LanguageModelRequest, Done>()
  return {
    name: model.name,
    stream(request, signal) {
      const soFar = done.get(request) ?? { exchanges: [], actions: [] }
      done.set(request, soFar)
      return answer({ model, options, request, soFar, tools: toolbox.list() }, signal)
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
}

interface Answer {
  readonly model: LanguageModel
  readonly options: WithToolsOptions
  readonly request: LanguageModelRequest
  readonly soFar: Done
  readonly tools: readonly Tool[]
}

type Parts<Result = void> = AsyncGenerator<LanguageModelPart, Result>

async function* answer(context: Answer, signal: AbortSignal): Parts {
  const { options, request, soFar, tools, model } = context
  const { maxSteps = 5 } = options
  const cost = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
  const definitions = tools.map(({ definition }) => definition)
  const ask = () =>
    model.stream(
      {
        ...request,
        ...(definitions.length === 0 ? {} : { tools: [...(request.tools ?? []), ...definitions] }),
        ...(soFar.exchanges.length === 0
          ? {}
          : { exchanges: [...(request.exchanges ?? []), ...soFar.exchanges] }),
      },
      signal,
    )
  let said = false
  for (const action of soFar.actions) yield { kind: 'action', action }
  while (!signal.aborted) {
    const step: Step = yield* think({ ask, cost, tries: said ? 2 : 1 }, signal)
    said ||= step.text !== ''
    if (signal.aborted || step.calls.length === 0) return
    if (soFar.exchanges.length > maxSteps) {
      if (step.text.trim() !== '') return
      throw new ParleyError('engine_failed', `Mind ${model.name} asks for tools without end.`)
    }
    // The break lets what was said be spoken while the tools run.
    if (step.text !== '') yield { kind: 'text', text: /\s$/.test(step.text) ? '\n' : ' \n' }
    const outcomes = yield* runStep(context, step, signal)
    if (signal.aborted) return
    soFar.exchanges.push({ ...step, results: outcomes.map(({ result }) => result) })
    const actions = outcomes.flatMap(({ action }) => (action === undefined ? [] : [action]))
    soFar.actions.push(...actions)
    for (const action of actions) yield { kind: 'action', action }
    // Whoever said goodbye and hung up has nothing to add.
    if (actions.length === outcomes.length && step.text.trim() !== '') return
  }
}

interface Step {
  readonly text: string
  readonly calls: readonly ToolCall[]
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
  /** Who answers has begun to speak and cannot begin again: a step that fails without a word is tried once more here. */
  readonly tries: number
}

async function* think({ ask, cost, tries }: Thinking, signal: AbortSignal): Parts<Step> {
  for (let left = tries; ; left--) {
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
      if (!silent || left <= 1 || signal.aborted) throw error
    }
  }
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

async function* runStep(context: Answer, step: Step, signal: AbortSignal): Parts<readonly ToolOutcome[]> {
  const { options, request, soFar, tools } = context
  const { clock, maxSteps = 5, maxCalls = 8, fillerAfterMs = 700, timeoutMs = 8_000 } = options
  const running: ToolRunning = {
    tools,
    clock,
    language: request.language,
    timeoutMs,
    maxResultChars: options.maxResultChars ?? 8_000,
    committed: request.committed,
    warn: error => options.warn?.(error),
  }
  const refused = (call: ToolCall, text: string): Promise<ToolOutcome> =>
    Promise.resolve({ result: { id: call.id, text, failed: true } })
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  const isLast = soFar.exchanges.length >= maxSteps
  const outcomes = step.calls.map((call, at) => {
    if (isLast) return refused(call, 'No more tools in this answer: say what you know.')
    if (at >= maxCalls) return refused(call, `At most ${maxCalls} calls at once; it was not run.`)
    return runTool(running, call, own.signal)
  })
  const nth = soFar.exchanges.length
  const filler = step.text.trim() === '' ? fillerOf(context, step, nth) : undefined
  const wait = waiting(clock, { outcomes, fillerAfterMs, signal, committed: request.committed })
  try {
    let said = false
    for (;;) {
      const next = await wait.next()
      if (next === 'over') return await Promise.all(outcomes)
      if (next === 'aborted') return []
      const isDue: boolean = next === 'filler' && filler !== undefined && !said
      said ||= isDue
      yield { kind: 'text', text: isDue ? `${filler?.trim()} \n` : '' }
    }
  } finally {
    wait.end()
    signal.removeEventListener('abort', stop)
    own.abort()
  }
}

function fillerOf({ options, request, tools }: Answer, { calls }: Step, nth: number): string | undefined {
  const own = calls
    .map(({ name }) => tools.find(({ definition }) => definition.name === name)?.filler)
    .find(filler => filler !== undefined)
  return fillerFor(own, request.language, nth) ?? fillerFor(options.filler, request.language, nth)
}

interface Waiting {
  /** `filler` comes once. `over` before all others that are there at the same time. */
  next(): Promise<'over' | 'aborted' | 'filler' | 'life'>
  end(): void
}

interface WaitingFor {
  readonly outcomes: readonly Promise<unknown>[]
  readonly fillerAfterMs: number
  readonly signal: AbortSignal
  /** The wait for the filler begins with it: nobody listens before. */
  readonly committed: Promise<void> | undefined
}

function waiting(clock: Clock, { outcomes, fillerAfterMs, signal, committed }: WaitingFor): Waiting {
  let over = false
  let due: 'filler' | 'life' | undefined
  let wake: (() => void) | undefined
  let cancelFiller = () => {}
  let cancelLife = () => {}
  const stir = () => wake?.()
  signal.addEventListener('abort', stir, { once: true })
  void Promise.all(outcomes).then(() => {
    over = true
    stir()
  })
  const startFiller = () => {
    if (over || signal.aborted) return
    cancelFiller = clock.after(fillerAfterMs, () => {
      due = 'filler'
      stir()
    })
  }
  if (committed === undefined) startFiller()
  else void committed.then(startFiller, () => {})

  return {
    async next() {
      for (;;) {
        if (over) return 'over'
        if (signal.aborted) return 'aborted'
        if (due !== undefined) {
          const next = due
          due = undefined
          return next
        }
        await new Promise<void>(resolve => {
          wake = resolve
          cancelLife = clock.after(LIFE_SIGN_MS, () => {
            due ??= 'life'
            resolve()
          })
        })
        cancelLife()
      }
    },
    end() {
      over = true
      cancelFiller()
      cancelLife()
      signal.removeEventListener('abort', stir)
    },
  }
}
