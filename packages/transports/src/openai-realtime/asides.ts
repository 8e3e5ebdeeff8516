/**
 * Responses whose context is not the conversation: beside it (`conversation: "none"`), or in it with an `input` of their
 * own. They are not heard by the floor; many run at once, but one at a time writes to the conversation.
 */
import type { HistoryEntry, ReplyId, TurnId } from '@parley/core'
import { ParleyError } from '@parley/core'
import {
  invalidRequest,
  isRealtimeFields,
  type RealtimeFault,
  type RealtimeFields,
  type RealtimeResponseWanted,
  realtimeItemOf,
  realtimeWordsOf,
  shortly,
} from '@parley/protocol'
import type { Answers } from './answers.js'
import type { PeerState } from './peer-state.js'
import { failureOf, openResponse, type ResponseEnding, type ResponseWriter } from './response-writer.js'
import { wishesOf } from './steer-of.js'

export interface Asides {
  begin(wanted: RealtimeResponseWanted): RealtimeFault | undefined
  /** False where no response of this id runs here. */
  cancel(responseId: string): boolean
  close(): void
}

/** Unsent bytes above which no more is drawn from the engine, and how often to look. */
const FULL_BYTES = 524_288
const LOOK_MS = 50

export function createAsides(peer: PeerState, answers: Answers): Asides {
  const running = new Map<string, (reason: CancelReason) => void>()

  function room(signal: AbortSignal): Promise<void> | undefined {
    if (signal.aborted || peer.backlogBytes() <= FULL_BYTES) return undefined
    return new Promise<void>(resolve => peer.clock.after(LOOK_MS, resolve)).then(() => room(signal))
  }

  async function run(
    writer: ResponseWriter,
    wanted: RealtimeResponseWanted,
    history: readonly HistoryEntry[] | undefined,
    stopped: AbortController,
  ): Promise<string> {
    const { signal } = stopped
    const use = { inputTokens: 0, outputTokens: 0 }
    let reason: CancelReason = 'client_cancelled'
    let said = ''
    running.set(writer.id, why => {
      reason = why
      stopped.abort()
      writer.finish({ status: 'cancelled', reason }, use)
    })
    const ask = { wishes: wishesOf(wanted), ...(history === undefined ? {} : { history }) }
    let ending: ResponseEnding = { status: 'completed' }
    try {
      for await (const part of peer.inbox?.steering.aside(ask, signal) ?? []) {
        if (signal.aborted) break
        if (part.kind === 'words') {
          said += part.text
          writer.words(part.text)
        } else if (part.kind === 'audio') writer.sound(part.samples, part.rate)
        else if (part.kind === 'tool-call') writer.call(part.call)
        else if (part.kind === 'usage') Object.assign(use, part)
        await room(signal)
      }
    } catch (thrown) {
      ending = failureOf(ParleyError.from(thrown, 'engine_failed').code)
    }
    running.delete(writer.id)
    writer.finish(ending, use)
    return said
  }

  async function inConversation(
    writer: ResponseWriter,
    told: Promise<string>,
    over: () => void,
  ): Promise<void> {
    const said = await told
    const booked = peer.items.get(writer.messageId ?? '')
    if (booked !== undefined && said.trim() !== '') {
      const turn = booked.item.id as TurnId
      booked.place = { turn }
      peer.inbox?.steering.remember({ kind: 'agent', id: turn, text: said.trim() })
    }
    over()
  }

  return {
    begin(wanted) {
      if (running.size >= peer.limits.asides)
        return invalidRequest(
          'rate_limit_exceeded',
          `${peer.limits.asides} responses beside the conversation run already; wait for one of them.`,
        )
      const context = wanted.input === undefined ? undefined : historyOf(peer, wanted.input)
      if (context !== undefined && 'fault' in context) return context.fault
      const writer = openResponse(peer, wanted, () => undefined)
      const stopped = new AbortController()
      const told = run(writer, wanted, context?.history, stopped)
      if (wanted.isInConversation) {
        const { over } = answers.occupy(writer, reason => running.get(writer.id)?.(reason))
        void inConversation(writer, told, over)
      } else void told
      return undefined
    },
    cancel(responseId) {
      const cancel = running.get(responseId)
      cancel?.('client_cancelled')
      return cancel !== undefined
    },
    close() {
      for (const cancel of running.values()) cancel('client_cancelled')
    },
  }
}

type CancelReason = 'turn_detected' | 'client_cancelled'

/** Items and references to items as a history of their own. */
function historyOf(
  peer: PeerState,
  input: readonly unknown[],
): { readonly history: readonly HistoryEntry[] } | { readonly fault: RealtimeFault } {
  const history: HistoryEntry[] = []
  for (const [index, given] of input.entries()) {
    const path = `response.input[${index}]`
    if (isRealtimeFields(given) && given.type === 'item_reference') {
      const found = peer.items.get(String(given.id))
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
    const reply = String(item.id) as unknown as ReplyId
    return [{ role: 'agent', turn, reply, text, interrupted: false }]
  }
  return [{ role: item.role === 'system' ? 'system' : 'user', turn, text, atMs: 0 }]
}
