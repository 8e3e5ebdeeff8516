/** One step of an answer that stops for tools: its calls side by side, and a filler where they take long. */

import type {
  Clock,
  LanguageModelPart,
  LanguageModelRequest,
  ParleyError,
  ToolCall,
  ToolResult,
} from '@parley/core'
import { type Filler, fillerFor } from './filler.js'
import { runTool, type ToolOutcome, type ToolRunning } from './run-tool.js'
import type { Tool, Toolbox } from './tool.js'
import { waitForTools } from './wait-for-tools.js'

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

export interface Step {
  readonly text: string
  readonly calls: readonly ToolCall[]
}

export interface StepContext {
  readonly options: WithToolsOptions
  readonly request: LanguageModelRequest
  readonly tools: readonly Tool[]
  /** Steps of this answer before this one. */
  readonly stepsDone: number
  acted(call: ToolCall, result: ToolResult): void
}

/** Every call with what became of it, in order; none after an abort. */
export async function* runStep(
  context: StepContext,
  step: Step,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelPart, readonly ToolOutcome[]> {
  const { options, request, stepsDone, tools } = context
  const { clock, maxSteps = 5, maxCalls = 8, fillerAfterMs = 700, timeoutMs = 8_000 } = options
  const running: ToolRunning = {
    tools,
    clock,
    request,
    timeoutMs,
    maxResultChars: options.maxResultChars ?? 8_000,
    acted: context.acted,
    warn: error => options.warn?.(error),
  }
  if (signal.aborted) return []
  const refused = (call: ToolCall, text: string): Promise<ToolOutcome> =>
    Promise.resolve({ result: { id: call.id, text, failed: true } })
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  const isLast = stepsDone >= maxSteps
  const outcomes = step.calls.map((call, at) => {
    if (isLast) return refused(call, 'No more tools in this answer: say what you know.')
    if (at >= maxCalls) return refused(call, `At most ${maxCalls} calls at once; it was not run.`)
    return runTool(running, call, own.signal)
  })
  const filler = step.text.trim() === '' ? fillerOf(context, step) : undefined
  const wait = waitForTools(clock, { outcomes, fillerAfterMs, signal, committed: request.committed })
  try {
    let said = false
    for (;;) {
      const next = await wait.next()
      if (next === 'over') return await Promise.all(outcomes)
      if (next === 'aborted') return []
      const isDue: boolean = next === 'filler' && filler !== undefined && !said
      said ||= isDue
      if (isDue && givesWay(context, step)) yield { kind: 'filler', text: filler?.trim() ?? '' }
      else yield { kind: 'text', text: isDue ? `${filler?.trim()} \n` : '' }
    }
  } finally {
    wait.end()
    signal.removeEventListener('abort', stop)
    own.abort()
  }
}

/** Behind what was said nothing can give way: it would not be heard at all. */
function givesWay({ tools, stepsDone }: StepContext, { calls }: Step): boolean {
  const asked = tools.find(({ definition, filler }) =>
    calls.some(({ name }) => filler !== undefined && definition.name === name),
  )
  return stepsDone === 0 && asked?.yields === true
}

function fillerOf({ options, request, tools, stepsDone }: StepContext, { calls }: Step): string | undefined {
  const own = calls
    .map(({ name }) => tools.find(({ definition }) => definition.name === name)?.filler)
    .find(filler => filler !== undefined)
  return fillerFor(own, request.language, stepsDone) ?? fillerFor(options.filler, request.language, stepsDone)
}
