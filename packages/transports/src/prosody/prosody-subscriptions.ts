/** The live conversations that one prosody socket follows. */
import { defined, ParleyError, type SessionId } from '@parley/core'
import type { ConversationMessage, ProsodySubscribe, SideMessage } from '@parley/protocol'
import { toldMs } from '../prosody-sides/told-prosody.js'
import { conversationMessages } from './conversation-message.js'
import { frameText } from './frame-text.js'
import type { ProsodyFeed, ProsodyFollower } from './prosody-feed.js'
import type { ProsodyOutbox } from './prosody-outbox.js'

export interface ProsodySubscriptionsOptions {
  readonly feed: ProsodyFeed | undefined
  readonly tenant: string
  /** Whether this client may follow that session, of whose tenant it is. */
  mayFollow(session: string): boolean
  readonly outbox: Pick<ProsodyOutbox, 'frames' | 'send'>
  readonly max: number
}

export interface ProsodySubscriptions {
  readonly count: number
  /** @throws ParleyError `forbidden`, `not_found`, `rate_limited` */
  subscribe(wish: ProsodySubscribe): void
  unsubscribe(session: string): void
  close(): void
}

export function createProsodySubscriptions(options: ProsodySubscriptionsOptions): ProsodySubscriptions {
  const { feed, tenant, outbox, max } = options
  const followed = new Map<string, Following>()
  const tell = (message: ConversationMessage) => outbox.send(JSON.stringify(message, toldNumber))

  function stop(session: string): void {
    const following = followed.get(session)
    followed.delete(session)
    if (following === undefined) return
    following.live = false
    following.unfollow()
  }

  function followerOf(session: string, following: Following): ProsodyFollower {
    /** A feed may tell the first things before the client knows that it is subscribed. */
    const inTurn = (run: () => void) => {
      if (!following.live) return
      if (following.early === undefined) run()
      else following.early.push(run)
    }
    return {
      told(message) {
        const text = message.type === 'prosody' ? framesText(message, session) : undefined
        inTurn(() => {
          if (message.type === 'prosody' && text !== undefined) outbox.frames(text, message.frames.length)
          else outbox.send(JSON.stringify({ ...message, session }))
        })
      },
      event(event) {
        inTurn(() => {
          for (const message of conversationMessages(event, session)) tell(message)
        })
      },
      ended() {
        inTurn(() => {
          followed.delete(session)
          following.live = false
          tell({ type: 'session-ended', session })
        })
      },
    }
  }

  return {
    get count() {
      return followed.size
    },
    subscribe({ session, sides, hopMs, visemes }) {
      if (!options.mayFollow(session)) {
        throw new ParleyError(
          'forbidden',
          '`subscribe`: the session is not your own; that takes the scope sessions:read.',
        )
      }
      if (!followed.has(session) && followed.size >= max) {
        throw new ParleyError('rate_limited', `One socket follows ${max} sessions at most; open another.`)
      }
      stop(session)
      const following: Following = { live: true, early: [], unfollow() {} }
      const wish = { session: session as SessionId, tenant, ...defined({ sides, hopMs, visemes }) }
      const unfollow = feed?.follow(wish, followerOf(session, following))
      if (unfollow === undefined)
        throw new ParleyError('not_found', '`subscribe`: no such session is live in this process.')
      following.unfollow = unfollow
      followed.set(session, following)
      tell({ type: 'subscribed', session })
      const { early } = following
      following.early = undefined
      for (const run of early ?? []) if (following.live) run()
    },
    unsubscribe(session) {
      stop(session)
      tell({ type: 'unsubscribed', session })
    },
    close() {
      for (const session of [...followed.keys()]) stop(session)
    },
  }
}

/** All of them are ms. */
function toldNumber(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? toldMs(value) : value
}

interface Following {
  live: boolean
  /** What was told before `subscribed`; undefined from then on. */
  early: (() => void)[] | undefined
  unfollow(): void
}

function framesText(message: Extract<SideMessage, { type: 'prosody' }>, session: string): string {
  const { frames, ...head } = message
  const texts = frames.map(frame => `{${frameText(frame)}}`)
  return `${JSON.stringify({ ...head, session }).slice(0, -1)},"frames":[${texts.join(',')}]}`
}
