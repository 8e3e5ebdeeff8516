/**
 * What this device is in its conversation, and how its next socket comes back into that: the speaker by its resume token,
 * others by joining again. Pure.
 */
import type { Device, DeviceRole, HelloInput, Ready, ServerMessageOf } from '@parley/protocol'

export type Join = NonNullable<HelloInput['join']>

export interface Standing {
  /** Before the first `ready`, what was asked for. */
  readonly role: DeviceRole
  /** How the next hello begins. */
  beginning(): Pick<HelloInput, 'resume' | 'join'>
  /** The conversation, where it is one that was begun or joined before. */
  readonly session: string | undefined
  ready(message: Ready): void
  /** This device is something else now: a token of before is not worth anything any more. */
  becomes(message: Pick<ServerMessageOf<'role'>, 'role' | 'resumeToken'>): void
  devices(all: readonly Device[]): void
  /** The node that leaves gives a token for another one. */
  moves(resumeToken: string): void
  /** The token was refused. Returns whether there is another way into the same conversation. */
  refused(): boolean
  /** That conversation is over. */
  forget(): void
}

/** `wanted` is asked for at each beginning, as a page may not know before what it can be. */
export function createStanding(wanted: () => Join | undefined): Standing {
  let role: DeviceRole | undefined
  let session: string | undefined
  let token: string | undefined
  let others = false

  return {
    get role() {
      return role ?? wanted()?.as ?? 'speaker'
    },
    get session() {
      return session
    },
    beginning() {
      if (token !== undefined) return { resume: token }
      const join = wanted()
      if (session === undefined || role === undefined) return join === undefined ? {} : { join }
      return { join: { ...(join?.hears === undefined ? {} : { hears: join.hears }), session, as: role } }
    },
    ready(message) {
      if (message.session !== session) others = false
      session = message.session
      role = message.role ?? 'speaker'
      token = message.resumeToken === '' ? undefined : message.resumeToken
    },
    becomes({ role: next, resumeToken }) {
      role = next
      token = resumeToken === '' ? undefined : resumeToken
    },
    devices(all) {
      others ||= all.length > 1
    },
    moves(resumeToken) {
      if (resumeToken !== '') token = resumeToken
    },
    refused() {
      // Another device may have taken over while this one was away.
      const canJoin = token !== undefined && others
      token = undefined
      if (canJoin) role = 'controller'
      return canJoin
    },
    forget() {
      role = undefined
      session = undefined
      token = undefined
      others = false
    },
  }
}
