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
    await new Promise<void>(resolve => {
      const stop = parts.ticker.add(() => {
        for (const { session } of open.values()) {
          if (session.floor === 'open' || signal.aborted) void session.end('draining')
        }
        if (open.size > 0) return
        stop()
        resolve()
      })
    })
    await Promise.all([store.flush(), parts.recorder.flush()])
  }

  return {
    get active() {
      return open.size
    },
    subjectOf: session => open.get(session as SessionId)?.principal.subject,
    endHandedOver(id) {
      if (!open.has(id)) forget(id, 'hang-up')
    },
    drain,
    ...createDeskOpenings({ ...parts, begin }),
    ...createDeskJoins({ open, log, metrics: parts.metrics }),
  }
}
