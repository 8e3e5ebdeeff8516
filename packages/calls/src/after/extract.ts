/**
 * What came of a call by rules alone, for agents without a model and for calls whose model failed. It quotes and counts and
 * claims to understand nothing: fields of the outcome come from slots and notes of the agent, never from free speech.
 */

import type { Json } from '@parley/core'
import type { CallDetail } from '../store/call-store.js'
import type { AfterPlan } from './after-plan.js'
import { type ExtractWords, extractWordsOf, numbers } from './extract-words.js'
import { sentimentOf } from './sentiment.js'
import type { CallStatistics } from './statistics.js'
import type { Summary } from './summary.js'
import type { CallTranscript } from './transcript.js'
import { plain } from './transcript-text.js'

export interface ExtractInput {
  readonly call: CallDetail
  readonly plan: AfterPlan
  readonly transcript: CallTranscript
  readonly statistics: CallStatistics
  /** BCP 47. */
  readonly language: string
}

const MAX_QUOTE = 200
const MAX_MENTIONED = 8
const MAX_PROMISES = 5

export function extract({ call, plan, transcript, statistics, language }: ExtractInput): Summary {
  const words = extractWordsOf(language)
  const said = (who: 'caller' | 'agent') =>
    transcript.lines.filter(line => line.who === who).map(({ text }) => plain(text))
  const caller = said('caller')
  const promises = sentencesOf(said('agent')).filter(sentence => words.promise.test(sentence))
  const known = knownOf(transcript)
  const { result, problems } = outcomeOf(plan, known)
  return {
    summary: summaryOf({ call, words, caller, promises, known, transcript, statistics }),
    result,
    problems,
    sentiment: plan.sentiment ? sentimentOf(caller, language) : { caller: 0, reasons: [] },
    followUps: plan.followUps
      ? [...new Set(promises)].slice(0, MAX_PROMISES).map(promise => ({ what: cut(promise) }))
      : [],
    by: 'extract',
  }
}

interface Telling {
  readonly call: CallDetail
  readonly words: ExtractWords
  readonly caller: readonly string[]
  readonly promises: readonly string[]
  readonly known: Readonly<Record<string, Json>>
  readonly transcript: CallTranscript
  readonly statistics: CallStatistics
}

function summaryOf({ call, words, caller, promises, known, transcript, statistics }: Telling): string {
  const silent = transcript.lines.every(({ who }) => who === 'event')
  if (silent && call.answeredAtMs === undefined) return words.notReached(call.attempts, call.reason)
  const seconds = Math.round(statistics.talkMs / 1_000)
  const first = caller[0]
  const last = caller.at(-1)
  const mentioned = [
    ...new Set(caller.flatMap(text => [...(text.match(words.dates) ?? []), ...(text.match(numbers) ?? [])])),
  ].slice(0, MAX_MENTIONED)
  const facts = Object.entries(known).map(
    ([name, value]) => `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const noted = transcript.notes.map(note => JSON.stringify(note))
  return [
    ...(call.answeredBy === 'machine' || call.answeredBy === 'fax' ? [words.machine] : []),
    silent
      ? words.nothing
      : words.lasted(Math.floor(seconds / 60), seconds % 60, statistics.caller.turns, statistics.agent.turns),
    ...(first === undefined ? [] : [`${words.first}: “${cut(first)}”.`]),
    ...(last === undefined || caller.length < 2 ? [] : [`${words.last}: “${cut(last)}”.`]),
    ...(facts.length === 0 ? [] : [`${words.known}: ${cut(facts.join('; '))}.`]),
    ...(noted.length === 0 ? [] : [`${words.noted}: ${cut(noted.join('; '))}.`]),
    ...(mentioned.length === 0 ? [] : [`${words.mentioned}: ${cut(mentioned.join(', '))}.`]),
    ...(promises.length === 0 ? [] : [`${words.promised}: “${cut(promises[0] ?? '')}”.`]),
  ].join(' ')
}

/** What a scripted agent knew at the end, and what agents noted: the later counts. */
function knownOf({ states, notes }: CallTranscript): Readonly<Record<string, Json>> {
  const last = states.at(-1)
  const values = fieldsOf(isFields(last) ? last.values : undefined)
  return Object.assign({}, values, ...notes.map(fieldsOf)) as Readonly<Record<string, Json>>
}

function outcomeOf({ outcome, slots }: AfterPlan, known: Readonly<Record<string, Json>>) {
  if (outcome === undefined) return { result: null, problems: [] }
  const properties = outcome.schema.properties
  const found = outcome.fields.flatMap(field => {
    const slot = slots[field] ?? field
    const value = Object.hasOwn(known, slot) ? known[slot] : undefined
    const wanted = isFields(properties) ? properties[field] : undefined
    return value === undefined || value === '' ? [] : [[field, fitted(value, wanted)] as const]
  })
  return outcome.check(Object.fromEntries(found))
}

/** Slots are texts; a schema may want the number or the truth value that the text says. */
function fitted(value: Json, wanted: Json | undefined): Json {
  if (typeof value !== 'string' || !isFields(wanted)) return value
  const text = value.trim()
  if (wanted.type === 'number' || wanted.type === 'integer')
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : value
  if (wanted.type === 'boolean')
    return /^(yes|true|sí|si)$/i.test(text) ? true : /^(no|false)$/i.test(text) ? false : value
  return value
}

function fieldsOf(value: Json | undefined): Readonly<Record<string, Json>> {
  if (!isFields(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter(([, part]) => typeof part !== 'object' || part === null),
  )
}

function isFields(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sentencesOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap(text => text.match(/[^.!?]+[.!?]*/gu) ?? []).map(sentence => sentence.trim())
}

function cut(text: string): string {
  return text.length <= MAX_QUOTE ? text : `${text.slice(0, MAX_QUOTE - 1)}…`
}
