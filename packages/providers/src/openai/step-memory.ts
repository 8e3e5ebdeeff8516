/**
 * Which response a tool step goes on from. It is known by the request it answered and the calls it made: a next request
 * that is the same but for those calls and their results is its next step. One response is kept for each socket, as the
 * vendor does.
 */

import { createHash } from 'node:crypto'
import type { ResponsesSocket } from './responses-sockets.js'

export interface StepMemory {
  remember(answered: AnsweredStep): void
  /** The step before this request, and what of its input is new. */
  goesOn(body: object, input: readonly object[]): KnownStep | undefined
}

export interface AnsweredStep {
  readonly body: object
  readonly input: readonly object[]
  readonly socket: ResponsesSocket
  readonly reader: { readonly responseId: string | undefined; readonly callIds: readonly string[] }
}

export interface KnownStep {
  readonly socket: ResponsesSocket
  readonly responseId: string
  readonly rest: readonly object[]
}

interface Remembered {
  readonly socket: ResponsesSocket
  readonly responseId: string
  readonly callIds: readonly string[]
  readonly request: string
}

/** Steps kept; more answers than this that wait for tools at once begin anew. */
const MAX_STEPS = 256

export function stepMemory(): StepMemory {
  /** By the first call, whose name the vendor made unique. */
  const byCall = new Map<string, Remembered>()

  return {
    remember({ body, input, socket, reader: { responseId, callIds } }) {
      for (const [call, step] of byCall) if (step.socket === socket) byCall.delete(call)
      const [first] = callIds
      if (first === undefined || responseId === undefined) return
      byCall.set(first, { socket, responseId, callIds, request: markOf(body, input) })
      const oldest = byCall.keys().next()
      if (byCall.size > MAX_STEPS && !oldest.done) byCall.delete(oldest.value)
    },
    goesOn(body, input) {
      const results = input.slice(input.findLastIndex(item => !isResult(item)) + 1)
      const callIds = results.map(callOf)
      const step = byCall.get(callIds[0] ?? '')
      if (step === undefined || callIds.join(' ') !== step.callIds.join(' ')) return undefined
      const calls = input.slice(0, input.length - results.length)
      const before = calls.slice(0, calls.length - step.callIds.length)
      const isSame = [before, withoutLastText(before)].some(each => markOf(body, each) === step.request)
      byCall.delete(callIds[0] ?? '')
      return isSame ? { socket: step.socket, responseId: step.responseId, rest: results } : undefined
    },
  }
}

/** What the agent said before it called is the response's own already. */
function withoutLastText(items: readonly object[]): readonly object[] {
  const last = items.at(-1)
  return last !== undefined && 'role' in last && last.role === 'assistant' ? items.slice(0, -1) : items
}

function isResult(item: object): boolean {
  return 'type' in item && item.type === 'function_call_output'
}

function callOf(item: object): string {
  return 'call_id' in item ? String(item.call_id) : ''
}

/** Conversations are long; what tells them apart is kept. */
function markOf(body: object, input: readonly object[]): string {
  return createHash('sha256')
    .update(JSON.stringify([body, input]))
    .digest('base64')
}
