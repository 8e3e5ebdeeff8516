/** What the tests of live conversations share: a board on a clock of the test's, sessions that are none, a socket that is none. */
import type { AudioFrame } from '@parley/audio'
import type { ReplyId, SessionEvent, SessionId, TurnId } from '@parley/core'
import type { Principal, Scope } from '@parley/platform'
import { type LiveServerMessage, type LiveSession, liveServerMessageSchema } from '@parley/protocol'
import { createHandClock } from '../testing/hand-clock.js'
import { createLiveBoard, type LiveBoard } from './live-board.js'
import type { LiveFacts } from './live-state.js'

export const turn = (name: string) => name as TurnId
export const reply = (name: string) => name as ReplyId

type Untimed<Event> = Event extends unknown ? Omit<Event, 'atMs'> : never

export function liveStage(node = 'here') {
  const clock = createHandClock()
  const board = createLiveBoard({ node, clock, epochMs: () => 1_000_000 + clock.now() })
  return { clock, board }
}

export function beginLive(board: LiveBoard, over: Partial<LiveFacts> = {}) {
  const facts: LiveFacts = {
    ...{ session: 'ses_1' as SessionId, tenant: 'acme', subject: 'ana' },
    ...{ agent: 'clinic', edge: 'voice-ws', language: 'es' },
    ...over,
  }
  const ends: string[] = []
  let standing = 1
  const tap = board.tapOf(facts, { end: reason => ends.push(reason), devices: () => standing })
  const tell = (event: Untimed<SessionEvent>) => tap.event?.({ atMs: 0, ...event } as SessionEvent)
  tell({ kind: 'session-started', session: facts.session, language: facts.language })
  const stand = (devices: number) => {
    standing = devices
  }
  return { tap, tell, ends, stand }
}

/** 20 ms at 16 kHz of one value. */
export function frameOf(value: number): AudioFrame {
  return { samples: new Int16Array(320).fill(value), rate: 16_000, atMs: 0 }
}

export function rowsOf(board: LiveBoard): LiveSession[] {
  return [...board.entries()].map(({ row }) => row)
}

export function principalOf(scopes: readonly Scope[], over: Partial<Principal> = {}): Principal {
  return { tenant: 'acme', subject: 'ana', scopes, anonymous: false, ...over }
}

/** The parts of a socket that the feed touches. `bufferedAmount` is the test's to set. */
export function feedSocket() {
  const listeners = new Map<string, (...values: never[]) => void>()
  const sent: LiveServerMessage[] = []
  const closed: string[] = []
  const socket = {
    bufferedAmount: 0,
    pings: 0,
    send: (text: string) => void sent.push(liveServerMessageSchema.parse(JSON.parse(text))),
    close: (code: number, reason: string) => void closed.push(`${code} ${reason}`),
    terminate: () => void closed.push('cut'),
    ping() {
      socket.pings += 1
    },
    on: (event: string, run: (...values: never[]) => void) => listeners.set(event, run),
  }
  return {
    socket,
    closed,
    take: () => sent.splice(0),
    say: (message: unknown, isBinary = false) =>
      listeners.get('message')?.(
        ...([typeof message === 'string' ? message : JSON.stringify(message), isBinary] as never[]),
      ),
    tell: (event: 'close' | 'pong') => listeners.get(event)?.(),
  }
}
