/** Opens and ends the sessions of this process. A session belongs to the tenant and subject that opened it. */

import { type CloseReason, ParleyError, type SessionId } from '@parley/core'
import { beginSession } from './begin-session.js'
import type { Beginning, OpenedCall, OpenSession, SessionDesk, SessionDeskParts } from './desk-contract.js'
import { createDeskJoins } from './desk-joins.js'
import { createDeskOpenings } from './desk-openings.js'
import { createTenantPlaces } from './tenant-places.js'

export function createSessionDesk(parts: SessionDeskParts): SessionDesk {
  const { log, store } = parts
  const open = new Map<SessionId, OpenSession>()
  const places = createTenantPlaces(parts.policies)
  let draining = false

  function forget(id: SessionId, reason: CloseReason): void {
    open.delete(id)
    // Another process goes on with it: it is not over.
    if (reason === 'handed-over') return
    const ended = { id, reason, endedAtMs: parts.epochMs() }
    void store
      .endSession(ended)
      .catch((error: unknown) => log.error({ err: error, session: id }, 'session end not stored'))
  }

  const state = {
    open,
    forget,
    get draining() {
      return draining
    },
  }

  async function begin(beginning: Beginning): Promise<OpenedCall> {
    if (draining) throw new ParleyError('draining')
    // What goes on from elsewhere was let in there.
    const { goesOnFrom, principal } = beginning
    const giveBack = goesOnFrom === undefined ? await places.take(principal.tenant) : () => {}
    try {
      return await beginSession(parts, state, beginning, giveBack)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  async function drain(signal: AbortSignal): Promise<void> {
    draining = true
    for (const { session, leave } of open.values()) leave?.(session)
    const leaving = new Map<SessionId, Promise<void>>()
    await new Promise<void>(resolve => {
      const stop = parts.ticker.add(() => {
        for (const [id, opened] of open) {
          const waits = opened.session.floor !== 'open' && !signal.aborted
          if (!waits && !leaving.has(id)) leaving.set(id, leave(opened))
        }
        if (open.size > 0) return
        stop()
        resolve()
      })
    })
    await Promise.all(leaving.values())
    await Promise.all([store.flush(), parts.recorder.flush(), parts.moved?.flush()])
  }

  /** Ends it here; whose speaker can come back to another node finds it there. */
  async function leave({ session, edge, principal, speaker, token, facts }: OpenSession): Promise<void> {
    const { moved } = parts
    const { id } = session
    const comesBack = edge === 'voice-ws' || edge === 'webrtc'
    if (moved === undefined || !comesBack) return session.end('draining')
    const snapshot = await session.handOver().catch(() => undefined)
    // Its client left at the same moment.
    if (snapshot === undefined) return
    // Should nobody come back, it is over; should somebody, a later end takes the place of this one.
    const ended = { id, reason: 'draining', endedAtMs: parts.epochMs() } as const
    await store
      .endSession(ended)
      .catch((error: unknown) => log.error({ err: error, session: id }, 'session end not stored'))
    const key = { principal: { tenant: principal.tenant, subject: speaker }, token }
    moved.put(key, { snapshot, agent: facts.agent, owner: principal.subject })
  }

  const { goOn, ...openings } = createDeskOpenings({ ...parts, begin })
  return {
    get active() {
      return open.size
    },
    subjectOf: session => open.get(session as SessionId)?.principal.subject,
    endHandedOver(id) {
      if (!open.has(id)) forget(id, 'hang-up')
    },
    drain,
    ...openings,
    ...createDeskJoins({ open, log, metrics: parts.metrics, goOn }),
  }
}
