/**
 * What of a reply stands where in far conversations, and how much of it was heard. The far end keeps exactly that: an
 * item is cut to its heard part, one not heard is taken out. Said again, late or corrected, it never asks for what a
 * vendor would refuse: an item only ever gets shorter.
 */

import type { Heard, HeardAccount, ReplyId, Turn, TurnId, UsageAccount } from '@parley/core'
import type { FarLine } from './far-line.js'

export interface ReplyRecord {
  /** None for a text that the session has said. */
  readonly turn: TurnId | undefined
  /** Who pays; the session's where it is undefined. */
  readonly account: UsageAccount | undefined
  /** Whether it answers what was spoken. */
  isSpoken: boolean
  reply: ReplyId | undefined
  /** Its own sound that the session drew, ms. */
  ownMs: number
  readonly items: RecordItem[]
  /** Calls of the far end's model and their results, and what was told for this answer alone. */
  readonly extras: { readonly line: FarLine; readonly item: string; readonly call?: string }[]
  /** The session may hear it. */
  committed: boolean
}

export interface RecordItem {
  readonly line: FarLine
  readonly item: string
  /** Where it begins in the reply's own sound, and how much of it was drawn, ms. */
  fromMs: number
  ms: number
  /** The far end may have more of it than was drawn. */
  isOpen: boolean
  /** What is left of it at the far end, ms; undefined: all. 0: it was taken out. */
  leftMs: number | undefined
}

/** Replies remembered: more than a far conversation holds entries, or one would be told what it said itself. */
const MAX_RECORDS = 600

export interface ReplyBook {
  begin(turn: Pick<Turn, 'id' | 'origin' | 'account'> | undefined, account?: UsageAccount): ReplyRecord
  committed(turn: TurnId): void
  /** What was said in this turn is taken out of the history. */
  forgot(turn: TurnId): void
  /** Nobody will hear of it. */
  drop(record: ReplyRecord): void
  heard(heard: Heard, account: HeardAccount): void
  /** What was heard so far is told to the far ends now. */
  settle(): void
  of(reply: ReplyId): ReplyRecord | undefined
}

export function createReplyBook(): ReplyBook {
  const records: ReplyRecord[] = []
  const pending = new Map<ReplyRecord, { readonly ms: number; readonly complete: boolean }>()
  /** The one that the session lets be heard, until its name is known. */
  let live: ReplyRecord | undefined
  /** Let be heard before it was begun, as whoever stands between may begin late. */
  let early: TurnId | undefined

  function release(record: ReplyRecord): void {
    record.committed = true
    live = record
  }

  function nameOf({ reply }: Heard): ReplyRecord | undefined {
    const known = records.findLast(each => each.reply === reply)
    if (known !== undefined) return known
    const record = live
    live = undefined
    if (record !== undefined) record.reply = reply
    return record
  }

  function settle(): void {
    for (const [record, heard] of pending) keepHeard(record, heard)
    pending.clear()
  }

  return {
    begin(answered, account = answered?.account) {
      const turn = answered?.id
      const isSpoken = answered?.origin === 'speech'
      const record: ReplyRecord = {
        ...{ turn, account, isSpoken, reply: undefined, ownMs: 0, items: [], extras: [], committed: false },
      }
      records.push(record)
      if (records.length > MAX_RECORDS) records.shift()
      if (turn !== undefined && turn === early) release(record)
      if (turn !== undefined) early = undefined
      return record
    },
    committed(turn) {
      const record = records.findLast(each => each.turn === turn)
      const newest = records.at(-1)
      early = record === undefined ? turn : undefined
      if (record !== undefined) release(record)
      // A prompt is said, so its turn has no reply of its own.
      else if (newest?.turn === undefined && newest?.committed === false) release(newest)
    },
    forgot(turn) {
      for (const record of records) if (record.turn === turn) record.isSpoken = false
    },
    drop(record) {
      const at = records.indexOf(record)
      if (at >= 0) records.splice(at, 1)
    },
    heard(heard, { fromMs, final }) {
      const record = nameOf(heard)
      if (record === undefined) return
      pending.set(record, { ms: heard.ms - fromMs, complete: heard.complete })
      if (final) settle()
    },
    settle,
    of: reply => records.findLast(each => each.reply === reply),
  }
}

/** Cuts the far items of a reply to what was heard of its own sound. */
export function keepHeard(
  { items }: ReplyRecord,
  heard: { readonly ms: number; readonly complete: boolean },
): void {
  for (const item of items) {
    if (item.leftMs === 0 || item.line.isOver) continue
    if (item.ms === 0) {
      // Nothing of it was drawn, or it is words without sound: what was taken in comes back with the history.
      if (!heard.complete) takeOut(item)
      continue
    }
    const ms = heard.complete ? item.ms : Math.min(item.ms, heard.ms - item.fromMs)
    if (ms < 1) takeOut(item)
    else if (ms < (item.leftMs ?? item.ms) - 0.5 || (item.isOpen && item.leftMs === undefined)) {
      item.leftMs = Math.floor(ms)
      item.line.session.truncate(item.item, item.leftMs)
    }
    item.isOpen = false
  }
}

function takeOut(item: RecordItem): void {
  item.leftMs = 0
  item.line.memory.remove(item.item)
}

/** Nothing of this reply is to be remembered. */
export function forgetReply(record: ReplyRecord): void {
  for (const item of record.items) if (item.leftMs !== 0 && !item.line.isOver) takeOut(item)
  for (const { line, item, call } of record.extras.splice(0)) if (!line.isOver) line.memory.remove(item, call)
}

/** Calls that get no result any more: a model cannot go on behind one. */
export function dropCalls({ extras }: ReplyRecord): void {
  for (const { line, item, call } of extras)
    if (call !== undefined && !line.isOver && !line.memory.isAnswered(call)) line.memory.remove(item, call)
}
