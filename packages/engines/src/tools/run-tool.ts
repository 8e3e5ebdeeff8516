/**
 * One tool call. It gets a result, whatever becomes of it: the model is told of a tool that it does not have, of arguments
 * that do not fit, of failures and of time limits.
 */

import {
  type Clock,
  type DecisionUse,
  type LanguageModelRequest,
  limitTime,
  ParleyError,
  type SessionAction,
  type ToolCall,
  type ToolResult,
} from '@parley/core'
import type { Tool } from './tool.js'

export interface ToolRunning {
  readonly tools: readonly Tool[]
  readonly clock: Clock
  readonly request: LanguageModelRequest
  /** Longest run of a tool that has no limit of its own, ms. */
  readonly timeoutMs: number
  readonly maxResultChars: number
  /** Something may have been done that cannot be undone, with this result. */
  acted(call: ToolCall, result: ToolResult): void
  warn(error: ParleyError): void
}

export interface ToolOutcome {
  readonly result: ToolResult
  readonly action?: SessionAction
  readonly decision?: DecisionUse
}

const unsure = 'It was stopped while it ran; whether it was done is not known.'

/** Runs one call. Never rejects; resolves soon after `signal` aborts. */
export async function runTool(
  running: ToolRunning,
  call: ToolCall,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const tool = running.tools.find(({ definition }) => definition.name === call.name)
  const told = (text: string, failed: boolean): ToolResult => ({
    id: call.id,
    text: bounded(text, running.maxResultChars),
    failed,
  })
  if (tool === undefined) return { result: told(unknownTool(running.tools, call.name), true) }
  let isBegun = false
  const settled = (result: ToolResult): ToolResult => {
    if (isBegun && tool.acts === true) running.acted(call, result)
    return result
  }
  try {
    if (tool.acts === true || tool.waits === true) await ended(signal, running.request.committed)
    if (signal.aborted) throw stopped()
    isBegun = true
    const { text, failed = false, action, decision } = await inTime(running, { tool, call }, signal)
    return {
      result: settled(told(text, failed)),
      ...(action === undefined ? {} : { action }),
      ...(decision === undefined ? {} : { decision }),
    }
  } catch (error) {
    const failure = ParleyError.from(error, 'tool_failed')
    const reason = error instanceof Error ? error.message : String(error)
    if (failure.code === 'bad_message') return { result: told(`The arguments do not fit: ${reason}`, true) }
    if (!signal.aborted)
      running.warn(
        new ParleyError('tool_failed', `The tool "${call.name}" failed: ${reason}`, { cause: error }),
      )
    if (signal.aborted) return { result: settled(told(unsure, true)) }
    return { result: settled(told(`The tool failed: ${withoutHalf(reason.slice(0, 300))}`, true)) }
  }
}

async function inTime(
  { clock, request, timeoutMs: usualMs }: ToolRunning,
  { tool, call }: { readonly tool: Tool; readonly call: ToolCall },
  signal: AbortSignal,
) {
  const timeoutMs = tool.timeoutMs ?? usualMs
  const limit = limitTime(clock, timeoutMs, signal)
  try {
    const running = (async () => tool.run(call.arguments, { ...runOf(request), signal: limit.signal }))()
    return await orAbort(limit.signal, running)
  } catch (error) {
    if (limit.late && !signal.aborted)
      throw new ParleyError('timeout', `It gave no answer within ${timeoutMs} ms.`)
    throw error
  } finally {
    limit.end()
  }
}

function runOf({ language, userText, history, facts, account }: LanguageModelRequest) {
  const turn = {
    history,
    ...(userText === undefined ? {} : { userText }),
    ...(facts === undefined ? {} : { facts }),
    ...(account === undefined ? {} : { account }),
  }
  return { language, turn }
}

function stopped(): ParleyError {
  return new ParleyError('tool_failed', 'It was stopped.')
}

/** A tool need not obey: what it still does after an abort has no effect here. */
export function orAbort<Value>(signal: AbortSignal, value: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(stopped())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

async function ended(signal: AbortSignal, committed: Promise<void> | undefined): Promise<void> {
  if (committed !== undefined) await orAbort(signal, committed)
}

function unknownTool(tools: readonly Tool[], name: string): string {
  const names = tools.map(({ definition }) => definition.name).join(', ')
  return `There is no tool ${JSON.stringify(name.slice(0, 64))}. There are: ${names || 'none'}.`
}

function bounded(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  return `${withoutHalf(text.slice(0, maxChars))}… (cut after ${maxChars} of ${text.length} characters)`
}

/** Not cut in the middle of a pair of surrogates: vendors refuse a request with half of one. */
function withoutHalf(text: string): string {
  return text.replace(/[\ud800-\udbff]$/, '')
}
