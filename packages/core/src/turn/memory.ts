import type { ReplyId, TurnId } from '../ids.js'
import type { ToolCall } from '../providers/tool.js'
import type { Forgotten, GivenEntry } from '../session/steering.js'
import type { Heard, HistoryEntry, Json } from './history.js'
import {
  charsOf,
  entriesOf,
  given,
  givenCall,
  givenReply,
  handedReply,
  newReply,
  type TurnRecord,
} from './memory-record.js'

/** Turns kept for the engine; older ones are only in the store. */
const MAX_TURNS = 500
/** How many of the newest turns may still get words. */
const LATE_TURNS = 8
/** Characters kept where the far end puts entries in: more than any model reads. */
const MAX_CHARS = 1_000_000
/** Calls kept of one reply; a model that makes more is out of its mind. */
const MAX_CALLS = 64

/**
 * What was said and heard, by turn, so that a transcript that comes late stands where it was spoken. Only the session
 * writes here, and of replies only what reached the ear; and what a far end that steers puts in or takes out.
 */
export class Memory {
  readonly #turns: TurnRecord[] = []
  #version = 0

  /** Grows with every change. */
  get version(): number {
    return this.#version
  }

  /** Takes over what another process remembers, oldest first. */
  fill(history: readonly HistoryEntry[]): void {
    this.#version += 1
    for (const entry of history) {
      const last = this.#turns.at(-1)
      if (entry.role !== 'agent') this.#turns.push(given(entry.turn, entry.atMs, entry.role, entry.text))
      else if (last?.turn === entry.turn) last.replies.push(handedReply(entry))
      else this.#turns.push({ ...given(entry.turn, 0, 'user', ''), replies: [handedReply(entry)] })
    }
  }

  /** A turn takes its place; turns stand in the order in which they were opened. */
  open(turn: TurnId, startMs: number): void {
    this.#version += 1
    this.#insert({ turn, startMs, role: 'user', text: '', forgotten: false, replies: [] }, undefined)
  }

