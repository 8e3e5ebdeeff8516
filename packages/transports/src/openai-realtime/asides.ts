/**
 * Responses whose context is not the conversation: beside it (`conversation: "none"`), or in it with an `input` of their
 * own. They are not heard by the floor; many run at once, but one at a time writes to the conversation.
 */

import type { HistoryEntry, ReplyId, TurnId } from '@parley/core'
import { ParleyError } from '@parley/core'
import {
  invalidRequest,
  invalidValue,
  isRealtimeFields,
  type RealtimeFault,
  type RealtimeFields,
  type RealtimeResponseWanted,
  realtimeItemOf,
  realtimeWordsOf,
  shortly,
} from '@parley/protocol'
import type { Answers } from './answers.js'
import { nameOf } from './name-of.js'
import type { PeerState } from './peer-state.js'
import { type ReplyRecord, wordsUntil } from './reply-records.js'
import {
  type CancelReason,
  failureOf,
  openResponse,
  type ResponseEnding,
  type ResponseWriter,
} from './response-writer.js'
import { wishesOf } from './steer-of.js'

export interface Asides {
  /** Whether any is being written. */
  readonly busy: boolean
  begin(wanted: RealtimeResponseWanted): RealtimeFault | undefined
  /** False where no response of this id runs here. */
  cancel(responseId: string): boolean
  close(): void
}

/** Unsent bytes above which no more is drawn from the engine, and how often to look. */
const FULL_BYTES = 524_288
const LOOK_MS = 50

/** `onOver` is told of the end of each. */
export function createAsides(peer: PeerState, answers: Answers, onOver: () => void): Asides {
  const running = new Map<string, (ending: ResponseEnding) => void>()

  function room(signal: AbortSignal): Promise<void> | undefined {
    if (signal.aborted || peer.backlogBytes() <= FULL_BYTES) return undefined
    return new Promise<void>(resolve => peer.clock.after(LOOK_MS, resolve)).then(() => room(signal))
  }

  async function run(
    writer: ResponseWriter,
    wanted: RealtimeResponseWanted,
    history: readonly HistoryEntry[] | undefined,
    into: { readonly record: ReplyRecord; sounded(ms: number): void } | undefined,
  ): Promise<void> {
    const stopped = new AbortController()
    const { signal } = stopped
    const use = { inputTokens: 0, outputTokens: 0 }
    function finish(ending: ResponseEnding): void {
      if (!running.delete(writer.id)) return
      stopped.abort()
      writer.finish(ending, use)
      onOver()
    }
    const lastsTooLong = () => peer.clock.after(peer.limits.answerMs, () => finish(failureOf('timeout')))
    let stopWatch = lastsTooLong()
    running.set(writer.id, finish)
    const ask = { wishes: wishesOf(wanted), ...(history === undefined ? {} : { history }) }
    try {
      for await (const part of peer.inbox?.steering.aside(ask, signal) ?? []) {
        stopWatch()
        if (signal.aborted) break
        if (part.kind === 'words') {
          into?.record.words.push({ text: part.text, untilMs: part.untilMs ?? into.record.soundMs })
          writer.words(part.text)
        } else if (part.kind === 'audio') {
          into?.sounded((part.samples.length * 1000) / part.rate)
          writer.sound(part.samples, part.rate)
        } else if (part.kind === 'tool-call') writer.call(part.call)
        else if (part.kind === 'usage') Object.assign(use, part)
        await room(signal)
        stopWatch = lastsTooLong()
      }
      finish({ status: 'completed' })
    } catch (thrown) {
      finish(failureOf(ParleyError.from(thrown, 'engine_failed').code))
    }
    stopWatch()
  }

  function cancel(responseId: string, reason: CancelReason): boolean {
    const finish = running.get(responseId)
    finish?.({ status: 'cancelled', reason })
    return finish !== undefined
  }

  async function runInConversation(
    wanted: RealtimeResponseWanted,
    history: readonly HistoryEntry[] | undefined,
  ): Promise<void> {
    // What it says is an entry of its own in the session's history: no reply of the session's.
    const turn = peer.newId('item') as TurnId
    const record = answers.records.begin(turn as string as ReplyId, turn)
    const writer = openResponse(peer, wanted, () => ({ turn, reply: record.reply }))
    const abort = (reason: CancelReason) => void cancel(writer.id, reason)
    const { sounded, over } = answers.occupy(writer, { record, abort })
    await run(writer, wanted, history, {
      record,
      sounded(ms) {
        record.soundMs += ms
        sounded(ms)
      },
    })
    record.isOver = true
    remember(writer.messageId ?? '', record)
    over()
  }

  function remember(itemId: string, record: ReplyRecord): void {
    if (peer.items.get(itemId) === undefined) return
    const text = wordsUntil(record, record.playedMs ?? Number.POSITIVE_INFINITY)
    // The caller may be saying something by now: that comes behind it.
    if (text !== '')
      peer.inbox?.steering.remember({ kind: 'agent', id: record.turn, text }, peer.items.turnBefore(itemId))
  }

  return {
    get busy() {
      return running.size > 0
    },
    begin(wanted) {
      if (running.size >= peer.limits.asides)
        return invalidRequest(
          'rate_limit_exceeded',
          `${peer.limits.asides} responses beside the conversation run already; wait for one of them.`,
        )
      if (peer.track !== undefined && wanted.modality === 'audio') return trackIsTaken
      const context = wanted.input === undefined ? undefined : historyOf(peer, wanted.input)
      if (context !== undefined && 'fault' in context) return context.fault
      if (wanted.isInConversation) void runInConversation(wanted, context?.history)
      else
        void run(
          openResponse(peer, wanted, () => undefined),
          wanted,
          context?.history,
          undefined,
        )
      return undefined
    },
    cancel: responseId => cancel(responseId, 'client_cancelled'),
    close() {
      for (const responseId of running.keys()) cancel(responseId, 'client_cancelled')
    },
  }
}

