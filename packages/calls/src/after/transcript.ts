/**
 * What was said in a call, both sides, in order: of the agent only what was heard. A call may have several sessions (an
 * agent rings again, a call is dialled twice); their clocks are put on one line by the epoch time at which each began.
 */

import type { Json, LatencyLedger, SessionId } from '@parley/core'
import type { LoggedEvent, Store, StoredConversation } from '@parley/platform'
import type { CallEvent } from '../call.js'
import type { CallDetail, CallStore } from '../store/call-store.js'

export interface CallTranscript {
  /** In order of time. */
  readonly lines: readonly TranscriptLine[]
  readonly sessions: readonly TranscriptSession[]
  /** Of answers that were heard, in order. */
  readonly ledgers: readonly LatencyLedger[]
  /** What agents kept with their replies, the heard ones, in order. */
  readonly states: readonly Json[]
  /** What agents noted, in order. */
  readonly notes: readonly Json[]
  /** Whether the store had more than is read. */
  readonly truncated: boolean
}

export interface TranscriptLine {
  readonly who: 'caller' | 'agent' | 'event'
  readonly text: string
  /** Epoch ms. */
  readonly startMs: number
  readonly endMs: number
  /** The agent's words were cut off there. */
  readonly interrupted?: true
  readonly session?: SessionId
}

export interface TranscriptSession {
  readonly id: SessionId
  readonly language: string
  /** Epoch ms. */
  readonly startedAtMs: number
  readonly endedAtMs: number | undefined
}

export interface TranscriptSources {
  readonly callStore: Pick<CallStore, 'readEvents'>
  readonly sessions: Pick<Store, 'readSession' | 'readEvents'>
}

/** Of the log of one session: more is not looked at. */
const MAX_LOG = 20_000
const LOG_PAGE = 1_000
const MAX_CALL_EVENTS = 5_000
const CALL_PAGE = 500

/** @throws ParleyError `store_…` */
export async function readTranscript(
  { callStore, sessions }: TranscriptSources,
  call: CallDetail,
): Promise<CallTranscript> {
  const ids = [...new Set(call.legs.flatMap(leg => leg.sessions))]
  const read: { readonly stored: StoredConversation; readonly log: readonly LoggedEvent[] }[] = []
  let truncated = false
  for (const id of ids) {
    const stored = await sessions.readSession({ tenant: call.tenant, id })
    if (stored === undefined) continue
    const log = await logOf(sessions, call.tenant, id)
    truncated ||= stored.truncated || log.more
    read.push({ stored, log: log.events })
  }
  read.sort((one, other) => one.stored.startedAtMs - other.stored.startedAtMs)
  const lines = [
    ...read.flatMap(({ stored, log }) => linesOf(stored, log)),
    ...(await callLines(callStore, call)),
  ].sort((one, other) => one.startMs - other.startMs)
  const heard = read.flatMap(({ stored }) =>
    stored.turns.flatMap(turn => turn.replies.filter(reply => (reply.ended?.heardMs ?? 0) > 0)),
  )
  return {
    lines,
    sessions: read.map(({ stored: { id, language, startedAtMs, endedAtMs } }) => ({
      id,
      language,
      startedAtMs,
      endedAtMs,
    })),
    ledgers: heard.flatMap(({ ledger }) => (ledger === undefined ? [] : [ledger])),
    states: heard.flatMap(({ ended }) => (ended?.state === undefined ? [] : [ended.state])),
    notes: read.flatMap(({ log }) => log.flatMap(event => (event.kind === 'note' ? [event.data] : []))),
    truncated,
  }
}

async function logOf(sessions: Pick<Store, 'readEvents'>, tenant: string, id: SessionId) {
  const events: LoggedEvent[] = []
  for (let fromSeq = 0; events.length < MAX_LOG; ) {
    const page = await sessions.readEvents({ tenant, id, fromSeq, limit: LOG_PAGE })
    for (const { event } of page) events.push(event)
    const last = page.at(-1)
    if (last === undefined || page.length < LOG_PAGE) return { events, more: false }
    fromSeq = last.seq + 1
  }
  return { events, more: true }
}

function linesOf(stored: StoredConversation, log: readonly LoggedEvent[]): readonly TranscriptLine[] {
  const { startedAtMs, id: session } = stored
  const begun = new Map<string, number>()
  for (const event of log) if (event.kind === 'reply-started') begun.set(event.reply, event.atMs)
  const lines: TranscriptLine[] = []
  for (const { user, replies } of stored.turns) {
    if (user !== undefined && user.text.trim() !== '')
      lines.push({
        who: 'caller',
        text: user.text,
        startMs: startedAtMs + user.startMs,
        endMs: startedAtMs + user.endMs,
        session,
      })
    for (const { id, ended } of replies) {
      if (ended === undefined || ended.heardText.trim() === '') continue
      // The log may have lost its end; then a reply is taken to have been heard right up to its end.
      const startMs = startedAtMs + (begun.get(id) ?? Math.max(0, ended.atMs - ended.heardMs))
      lines.push({
        who: 'agent',
        text: ended.heardText,
        startMs,
        endMs: startMs + ended.heardMs,
        ...(ended.interrupted ? { interrupted: true } : {}),
        session,
      })
    }
  }
  return [...lines, ...keyLines(log, stored)]
}

/** Keys that follow one another are one line. */
function keyLines(log: readonly LoggedEvent[], { startedAtMs, id }: StoredConversation) {
  const lines: { readonly startMs: number; endMs: number; keys: string }[] = []
  for (const event of log) {
    if (event.kind !== 'dtmf') continue
    const atMs = startedAtMs + event.atMs
    const last = lines.at(-1)
    if (last !== undefined && atMs - last.endMs < 3_000) {
      last.keys += event.digit
      last.endMs = atMs
    } else lines.push({ startMs: atMs, endMs: atMs, keys: event.digit })
  }
  return lines.map(({ keys, startMs, endMs }) => ({
    who: 'event' as const,
    text: `the caller pressed ${keys.slice(0, 40)}`,
    startMs,
    endMs,
    session: id,
  }))
}

async function callLines(
  callStore: Pick<CallStore, 'readEvents'>,
  call: CallDetail,
): Promise<readonly TranscriptLine[]> {
  const lines: TranscriptLine[] = []
  let afterSeq = 0
  for (let read = 0; read < MAX_CALL_EVENTS; read += CALL_PAGE) {
    const page = await callStore.readEvents({
      tenant: call.tenant,
      call: call.id,
      afterSeq,
      limit: CALL_PAGE,
    })
    for (const event of page) {
      const text = textOf(event)
      if (text !== undefined) lines.push({ who: 'event', text, startMs: event.atMs, endMs: event.atMs })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < CALL_PAGE) break
    afterSeq = last.seq
  }
  return lines
}

/** Events of a call that say something about how it went; what stands in them for people goes along. */
const telling = /^(transfer|hold|machine|message|voicemail|conference|digits|answered)/

function textOf({ kind, data }: CallEvent): string | undefined {
  if (!telling.test(kind)) return undefined
  const facts = ['name', 'to', 'about', 'reason', 'status', 'answeredBy', 'digits']
    .map(name => data[name])
    .filter(value => typeof value === 'string' || typeof value === 'number')
  return [kind.replaceAll('-', ' '), ...facts].join(', ').slice(0, 300)
}
