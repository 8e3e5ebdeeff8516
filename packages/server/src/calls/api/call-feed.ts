/**
 * Events of calls for those who follow them live. All followers of a node share one look at the store, every 250 ms and
 * only while somebody follows; who is behind (new, resumed, slow) reads by itself what it missed, and joins the others
 * again. Nothing is kept in memory for anybody: the store has it all, in one order.
 */

import { type CallEvent, type CallStore, finalStatuses } from '@parley/calls'
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { Log } from '../../log/log.js'
import { type Follower, type FollowOrder, type FollowSink, give, newFollower } from './follower.js'

export interface CallFeed {
  /**
   * Follows a tenant's calls, or one of them, until `stop`, its end, or a fault; which of the last two is told to `end`.
   * @throws ParleyError `overloaded` where too many follow, `draining`
   */
  follow(order: FollowOrder, sink: FollowSink): Cancel
  /** Something was written here: looks at once. */
  nudge(): void
  /** Ends every follower with `draining`, and takes no more. */
  close(): void
  readonly followers: number
}

export interface CallFeedOptions {
  readonly store: Pick<CallStore, 'readEvents' | 'lastEvent' | 'readCall'>
  readonly clock: Clock
  readonly log: Log
  /** Between two looks, ms. */
  readonly everyMs?: number
  /** Followers of this node, and of one tenant here. */
  readonly most?: number
  readonly mostOfTenant?: number
}

const PAGE = 500

function leaving(): ParleyError {
  return new ParleyError('draining', 'This node is leaving; connect again and go on behind the last event.')
}

export function createCallFeed(options: CallFeedOptions): CallFeed {
  const { store, clock, log, everyMs = 250, most = 1_000, mostOfTenant = 100 } = options
  const followers = new Set<Follower>()
  /** All up to here was given to those who have joined; undefined while nobody looks. */
  let tail: number | undefined
  let looking = false
  let again = false
  let closed = false
  let cancelTimer: Cancel | undefined

  function leave(follower: Follower): void {
    follower.gone = true
    follower.joined = false
    followers.delete(follower)
    if (followers.size > 0) return
    cancelTimer?.()
    cancelTimer = undefined
    tail = undefined
  }

  function finish(follower: Follower, error: ParleyError | undefined): void {
    if (follower.gone) return
    leave(follower)
    follower.sink.end(error)
  }

  /** Reads what is missed, until there is nothing that the others had meanwhile. */
  async function catchUp(follower: Follower): Promise<void> {
    const { tenant, call } = follower.order
    const only = call === undefined ? {} : { call }
    for (;;) {
      await follower.sink.room()
      if (follower.gone) return
      const before = tail
      const afterSeq = follower.position ?? 0
      const events = await store.readEvents({ tenant, ...only, afterSeq, limit: PAGE })
      if (follower.gone) return
      const room = give(follower, events)
      if (events.length < PAGE && follower.over) return finish(follower, undefined)
      if (events.length < PAGE && room && before !== undefined && before === tail) break
      if (tail === undefined) {
        const last = await store.lastEvent()
        // Another may have begun to look meanwhile; its place must not be moved.
        tail ??= last
      }
    }
    follower.joined = true
    schedule()
  }

  function start(follower: Follower): void {
    beginning(follower)
      .then(() => catchUp(follower))
      .catch((error: unknown) => fail(follower, error))
  }

  async function beginning(follower: Follower): Promise<void> {
    const { tenant, call, afterSeq } = follower.order
    if (call === undefined) {
      follower.position ??= afterSeq ?? (await store.lastEvent())
      return
    }
    follower.position ??= afterSeq ?? 0
    const found = await store.readCall({ tenant, id: call })
    if (found === undefined) throw new ParleyError('not_found', 'There is no such call.')
    follower.over ||= finalStatuses.includes(found.status)
  }

  function fail(follower: Follower, thrown: unknown): void {
    const error = ParleyError.from(thrown)
    if (error.code === 'internal') log.error({ err: error }, 'a follower of calls was lost')
    finish(follower, error)
  }

  function schedule(): void {
    if (followers.size === 0 || looking) return
    cancelTimer ??= clock.after(everyMs, () => {
      cancelTimer = undefined
      void look()
    })
  }

  async function look(): Promise<void> {
    if (looking || tail === undefined) {
      again = looking
      return
    }
    looking = true
    try {
      for (let full = true; full && tail !== undefined; ) {
        const events: readonly CallEvent[] = await store.readEvents({ afterSeq: tail, limit: PAGE })
        full = events.length === PAGE || again
        again = false
        if (tail !== undefined) tail = Math.max(tail, events.at(-1)?.seq ?? 0)
        if (events.length > 0) tellAll(events)
      }
    } catch (error) {
      // The next look is as good: nothing was counted as told.
      log.warn({ err: error }, 'events of calls could not be read; trying again')
    } finally {
      looking = false
      schedule()
    }
  }

  function tellAll(events: readonly CallEvent[]): void {
    for (const follower of [...followers]) {
      if (!follower.joined) continue
      const room = give(follower, events)
      if (follower.over) finish(follower, undefined)
      else if (!room) {
        follower.joined = false
        start(follower)
      }
    }
  }

  return {
    follow(order, sink) {
      if (closed) throw leaving()
      const ofTenant = [...followers].filter(each => each.order.tenant === order.tenant).length
      if (followers.size >= most || ofTenant >= mostOfTenant)
        throw new ParleyError('overloaded', 'Too many follow calls here; close one that is not needed.')
      const follower = newFollower(order, sink)
      followers.add(follower)
      start(follower)
      return () => leave(follower)
    },
    nudge() {
      if (followers.size > 0) void look()
    },
    close() {
      closed = true
      for (const follower of [...followers]) finish(follower, leaving())
    },
    get followers() {
      return followers.size
    },
  }
}