const trackIsTaken = invalidValue(
  'response.output_modalities',
  "The media track is the conversation's: a response beside it, or with an `input` of its own, is made in text here. Ask for ['text'].",
)

/** Items and references to items as a history of their own. */
function historyOf(
  peer: PeerState,
  input: readonly unknown[],
): { readonly history: readonly HistoryEntry[] } | { readonly fault: RealtimeFault } {
  const history: HistoryEntry[] = []
  for (const [index, given] of input.entries()) {
    const path = `response.input[${index}]`
    if (isRealtimeFields(given) && given.type === 'item_reference') {
      const found = peer.items.get(nameOf(given.id))
      if (found === undefined) {
        const message = `Item with id '${shortly(given.id)}' not found.`
        return { fault: invalidRequest('invalid_value', message, `${path}.id`) }
      }
      history.push(...entryOf(found.item, found.words))
      continue
    }
    const checked = realtimeItemOf(given, { newId: prefix => peer.newId(prefix), path })
    if ('fault' in checked) return checked
    history.push(...entryOf(checked.item, undefined))
  }
  return { history }
}

function entryOf(item: RealtimeFields, words: string | undefined): readonly HistoryEntry[] {
  const turn = String(item.id) as TurnId
  if (item.type === 'function_call') return []
  if (item.type === 'function_call_output')
    return [{ role: 'system', turn, text: `A tool gave: ${String(item.output)}`, atMs: 0 }]
  const text = realtimeWordsOf(item) || (words ?? '')
  if (text === '') return []
  if (item.role === 'assistant') {
    const reply = String(item.id) as ReplyId
    return [{ role: 'agent', turn, reply, text, interrupted: false }]
  }
  return [{ role: item.role === 'system' ? 'system' : 'user', turn, text, atMs: 0 }]
}
