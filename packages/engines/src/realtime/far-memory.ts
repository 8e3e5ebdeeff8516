/**
 * What stands in one far conversation, and making it what the history says: what is missing is put in, in its place, and
 * what was forgotten is taken out. So one code serves a running session and fills a new one. A turn that the far end
 * heard, and a reply of its own, are known by their items and are not told again.
 */

import type { FarItem, FarSession, HistoryEntry, ReplyId, ToolCall, ToolResult, TurnId } from '@parley/core'
import { exchangesOf, farEntries, keyOf, MAX_ENTRIES } from './far-entries.js'
import type { FarLine } from './far-line.js'
import type { ReplyBook } from './reply-record.js'

/** The newest calls of tools that it holds, with what they gave. */
const MAX_CALLS = 100

export interface FarMemory {
  /** An item of sound that is (a part of) this turn. */
  heardAs(turn: TurnId, item: string): void
  /** An item that the far end made: of a reply, or a call with the id of the call. */
  made(item: string, call?: string): void
  /** What is said in this turn, as text. */
  typed(turn: TurnId, text: string): void
  /** What was said in this turn is taken out, also where its item is still to come. */
  forget(turn: TurnId): void
  /** What is said in this turn is there as sound: its text goes. */
  untyped(turn: TurnId): void
  /** For one answer; gives the item, to be removed behind it. */
  note(text: string): string
  /** What a call gave. The call is told, too, where the far end does not know of it. Gives the new items. */
  exchange(call: ToolCall, result: ToolResult): readonly string[]
  remove(item: string, call?: string): void
  /** Whether a call has its result. */
  isAnswered(call: string): boolean
  /** As the history says, up to the turn to be answered. */
  sync(history: readonly HistoryEntry[], current?: TurnId): void
  /** Whether this turn has an item of its sound, or its text. */
  knows(turn: TurnId): boolean
}

/** The items of a call and of what it gave. */
interface FarCall {
  readonly call: string
  readonly result: string | undefined
}

export interface FarMemoryParts {
  readonly session: FarSession
  readonly line: FarLine
  readonly book: ReplyBook
}

