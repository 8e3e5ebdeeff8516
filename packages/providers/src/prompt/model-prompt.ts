/**
 * A request as messages that every vendor's shape can be made from. Roles alternate and the caller is first, since some
 * vendors and most templates of open models refuse anything else; what is only true of this turn comes last, so that all
 * before it stays the same from turn to turn and can be cached.
 */

import {
  actedIn,
  factsAsText,
  type HistoryEntry,
  type LanguageModelRequest,
  type ToolCall,
  type ToolDefinition,
  type ToolExchange,
  type ToolResult,
} from '@parley/core'
import { cutMark, givenNote, openingNote, silenceNote, unheardNote, withNotes } from './prompt-notes.js'

export interface ModelPrompt {
  readonly instructions: string
  /** Begins with the caller; the roles alternate but for `agent` with calls, which `results` always follow. */
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly ToolDefinition[]
  /** Of one of the tools, or of any; undefined where there are none, or none of that name: vendors refuse that. */
  readonly toolChoice: LanguageModelRequest['toolChoice']
  /** As the request has it; an adapter's own limit is the other: `tokenLimit`. */
  readonly maxOutputTokens: number | undefined
}

export type ModelMessage =
  /** `facts` is a block of its own, to be put behind the text. */
  | { readonly role: 'user'; readonly text: string; readonly facts?: string }
  /** The text may be empty where there are calls. */
  | { readonly role: 'agent'; readonly text: string; readonly calls?: readonly ToolCall[] }
  /** One for each call of the message before, in the same order. */
  | { readonly role: 'results'; readonly results: readonly ToolResult[] }

/** Pure; the same request gives the same prompt. */
export function modelPrompt(request: LanguageModelRequest): ModelPrompt {
  const facts = factsAsText(request.facts ?? [])
  const now: ModelMessage = {
    role: 'user',
    text: wordsNow(request),
    ...(facts === undefined ? {} : { facts }),
  }
  return {
    instructions: withNotes(request.instructions, request.language),
    messages: merged([...pastOf(request), now, ...(request.exchanges ?? []).flatMap(stepOf)]),
    tools: request.tools ?? [],
    toolChoice: choiceOf(request),
    maxOutputTokens: request.maxOutputTokens,
  }
}

/** The shorter of an adapter's own longest answer and the one that is asked for; undefined where neither is given. */
export function tokenLimit(
  own: number | undefined,
  { maxOutputTokens: asked }: ModelPrompt,
): number | undefined {
  return own === undefined || asked === undefined ? (own ?? asked) : Math.min(own, asked)
}

function choiceOf({ tools = [], toolChoice }: LanguageModelRequest): ModelPrompt['toolChoice'] {
  if (tools.length === 0) return undefined
  if (typeof toolChoice === 'object' && !tools.some(({ name }) => name === toolChoice.name)) return undefined
  return toolChoice
}

/** A user's message in one piece, for vendors without blocks. */
export function textWithFacts({ text, facts }: { readonly text: string; readonly facts?: string }): string {
  return facts === undefined ? text : `${text}\n\n${facts}`
}

function wordsNow({ userText, history }: LanguageModelRequest): string {
  if (userText === undefined) return history.length === 0 ? openingNote : silenceNote
  return userText.trim() === '' ? unheardNote : userText
}

/** What was said, with a note where the agent spoke unasked, so that a turn reads the same now and later. */
function pastOf({ history, tools = [] }: LanguageModelRequest): ModelMessage[] {
  const past: ModelMessage[] = []
  let before: HistoryEntry | undefined
  for (const entry of history) {
    const acted = entry.role === 'agent' && tools.length > 0 ? actedIn(entry.state).flatMap(stepOf) : []
    if (entry.text.trim() === '' && acted.length === 0) continue
    if (entry.role === 'user') past.push({ role: 'user', text: entry.text })
    else if (entry.role === 'system') past.push({ role: 'user', text: givenNote(entry.text) })
    else {
      if (before === undefined) past.push({ role: 'user', text: openingNote })
      else if (isUnasked(entry, before, past)) past.push({ role: 'user', text: silenceNote })
      past.push(...acted)
      if (entry.text.trim() !== '')
        past.push({
          role: 'agent',
          text: entry.interrupted ? `${entry.text.trimEnd()}${cutMark}` : entry.text,
        })
    }
    before = entry
  }
  return past
}

/** Whether the agent spoke again and nobody had: what its tools gave is an answer, too. */
function isUnasked(entry: HistoryEntry, before: HistoryEntry, past: readonly ModelMessage[]): boolean {
  return before.role === 'agent' && before.turn !== entry.turn && past.at(-1)?.role !== 'results'
}

/** No call stays without its result: vendors refuse that. */
function stepOf({ text, calls, results }: ToolExchange): ModelMessage[] {
  if (calls.length === 0) return text === '' ? [] : [{ role: 'agent', text }]
  const answers = calls.map(
    ({ id }) => results.find(result => result.id === id) ?? { id, text: 'No result.', failed: true as const },
  )
  return [
    { role: 'agent', text, calls },
    { role: 'results', results: answers },
  ]
}

function merged(messages: readonly ModelMessage[]): ModelMessage[] {
  const whole: ModelMessage[] = []
  for (const message of messages) {
    const last = whole.at(-1)
    if (last?.role === 'user' && message.role === 'user')
      whole[whole.length - 1] = { ...message, text: `${last.text}\n${message.text}` }
    else if (last?.role === 'agent' && message.role === 'agent' && last.calls === undefined)
      whole[whole.length - 1] = {
        ...message,
        text: message.text === '' ? last.text : `${last.text}\n${message.text}`,
      }
    else whole.push(message)
  }
  return whole
}
