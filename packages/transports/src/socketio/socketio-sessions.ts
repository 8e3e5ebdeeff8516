/**
 * The sessions of Socket.IO clients: who they are and which conversation is theirs, over the sockets they come with.
 * Bounded: where all places are taken newcomers are refused, once those nobody came back to in time were forgotten.
 */
import { type Clock, type CloseReason, ParleyError } from '@parley/core'
import type { Hello } from '@parley/protocol'
import type { VoicePrincipal } from '../ws/voice-host.js'

export interface SocketioSession {
  readonly id: string
  principal: VoicePrincipal | undefined
  /** Sockets that are open now. */
  sockets: number
  lastSeenMs: number
  call: SessionCall | undefined
}

/** The conversation that is under way, or that waits for its client to come back. */
export interface SessionCall {
  readonly hello: Hello
  /** Empty for a device that joins again. */
  readonly resumeToken: string
  /** The socket that has it. */
  readonly holder: object
  lost: Extract<CloseReason, 'lost'> | undefined
}

export interface SocketioCounts {
  readonly total: number
  readonly authenticated: number
  readonly activeCalls: number
  readonly activeLastMinute: number
}

export interface SocketioSessions {
  /** @throws ParleyError `overloaded` where all places are taken */
  begin(): SocketioSession
  /** The session of this id if it is this principal's. */
  find(id: string, principal: VoicePrincipal): SocketioSession | undefined
  /** A socket of it is gone. One that nobody was known in is forgotten at once, others after their time. */
  leave(session: SocketioSession): void
  counts(): SocketioCounts
}

export interface SocketioSessionsOptions {
  readonly clock: Clock
  /** How long a session without a socket is kept, ms. */
  readonly ttlMs: number
  readonly maxSessions: number
  /** A name that cannot be guessed. */
  newId(): string
}

const MINUTE_MS = 60_000

export function createSocketioSessions(options: SocketioSessionsOptions): SocketioSessions {
  const { clock, ttlMs, maxSessions, newId } = options
  const sessions = new Map<string, SocketioSession>()

  const isOver = ({ sockets, lastSeenMs }: SocketioSession) =>
    sockets === 0 && clock.now() - lastSeenMs >= ttlMs

  function sweep(): void {
    for (const session of sessions.values()) if (isOver(session)) sessions.delete(session.id)
  }

  return {
    begin() {
      if (sessions.size >= maxSessions) sweep()
      if (sessions.size >= maxSessions)
        throw new ParleyError('overloaded', `All ${maxSessions} sessions are taken; try again later.`)
      const session: SocketioSession = {
        id: newId(),
        principal: undefined,
        sockets: 1,
        lastSeenMs: clock.now(),
        call: undefined,
      }
      sessions.set(session.id, session)
      return session
    },
    find(id, { tenant, subject }) {
      const found = sessions.get(id)
      if (found?.principal?.tenant !== tenant || found.principal.subject !== subject) return undefined
      return isOver(found) ? undefined : found
    },
    leave(session) {
      session.sockets -= 1
      if (session.sockets > 0) return
      if (session.principal === undefined) sessions.delete(session.id)
      else session.lastSeenMs = clock.now()
    },
    counts() {
      sweep()
      const all = [...sessions.values()]
      const sinceMs = clock.now() - MINUTE_MS
      return {
        total: all.length,
        authenticated: all.filter(({ principal }) => principal !== undefined).length,
        activeCalls: all.filter(({ call }) => call !== undefined && call.lost === undefined).length,
        activeLastMinute: all.filter(({ lastSeenMs }) => lastSeenMs >= sinceMs).length,
      }
    },
  }
}