  /** The turn goes on: what was put in since it was over stands before it. */
  reopened(turn: TurnId): void {
    this.#version += 1
    const at = this.#turns.findLastIndex(record => record.turn === turn)
    if (at >= 0 && at < this.#turns.length - 1) this.#turns.push(...this.#turns.splice(at, 1))
  }

  /** Text of the caller's turn so far; called again when it grows. A turn too old to be kept is left out. */
  user(turn: TurnId, text: string): void {
    this.#version += 1
    const record = this.#find(turn)
    if (record !== undefined && !record.forgotten) record.text = text
  }

  /** What was heard of a reply; called again when a later report corrects it. One without a word leaves no trace. */
  agent(turn: TurnId, heard: Heard, interrupted: boolean, state: Json | undefined): void {
    this.#version += 1
    const record = this.#find(turn)
    if (record === undefined) return
    const known = record.replies.find(({ reply }) => reply === heard.reply)
    if (known !== undefined) Object.assign(known, { heard, interrupted, state })
    else if (!heard.complete || heard.text !== '' || state !== undefined)
      record.replies.push({ ...newReply(heard.reply), heard, interrupted, state })
  }

  /** The reply asks the far end for a tool; in the history once its result is there. */
  called(turn: TurnId, reply: ReplyId, call: ToolCall): void {
    this.#version += 1
    const record = this.#find(turn)
    if (record === undefined) return
    let known = record.replies.find(each => each.reply === reply)
    if (known === undefined) {
      known = newReply(reply)
      record.replies.push(known)
    }
    if (known.calls.length < MAX_CALLS && !known.calls.some(each => each.call.id === call.id))
      known.calls.push({ call, result: undefined })
  }

  /**
   * An entry of the far end's; `behind` as in `Steering.remember`, `open` the turn that the caller is still in. An id that
   * is known already changes nothing, nor does a call; one that was taken out may come again, at another place and with
   * other words.
   */
  remember(entry: GivenEntry, behind: TurnId | null | undefined, atMs: number, open?: TurnId): void {
    this.#version += 1
    if (this.#isKnown(entry.id)) return
    this.#drop(entry.id)
    const record = this.#recordOf(entry, atMs)
    if (record !== undefined) this.#insert(record, behind, open)
    this.#shed()
  }

  /** Undefined where nothing is to be put in: what a tool gave stands with its call. */
  #recordOf(entry: GivenEntry, atMs: number): TurnRecord | undefined {
    const { id } = entry
    switch (entry.kind) {
      case 'tool-call':
        return this.#call(entry.call.id) === undefined ? givenCall(id, atMs, entry.call) : undefined
      case 'tool-result': {
        const known = this.#call(entry.call)
        if (known === undefined)
          return given(id, atMs, 'system', `A tool gave: ${entry.text.slice(0, MAX_CHARS)}`)
        known.result = { id, text: entry.text }
        return undefined
      }
      case 'agent':
        return givenReply(id, atMs, entry.text.slice(0, MAX_CHARS))
      default:
        return given(id, atMs, entry.kind, entry.text.slice(0, MAX_CHARS))
    }
  }

  /** What was said in it, or what a tool gave, is no part of the history any more; of a turn its answers stay. */
  forget(what: Forgotten): void {
    this.#version += 1
    if ('call' in what) return this.#forgetCall(what.call)
    const id: string = 'turn' in what ? what.turn : what.reply
    for (const record of this.#turns) {
      if ('turn' in what && record.turn === id) {
        record.text = ''
        record.forgotten = true
      }
      for (const reply of record.replies) {
        if (reply.reply === id) reply.forgotten = true
        for (const call of reply.calls) if (call.result?.id === id) call.result = undefined
      }
    }
  }

  #forgetCall(id: string): void {
    for (const record of this.#turns)
      for (const reply of record.replies) {
        const at = reply.calls.findIndex(({ call }) => call.id === id)
        if (at < 0) continue
        reply.calls.splice(at, 1)
        // One that was put in stands alone, and may be put in again.
        if (`${record.turn}` === reply.reply) record.forgotten = reply.forgotten = true
      }
  }

  /** What was heard of a reply as the far end corrects it; undefined for one that is not known. */
  amend(reply: ReplyId, { ms, text }: { readonly ms: number; readonly text: string }): Heard | undefined {
    this.#version += 1
    const known = this.#turns.flatMap(({ replies }) => replies).findLast(each => each.reply === reply)
    const before = known?.heard
    if (known === undefined || before === undefined) return undefined
    const complete = before.complete && ms >= before.ms
    const heard: Heard = { ...before, ms, text, complete, source: 'reported', errorMs: 0 }
    Object.assign(known, { heard, interrupted: known.interrupted || !complete })
    return heard
  }

  /** What was heard of the answers to a turn, oldest first. */
  answersTo(turn: TurnId): readonly HistoryEntry[] {
    return this.#find(turn)?.replies.flatMap(reply => entriesOf(turn, reply)) ?? []
  }

  /** Whether a turn of this id stands there. */
  has(turn: TurnId): boolean {
    return this.#find(turn) !== undefined
  }

  /** What stands last, unless it was taken out. */
  get newest(): TurnId | undefined {
    const last = this.#turns.at(-1)
    return last?.forgotten ? undefined : last?.turn
  }

  /** Everything, or everything before `turn`, oldest first. */
  history(before?: TurnId): readonly HistoryEntry[] {
    const entries: HistoryEntry[] = []
    for (const { turn, startMs, role, text, replies } of this.#turns) {
      if (turn === before) break
      if (text !== '') entries.push({ role, turn, text, atMs: startMs })
      for (const reply of replies) entries.push(...entriesOf(turn, reply))
    }
    return entries
  }

  #insert(record: TurnRecord, behind: TurnId | null | undefined, open?: TurnId): void {
    const at = typeof behind === 'string' ? this.#indexOf(behind) : -1
    if (behind === null) this.#turns.unshift(record)
    else if (at >= 0) this.#turns.splice(at + 1, 0, record)
    else if (open !== undefined && this.#turns.at(-1)?.turn === open) this.#turns.splice(-1, 0, record)
    else this.#turns.push(record)
    if (this.#turns.length <= MAX_TURNS) return
    // A cough must not push out what was said; but the newest turns may still get their words.
    const empty = this.#turns.findIndex(({ text, replies }) => text === '' && replies.length === 0)
    this.#turns.splice(empty >= 0 && empty < MAX_TURNS - LATE_TURNS ? empty : 0, 1)
  }

  /** The oldest goes where the far end puts in more than is kept. */
  #shed(): void {
    let chars = this.#turns.reduce((sum, record) => sum + charsOf(record), 0)
    while (chars > MAX_CHARS && this.#turns.length > 1) chars -= charsOf(this.#turns.shift() as TurnRecord)
  }

  #find(turn: TurnId): TurnRecord | undefined {
    return this.#turns.findLast(record => record.turn === turn)
  }

  /** Where a turn, a reply or a tool's result of this id stands; -1 for none. */
  #indexOf(id: string): number {
    return this.#turns.findLastIndex(
      ({ turn, replies }) =>
        turn === id ||
        replies.some(({ reply, calls }) => reply === id || calls.some(each => each.result?.id === id)),
    )
  }

  /** Whether something of this id stands in the history. */
  #isKnown(id: string): boolean {
    return this.#turns.some(
      ({ turn, forgotten, replies }) =>
        (turn === id && !forgotten) ||
        replies.some(
          each =>
            (each.reply === id && !each.forgotten) || each.calls.some(({ result }) => result?.id === id),
        ),
    )
  }

  /** What is left of something of this id that was taken out. */
  #drop(id: string): void {
    const at = this.#turns.findIndex(
      ({ turn, forgotten, replies }) => turn === id && forgotten && replies.every(each => each.forgotten),
    )
    if (at >= 0) this.#turns.splice(at, 1)
  }

  #call(id: string) {
    return this.#turns
      .flatMap(({ replies }) => replies)
      .flatMap(({ calls }) => calls)
      .findLast(({ call }) => call.id === id)
  }
}