export function createFarMemory({ session, line, book }: FarMemoryParts): FarMemory {
  /** Everything that stands there as far as it is known. */
  const items = new Set<string>()
  const texts = new Map<string, { readonly item: string; readonly text: string }>()
  const turns = new Map<string, string[]>()
  const calls = new Map<string, FarCall>()
  const forgotten = new Set<string>()
  /** What the history held the last time, with its items. */
  let told = new Map<string, readonly string[]>()
  let named = 0

  const next = () => `par_${++named}`

  function put(item: FarItem, behind?: string | null): string {
    session.add(item, behind)
    items.add(item.id)
    return item.id
  }

  function remove(item: string, call?: string): void {
    if (call !== undefined) calls.delete(call)
    if (!items.delete(item)) return
    // A call that was taken out may be put in again.
    for (const [id, known] of calls) {
      if (known.call === item) calls.delete(id)
      else if (known.result === item) calls.set(id, { ...known, result: undefined })
    }
    session.remove(item)
  }

  function keepCall(id: string, call: FarCall): void {
    calls.set(id, call)
    const [oldest] = calls
    if (calls.size <= MAX_CALLS || oldest === undefined) return
    const [name, { call: item, result }] = oldest
    if (result !== undefined) remove(result)
    remove(item, name)
  }

  function dropTurn(turn: string): void {
    for (const item of turns.get(turn) ?? []) remove(item)
    turns.delete(turn)
  }

  function exchange(call: ToolCall, { text }: ToolResult, behind?: string | null): readonly string[] {
    const known = calls.get(call.id)
    if (known?.result !== undefined) return []
    const added: string[] = []
    if (known === undefined) added.push(put({ kind: 'tool-call', id: next(), call }, behind))
    const place = behind === undefined ? undefined : (added[0] ?? behind)
    const result = put({ kind: 'tool-result', id: next(), call: call.id, text }, place)
    keepCall(call.id, { call: known?.call ?? added[0] ?? '', result })
    return [...added, result]
  }

  /** Items of this entry that stand there already, in order. */
  function standing(entry: HistoryEntry): readonly string[] {
    if (entry.role === 'agent') {
      const own = ownItems(entry)
      const done = exchangesOf(entry).flatMap(({ calls: [call] }) => {
        const known = call && calls.get(call.id)
        return known === undefined ? [] : [known.call, ...(known.result === undefined ? [] : [known.result])]
      })
      return [...done, ...(own ?? textItem(entry))].filter(item => items.has(item))
    }
    const heard = entry.role === 'user' ? turns.get(entry.turn)?.filter(item => items.has(item)) : undefined
    return heard !== undefined && heard.length > 0 ? heard : textItem(entry)
  }

  function textItem(entry: HistoryEntry): readonly string[] {
    const known = texts.get(keyOf(entry))
    return known === undefined || known.text !== entry.text || !items.has(known.item) ? [] : [known.item]
  }

  /** The far end's own items of a reply; undefined where they are not all of it. */
  function ownItems(entry: HistoryEntry & { readonly role: 'agent' }): readonly string[] | undefined {
    const record = book.of(entry.reply)
    const left = record?.items.filter(({ leftMs }) => leftMs !== 0) ?? []
    if (left.length === 0 || left.some(each => each.line !== line)) return undefined
    return left.map(({ item }) => item)
  }

  /** A reply that broke off elsewhere is told as one text: its end alone would be no answer. */
  function dropRest(reply: ReplyId): void {
    const left = book.of(reply)?.items.filter(({ leftMs }) => leftMs !== 0) ?? []
    if (left.every(each => each.line === line)) return
    for (const each of left.filter(each => each.line === line)) {
      each.leftMs = 0
      remove(each.item)
    }
  }

  const hasSound = (turn: TurnId) => turns.get(turn)?.some(item => items.has(item)) ?? false
  const isHeard = (turn: TurnId) => hasSound(turn) || line.hearing.owes(turn)

  function place(entry: HistoryEntry, behind: string | null | undefined): readonly string[] {
    const key = keyOf(entry)
    if (entry.role === 'agent') dropRest(entry.reply)
    const added: string[] = []
    const at = () => (behind === undefined ? undefined : (added.at(-1) ?? behind))
    if (entry.role === 'agent')
      for (const { calls: made, results } of exchangesOf(entry)) {
        const [call] = made
        const [result] = results
        if (call !== undefined && result !== undefined) added.push(...exchange(call, result, at()))
      }
    const isThere =
      (entry.role === 'agent' && ownItems(entry) !== undefined) ||
      (entry.role === 'user' && isHeard(entry.turn)) ||
      textItem(entry).length > 0
    if (isThere || entry.text === '') return added
    const old = texts.get(key)
    if (old !== undefined) remove(old.item)
    const role = entry.role === 'agent' ? 'assistant' : entry.role
    const item = put({ kind: 'message', id: next(), role, text: entry.text }, at())
    texts.set(key, { item, text: entry.text })
    return [...added, item]
  }

  return {
    heardAs(turn, item) {
      items.add(item)
      if (forgotten.has(turn)) return remove(item)
      turns.set(turn, [...(turns.get(turn) ?? []), item])
      const [oldest] = turns.keys()
      if (turns.size > MAX_ENTRIES && oldest !== undefined) dropTurn(oldest)
    },
    made(item, call) {
      items.add(item)
      if (call !== undefined) keepCall(call, { call: item, result: undefined })
    },
    typed(turn, text) {
      place({ role: 'user', turn, text, atMs: 0 }, undefined)
    },
    forget(turn) {
      forgotten.add(turn)
      const [oldest] = forgotten
      if (forgotten.size > MAX_ENTRIES && oldest !== undefined) forgotten.delete(oldest)
      dropTurn(turn)
    },
    untyped(turn) {
      const known = texts.get(`user ${turn}`)
      if (known === undefined) return
      texts.delete(`user ${turn}`)
      remove(known.item)
    },
    note: text => put({ kind: 'message', id: next(), role: 'system', text }),
    exchange: (call, result) => exchange(call, result),
    remove,
    isAnswered: call => calls.get(call)?.result !== undefined,
    knows: turn => texts.has(`user ${turn}`) || hasSound(turn),
    sync(history, current) {
      const entries = farEntries(history, ({ reply }) => book.of(reply)?.isSpoken === true)
      const now = new Map<string, readonly string[]>()
      const here = entries.map(standing)
      const isCurrentThere = current !== undefined && hasSound(current)
      /** Behind the last entry that stands there, everything is simply put last. */
      const lastThere = isCurrentThere ? entries.length : here.findLastIndex(each => each.length > 0)
      let behind: string | null = null
      for (const [index, entry] of entries.entries()) {
        const added = place(entry, index > lastThere ? undefined : (here[index]?.at(-1) ?? behind))
        const all = [...(here[index] ?? []).filter(item => items.has(item)), ...added]
        behind = all.at(-1) ?? behind
        now.set(keyOf(entry), all)
      }
      for (const [key, gone] of told) {
        if (now.has(key) || key === `user ${current}`) continue
        for (const item of gone) remove(item)
        texts.delete(key)
      }
      told = now
    },
  }
}
