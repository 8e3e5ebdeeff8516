/**
 * Both sides of one conversation, for those who follow it. A tap: it looks on and changes nothing. With nobody there it
 * keeps the places of the reply under way and analyses nothing.
 */
import { type AudioFrame, frameMs } from '@parley/audio'
import { createCallerAnchor, ParleyError, type ReplyId, type SessionEvent, type Tap } from '@parley/core'
import type { SideMessage } from '@parley/protocol'
import type { ProsodyFollower, ProsodyWish } from '../prosody/prosody-feed.js'
import type { ProsodySidesOptions } from './prosody-sides.js'
import { createSideEar, type SideEar } from './side-ear.js'
import { createSideVisemes } from './side-visemes.js'
import { toldMs } from './told-prosody.js'

export interface SessionSides {
  readonly tap: Tap
  /** Throws `overloaded` if too many follow already, `bad_request` for a hop out of range. */
  follow(wish: Wish, follower: ProsodyFollower): () => void
}

type Wish = Omit<ProsodyWish, 'session' | 'tenant'>
type Side = 'user' | 'agent'

interface Following {
  readonly follower: ProsodyFollower
  readonly sides: readonly Side[]
  readonly visemes: boolean
}

interface SharedEar {
  readonly side: Side
  readonly hopMs: number
  readonly ear: SideEar
  readonly followings: Set<Following>
}

const DEFAULT_HOP_MS = 32
/** Of one conversation: each may want frames of its own. */
const MOST_FOLLOWERS = 16

export function createSessionSides(options: ProsodySidesOptions, ended: () => void): SessionSides {
  const { clock } = options
  const followings = new Set<Following>()
  const ears: SharedEar[] = []
  const anchor = createCallerAnchor()
  let beganAtMs: number | undefined
  let language = 'en'
  let agentUntilMs = Number.NEGATIVE_INFINITY
  const visemes = createSideVisemes({
    ofWords: options.visemesOfWords,
    ofSound: options.visemesOfSound,
    told: message => tellAll(message, ({ visemes }) => visemes),
  })

  /** Ms since the session began, which its first event tells. */
  const now = () => (beganAtMs === undefined ? 0 : clock.now() - beganAtMs)

  function tell(following: Following, message: SideMessage): void {
    guard(following, follower => follower.told(message))
  }

  function tellAll(message: SideMessage, wants: (following: Following) => boolean): void {
    for (const following of followings) if (wants(following)) tell(following, message)
  }

  /** One follower that fails is dropped, and the others go on. */
  function guard(following: Following, call: (follower: ProsodyFollower) => void): void {
    try {
      call(following.follower)
    } catch {
      leave(following)
    }
  }

  function leave(following: Following): void {
    followings.delete(following)
    for (const shared of ears) shared.followings.delete(following)
    const kept = ears.filter(shared => shared.followings.size > 0)
    ears.splice(0, ears.length, ...kept)
  }

  function earOf(side: Side, hopMs: number): SharedEar {
    const found = ears.find(shared => shared.side === side && shared.hopMs === hopMs)
    if (found !== undefined) return found
    const followings = new Set<Following>()
    const toAll = (message: SideMessage) => {
      for (const following of followings) tell(following, message)
    }
    const ear = createSideEar({
      hopMs,
      analyser: options.analyser,
      frames: (owner, heardAtMs, frames) =>
        toAll(
          side === 'user'
            ? { type: 'prosody', side, heardAtMs, frames }
            : { type: 'prosody', side, reply: owner, heardAtMs, frames },
        ),
      utterance: (owner, utterance) =>
        toAll({ type: 'utterance', side, ...(side === 'user' ? {} : { reply: owner }), utterance }),
    })
    const shared = { side, hopMs, ear, followings }
    ears.push(shared)
    return shared
  }

  function each(side: Side, call: (ear: SideEar) => void): void {
    for (const shared of [...ears]) if (shared.side === side) call(shared.ear)
  }

  function take(event: SessionEvent): void {
    beganAtMs ??= clock.now() - event.atMs
    switch (event.kind) {
      case 'session-started':
        language = event.language
        return
      case 'reply-visemes':
        return visemes.cues(event.reply, event.cues)
      case 'reply-words':
        return visemes.words(event.reply, event.text, event.untilMs, language)
      case 'reply-sent':
        each('agent', ear => ear.pause())
        return visemes.ended(event.reply)
      default:
    }
  }

  function endAll(): void {
    for (const following of [...followings]) {
      leave(following)
      guard(following, follower => follower.ended())
    }
  }

  /** A tap that throws is unplugged: nothing more would be told. */
  function whole<Given extends readonly unknown[]>(call: (...given: Given) => void) {
    return (...given: Given): void => {
      try {
        call(...given)
      } catch (thrown) {
        ended()
        endAll()
        throw thrown
      }
    }
  }

  const tap: Tap = {
    name: 'prosody',
    userAudio: whole((frame: AudioFrame) => {
      const heardMs = frameMs(frame)
      const atMs = frame.atMs + anchor.came(frame.atMs + heardMs, now())
      if (ears.length === 0) return
      each('user', ear => ear.hear(frame, 'user', toldMs(atMs)))
      // The caller's frames are the clock of the agent's silences.
      if (now() >= agentUntilMs) each('agent', ear => ear.rest(heardMs))
    }),
    agentAudio: whole((frame: AudioFrame, reply: ReplyId, heardInMs: number) => {
      const heardAtMs = toldMs(now() + heardInMs)
      agentUntilMs = heardAtMs + frameMs(frame)
      const followed = followings.size > 0 && [...followings].some(({ visemes }) => visemes)
      visemes.sent(reply, frame, heardAtMs, followed)
      each('agent', ear => ear.hear(frame, reply, heardAtMs))
    }),
    agentCleared: whole((reply: ReplyId, heardMs: number) => {
      agentUntilMs = now()
      each('agent', ear => ear.cut(reply, heardMs))
      visemes.cut(reply, heardMs)
      tellAll({ type: 'cleared', reply, heardMs: toldMs(heardMs) }, ({ sides }) => sides.includes('agent'))
    }),
    event: whole((event: SessionEvent) => {
      take(event)
      for (const following of followings) guard(following, follower => follower.event?.(event))
      if (event.kind !== 'session-ended') return
      ended()
      endAll()
    }),
  }

  return {
    tap,
    follow(wish, follower) {
      const { hopMs = DEFAULT_HOP_MS, sides = ['user', 'agent'], visemes = true } = wish
      if (!(hopMs >= 16 && hopMs <= 100))
        throw new ParleyError('bad_message', '`hopMs` is 16 to 100; leave it out for 32.')
      if (followings.size >= MOST_FOLLOWERS)
        throw new ParleyError(
          'overloaded',
          `${MOST_FOLLOWERS} follow this conversation already; try again later.`,
        )
      const following = { follower, sides, visemes: visemes && sides.includes('agent') }
      followings.add(following)
      for (const side of new Set(sides)) earOf(side, Math.round(hopMs)).followings.add(following)
      return () => leave(following)
    },
  }
}
