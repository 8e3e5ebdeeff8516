/**
 * What a voice socket whose client asked for it is told of how both sides speak. It gives way to everything else: what
 * finds the socket full is left out and counted, and the client is told how much once it reads again.
 */
import { type Clock, ParleyError, type ReplyId } from '@parley/core'
import type { SideMessage } from '@parley/protocol'
import type { ProsodyFeed, ProsodyFollower, ProsodyWish } from '../prosody/prosody-feed.js'
import { createSideBatches } from '../prosody-sides/side-batches.js'
import type { Outbox } from './outbox.js'

export interface SideLine {
  /** Messages that were left out so far. */
  readonly lost: number
  close(): void
}

export interface SideLineOptions {
  readonly clock: Clock
  /** Undefined where nobody can tell. */
  readonly feed: ProsodyFeed | undefined
  readonly wish: ProsodyWish
  readonly outbox: Pick<Outbox, 'aside' | 'control'>
  warn(error: ParleyError): void
}

/** Sound leaves 200 ms before its time; with what an analyser holds back, frames are there before it is heard. */
const SPAN_MS = 96

/** Follows until `close`. Where it cannot, the client is warned and the conversation goes on. */
export function followSides({ clock, feed, wish, outbox, warn }: SideLineOptions): SideLine {
  let lost = 0
  let untold = 0
  const batches = createSideBatches({ clock, spanMs: SPAN_MS, send })

  function send(message: SideMessage): void {
    // An order, not news: without it the client would show what is not heard.
    if (message.type === 'cleared') return outbox.control(message)
    if (!outbox.aside(message, 'reply' in message ? (message.reply as ReplyId) : undefined)) {
      lost += 1
      untold += 1
      return
    }
    if (untold === 0) return
    const count = untold
    untold = 0
    warn(
      new ParleyError(
        'overloaded',
        `${count} messages of prosody were left out while this client did not read.`,
      ),
    )
  }

  const follower: ProsodyFollower = {
    told: batches.add,
    event({ kind }) {
      if (kind === 'reply-sent' || kind === 'speech-ended') batches.flush()
    },
    ended: batches.close,
  }

  function follow(): (() => void) | undefined {
    try {
      const stop = feed?.follow(wish, follower)
      if (stop === undefined)
        warn(new ParleyError('not_found', 'Nobody tells the prosody of this conversation.'))
      return stop
    } catch (thrown) {
      warn(ParleyError.from(thrown))
      return undefined
    }
  }

  const stop = follow()
  return {
    get lost() {
      return lost
    },
    close() {
      stop?.()
      batches.close()
    },
  }
}
