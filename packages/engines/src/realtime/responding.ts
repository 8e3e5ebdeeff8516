/**
 * One response of the model as parts of a reply. Words wait for their sound, so that what is thrown away before it
 * sounds was never said; what of it stands where at the far end is written down.
 */

import { type FarAsk, ParleyError, type ReplyPart, type ToolCall } from '@parley/core'
import { writtenWords } from '../failover/written-words.js'
import { askFar, type FarPart } from './ask-far.js'
import type { FarLine } from './far-line.js'
import { dropCalls, type RecordItem, type ReplyRecord } from './reply-record.js'
import type { Making, Talk } from './talk.js'

export interface Responded {
  readonly calls: readonly ToolCall[]
  /** The model's words, whole. */
  readonly text: string
  /** The rule that took the answer from the model; what it had begun is cut off. */
  readonly doubt?: string
}

export interface Response {
  readonly line: FarLine
  readonly ask: FarAsk
  readonly making: Making
  /** Whether the model's own doubt may take the answer from it. */
  readonly mayDoubt: boolean
}

/** Doubt is said at the beginning, or it is a part of the answer. */
const DOUBT_WORDS = 12

/** @throws ParleyError what the response failed with, or `timeout`; see `askFar` */
export async function* respond(
  talk: Talk,
  { line, ask, making, mayDoubt }: Response,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart, Responded> {
  const { clock } = talk.call
  const { record } = making
  const doubtIn = mayDoubt ? talk.options.reasoner?.doubtIn.bind(talk.options.reasoner) : undefined
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  const calls: ToolCall[] = []
  const beganMs = making.saidMs
  let text = ''
  let unsounded = ''
  let sounded = false

  const itemOf = (name: string): RecordItem => {
    const known = record.items.find(each => each.line === line && each.item === name)
    if (known !== undefined) return known
    const item: RecordItem = { line, item: name, fromMs: 0, ms: 0, isOpen: true, leftMs: undefined }
    record.items.push(item)
    line.memory.made(name)
    return item
  }

  /** What stands at the far end is known before it is drawn: it may be cut any time. */
  function came(part: FarPart): void {
    // What is said beside the conversation is no item of it.
    if (ask.beside === true) return
    if (part.kind === 'words' || part.kind === 'audio') itemOf(part.item)
    if (part.kind !== 'tool-call') return
    line.memory.made(part.item, part.call.id)
    record.extras.push({ line, item: part.item, call: part.call.id })
  }

  function* say(): Generator<ReplyPart> {
    if (unsounded === '') return
    making.said += unsounded
    yield { kind: 'words', text: unsounded }
    unsounded = ''
  }

  try {
    for await (const part of askFar(line, ask, { clock, silentMs: talk.silentMs, came }, own.signal)) {
      if (part.kind === 'words' || part.kind === 'audio') {
        if (!making.marked.has('first-token')) {
          making.marked.add('first-token')
          yield { kind: 'mark', mark: 'first-token' }
        }
      }
      switch (part.kind) {
        case 'words': {
          text += part.text
          unsounded += making.join?.feed(part.text) ?? part.text
          const doubt = text.split(/\s+/).length <= DOUBT_WORDS + 1 ? doubtIn?.(text) : undefined
          if (doubt !== undefined) {
            own.abort()
            cutOff(record, line)
            return { calls: [], text, doubt }
          }
          if (sounded || ask.silent === true) yield* say()
          break
        }
        case 'audio': {
          if (part.samples.length === 0) break
          yield* say()
          sounded = true
          const ms = (part.samples.length * 1000) / talk.rate
          if (ask.beside !== true) {
            const item = itemOf(part.item)
            if (item.ms === 0) item.fromMs = record.ownMs
            item.ms = record.ownMs + ms - item.fromMs
          }
          record.ownMs += ms
          making.saidMs += ms
          yield { kind: 'audio', samples: part.samples, rate: talk.rate }
          break
        }
        case 'tool-call':
          calls.push(part.call)
          break
        case 'response-done':
          unsounded += making.join?.end() ?? ''
          making.join = undefined
          yield* say()
          if (part.usage !== undefined) {
            making.cost.inputTokens += part.usage.inputTokens
            making.cost.outputTokens += part.usage.outputTokens
            yield { kind: 'usage', ...making.cost }
          }
          if (part.outcome === 'failed') {
            cutOff(record, line)
            throw part.error ?? new ParleyError('provider_failed', `Model ${line.model.name} gave no answer.`)
          }
          if (sounded) talk.pace.learn(writtenWords(text), making.saidMs - beganMs)
          for (const item of record.items) if (item.line === line) item.isOpen = false
          break
        default:
          part satisfies never
      }
    }
    return { calls, text }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** What was drawn of the response is on its way to the ear, the rest is not to be remembered. */
function cutOff(record: ReplyRecord, line: FarLine): void {
  for (const item of record.items) {
    if (item.line !== line || !item.isOpen) continue
    const ms = Math.floor(item.ms)
    item.isOpen = false
    item.leftMs = ms
    if (ms < 1) line.memory.remove(item.item)
    else line.session.truncate(item.item, ms)
  }
  dropCalls(record)
}
