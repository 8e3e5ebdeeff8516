/**
 * Who a response belongs to: by its id, by our name in its metadata, or, where a server keeps neither to itself, as the only
 * one that can be meant. Those that are over are known for a while, so that what comes late is not taken for another's.
 */

import type { FarAsk } from '@parley/core'
import { type Fields, fieldsOf, textOf } from './far-fields.js'

export interface Booked {
  readonly ask: FarAsk
  /** `sent`: the vendor may begin to answer it. */
  readonly stage: string
  responseId?: string
}

export interface FarBook<One extends Booked> {
  /** In the order they were asked for, by name. */
  readonly open: Map<string, One>
  /** The one whose output this is, by the id of the response. */
  ofOutput(responseId: string | undefined): One | undefined
  /** The one whose response this is. */
  ofResponse(response: Fields): One | undefined
  /** Whether it is one of ours that was given up; told once. */
  isLate(response: Fields): boolean
  /** False: it was over before. */
  close(one: One): boolean
}

const MOST_OVER = 64

export function farBook<One extends Booked>(): FarBook<One> {
  const open = new Map<string, One>()
  const over = new Set<string>()

  function forget(responseId: string): void {
    over.add(responseId)
    if (over.size <= MOST_OVER) return
    const [oldest] = over
    if (oldest !== undefined) over.delete(oldest)
  }

  function known(responseId: string): One | undefined {
    for (const one of open.values()) if (one.responseId === responseId) return one
    return undefined
  }

  /** Of those that have no response yet, the only one of its kind. */
  function onlyOne(responseId: string, isBeside: boolean | undefined): One | undefined {
    if (over.has(responseId)) return undefined
    let found: One | undefined
    for (const one of open.values()) {
      if (one.stage !== 'sent' || one.responseId !== undefined) continue
      if (isBeside !== undefined && (one.ask.beside ?? false) !== isBeside) continue
      if (found !== undefined) return undefined
      found = one
    }
    return name(found, responseId)
  }

  function name(one: One | undefined, responseId: string | undefined): One | undefined {
    if (one !== undefined && responseId !== undefined) one.responseId = responseId
    return one
  }

  return {
    open,
    ofOutput(responseId) {
      if (responseId === undefined) return undefined
      return known(responseId) ?? onlyOne(responseId, undefined)
    },
    ofResponse({ id, metadata, conversation_id: conversation }) {
      const responseId = textOf(id)
      const one = responseId === undefined ? undefined : known(responseId)
      if (one !== undefined) return one
      const { ask } = fieldsOf(metadata)
      const named = typeof ask === 'string' ? open.get(ask) : undefined
      if (named?.stage === 'sent' && named.responseId === undefined) return name(named, responseId)
      if (ask !== undefined || responseId === undefined) return undefined
      return onlyOne(responseId, conversation === undefined ? undefined : conversation === null)
    },
    isLate({ id, metadata }) {
      const responseId = textOf(id)
      if (responseId === undefined || over.has(responseId)) return false
      if (typeof fieldsOf(metadata).ask !== 'string') return false
      forget(responseId)
      return true
    },
    close(one) {
      if (one.responseId !== undefined) forget(one.responseId)
      return open.delete(one.ask.id)
    },
  }
}
