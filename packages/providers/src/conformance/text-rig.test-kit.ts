/** What tests of minds share: a context on a virtual clock, requests, and everything one answer gave. */

import type {
  HistoryEntry,
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
  ReplyId,
  ToolCall,
  TurnId,
} from '@parley/core'
import { type SimPrompt, type SimThought, VirtualClock } from '@parley/sim'
import type { VendorContext } from '../vendor.js'
import { fixedKey } from '../wire/keys.js'
import { openSocket } from '../wire/socket.js'

export interface TextContext extends VendorContext {
  readonly clock: VirtualClock
  readonly warnings: string[]
}

export function textContext(baseUrl: string, more: Partial<VendorContext> = {}): TextContext {
  const warnings: string[] = []
  let ids = 0
  return {
    epochMs: () => 1_795_000_000_000,
    random: () => 0.5,
    newId: () => `id${++ids}`,
    baseUrl,
    keys: fixedKey('sk-test'),
    fetch,
    openSocket,
    warn: error => warnings.push(error.message),
    ...more,
    clock: new VirtualClock(),
    warnings,
  }
}

/** The parts of an answer, whole. */
export async function ask(
  mind: LanguageModel,
  request: Partial<LanguageModelRequest> = {},
): Promise<readonly LanguageModelPart[]> {
  const parts: LanguageModelPart[] = []
  const whole = { history: [], language: 'en', ...request }
  for await (const part of mind.stream(whole, new AbortController().signal)) parts.push(part)
  return parts
}

export function textOf(parts: readonly LanguageModelPart[]): string {
  return parts.flatMap(part => (part.kind === 'text' ? [part.text] : [])).join('')
}

export function callsOf(parts: readonly LanguageModelPart[]): readonly ToolCall[] {
  return parts.flatMap(part => (part.kind === 'tool-call' ? [part.call] : []))
}

export function usageOf(parts: readonly LanguageModelPart[]) {
  return parts.flatMap(part => (part.kind === 'usage' ? [part] : [])).at(-1)
}

export const priceTool = {
  name: 'get_price',
  description: 'The price of a coin.',
  parameters: { type: 'object', properties: { symbol: { type: 'string' } }, required: ['symbol'] },
} as const

/** Arguments that are awkward to split. */
export const awkward = { symbol: 'BTC', note: 'a "quoted" \\ path\n€ 😀' }

/** A mind that says a few words and calls the tool, twice, until there are results. */
export function priceThoughts({ messages, tools }: SimPrompt): Iterable<SimThought> {
  const results = messages.filter(({ role }) => role === 'tool')
  const words = results.length > 0 ? ['It ', 'is ', results.at(-1)?.text ?? ''] : ['One ', 'moment.']
  const text = words.map((word): SimThought => ({ kind: 'text', text: word }))
  if (tools.length === 0 || results.length > 0) return text
  return [
    ...text,
    { kind: 'tool-call', name: 'get_price', arguments: JSON.stringify(awkward) },
    { kind: 'tool-call', name: 'get_price', arguments: '{}' },
  ]
}

/** The request, one step on: what was said and what the tools gave. */
export function stepOn(
  request: Partial<LanguageModelRequest>,
  parts: readonly LanguageModelPart[],
): Partial<LanguageModelRequest> {
  const calls = callsOf(parts)
  const results = calls.map(({ id }, at) => ({ id, text: `result ${at}`, failed: at > 0 }))
  return { ...request, exchanges: [...(request.exchanges ?? []), { text: textOf(parts), calls, results }] }
}

let turns = 0

export function user(text: string): HistoryEntry {
  return { role: 'user', turn: `trn_${++turns}` as TurnId, text, atMs: turns }
}

/** Of the turn of the last `user`, or of one of its own. */
export function agent(text: string, { interrupted = false, own = false } = {}): HistoryEntry {
  const turn = `trn_${own ? ++turns : turns}` as TurnId
  return { role: 'agent', turn, reply: `rpl_${turns}` as ReplyId, text, interrupted }
}
