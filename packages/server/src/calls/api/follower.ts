/** One who follows events of calls: what it wants, how far it is, and where it is sent to. */

import { type CallEvent, type CallId, finalStatuses } from '@parley/calls'
import type { ParleyError } from '@parley/core'

export interface FollowOrder {
  readonly tenant: string
  readonly call?: CallId
  /** The last that is known; without it one call is told from its beginning, and all calls from now on. */
  readonly afterSeq?: number
}

export interface FollowSink {
  /** False: no more until `room` resolves. */
  send(events: readonly CallEvent[]): boolean
  /** Resolves when more can be sent, however that takes; at once when it can. */
  room(): Promise<void>
  /** Undefined: the call is over and all of it was sent. */
  end(error: ParleyError | undefined): void
}

export interface Follower {
  readonly order: FollowOrder
  readonly sink: FollowSink
  /** Undefined until it is known where it begins. */
  position: number | undefined
  /** Takes part in the common look. */
  joined: boolean
  over: boolean
  gone: boolean
}

/** Orders between nodes: addresses and tickets stand in them. */
const hidden: ReadonlySet<string> = new Set(['next', 'next-taken'])

export function newFollower(order: FollowOrder, sink: FollowSink): Follower {
  return { order, sink, position: order.afterSeq, joined: false, over: false, gone: false }
}

/** What of these it wants and does not have, in their order. False: no more until there is room. */
export function give(follower: Follower, events: readonly CallEvent[]): boolean {
  const { order, sink, position = 0 } = follower
  const wanted = events.filter(
    ({ seq, tenant, call }) =>
      seq > position && tenant === order.tenant && (order.call === undefined || call === order.call),
  )
  const last = events.at(-1)
  if (last !== undefined) follower.position = Math.max(position, last.seq)
  follower.over ||= order.call !== undefined && wanted.some(isEnd)
  const shown = wanted.filter(({ kind }) => !hidden.has(kind))
  return shown.length === 0 || sink.send(shown)
}

function isEnd({ kind, data }: CallEvent): boolean {
  return (kind === 'status' || kind === 'created') && finalStatuses.some(status => status === data.status)
}
