import { type DurableEvent, type LedgerMark, ledgerMarks, type SessionId } from '@parley/core'
import { foldUsage, type UsageEntry, type UsageInput } from './usage-rows.js'

/**
 * Folds a batch of durable events into one row for each turn and reply, because one statement may touch a row only
 * once. The rules are those of the statement itself: the text and the end of later media time win, so the order of
 * events, and seeing one twice, make no difference.
 */
export type JournalEntry = EventEntry | UsageEntry

export interface EventEntry {
  readonly session: SessionId
  readonly event: DurableEvent
}

/** Named as the columns of `parley.turns`. */
export interface TurnInput {
  readonly session_id: string
  readonly id: string
  first_at_ms: number
  user_text?: string
  user_origin?: 'speech' | 'text'
  user_start_ms?: number
  user_end_ms?: number
  user_at_ms?: number
}

/** Named as the columns of `parley.replies`. */
export interface ReplyInput {
  readonly session_id: string
  readonly id: string
  readonly turn_id: string
  first_at_ms: number
  said?: string
  heard_text?: string
  heard_ms?: number
  heard_complete?: boolean
  heard_source?: 'reported' | 'estimated'
  heard_error_ms?: number
  interrupted?: boolean
  state?: unknown
  decision?: unknown
  ended_at_ms?: number
  ledger?: unknown
  ledger_total_ms?: number
  /** Of each mark its stage, null where the turn had none. */
  ledger_stages_ms?: readonly (number | null)[]
  ledger_first_token_ms?: number | null
  ledger_at_ms?: number
}

export interface JournalRows {
  readonly turns: readonly TurnInput[]
  readonly replies: readonly ReplyInput[]
  readonly usage: readonly UsageInput[]
}

export function foldJournal(entries: readonly JournalEntry[]): JournalRows {
  const turns = new Map<string, TurnInput>()
  const replies = new Map<string, ReplyInput>()
  const usage: UsageEntry[] = []
  for (const entry of entries) {
    if ('usage' in entry) {
      usage.push(entry)
      continue
    }
    const { session, event } = entry
    const turn = keep(turns, [session, event.turn], {
      session_id: session,
      id: event.turn,
      first_at_ms: event.atMs,
    })
    turn.first_at_ms = Math.min(turn.first_at_ms, event.atMs)
    if (event.kind === 'transcript-final') {
      if (event.atMs >= (turn.user_at_ms ?? -Infinity)) Object.assign(turn, userColumns(event))
      continue
    }
    const reply = keep(replies, [session, event.reply], {
      session_id: session,
      id: event.reply,
      turn_id: event.turn,
      first_at_ms: event.atMs,
    })
    reply.first_at_ms = Math.min(reply.first_at_ms, event.atMs)
    if (event.kind === 'ledger') {
      if (event.atMs >= (reply.ledger_at_ms ?? -Infinity)) Object.assign(reply, ledgerColumns(event))
    } else if (event.atMs >= (reply.ended_at_ms ?? -Infinity)) Object.assign(reply, endColumns(event))
  }
  return { turns: [...turns.values()], replies: [...replies.values()], usage: foldUsage(usage) }
}

function keep<Row>(rows: Map<string, Row>, id: readonly string[], fresh: Row): Row {
  const key = JSON.stringify(id)
  const known = rows.get(key)
  if (known) return known
  rows.set(key, fresh)
  return fresh
}

function userColumns(event: Extract<DurableEvent, { kind: 'transcript-final' }>): Partial<TurnInput> {
  return {
    user_text: event.text,
    user_origin: event.origin,
    user_start_ms: event.startMs,
    user_end_ms: event.endMs,
    user_at_ms: event.atMs,
  }
}

function endColumns(event: Extract<DurableEvent, { kind: 'reply-ended' }>): Partial<ReplyInput> {
  return {
    said: event.said,
    heard_text: event.heard.text,
    heard_ms: event.heard.ms,
    heard_complete: event.heard.complete,
    heard_source: event.heard.source,
    heard_error_ms: event.heard.errorMs,
    interrupted: event.interrupted,
    state: event.state ?? null,
    decision: event.decision ?? null,
    ended_at_ms: event.atMs,
  }
}

function ledgerColumns({ ledger, atMs }: Extract<DurableEvent, { kind: 'ledger' }>): Partial<ReplyInput> {
  const stageOf = (mark: LedgerMark) => ledger.stages.find(({ stage }) => stage === mark)
  const token = stageOf('first-token')
  return {
    ledger,
    ledger_total_ms: ledger.totalMs,
    ledger_stages_ms: ledgerMarks.map(mark => stageOf(mark)?.durationMs ?? null),
    ledger_first_token_ms: token === undefined ? null : token.startMs + token.durationMs,
    ledger_at_ms: atMs,
  }
}
