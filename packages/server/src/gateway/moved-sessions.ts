/**
 * Conversations whose node leaves, for the node at which their speaker comes back: put away under the token that the speaker
 * holds, and given once. The token itself is written nowhere, so that who reads the shelf cannot come back with it.
 */

import { createHash } from 'node:crypto'
import type { Clock, Ids, SessionId, SessionSnapshot } from '@parley/core'
import { createResumeRegistry, type ResumeRegistry, type ResumeShelf } from '@parley/platform'
import type { VoicePrincipal } from '@parley/transports'
import { z } from 'zod'
import type { Log } from '../log/log.js'

/** Who may come back with what. */
export interface MovedKey {
  readonly principal: Pick<VoicePrincipal, 'tenant' | 'subject'>
  readonly token: string
}

export interface MovedSession {
  readonly snapshot: SessionSnapshot
  readonly agent: string
  /** Subject that began it; another may speak by now. */
  readonly owner: string
}

export interface MovedSessions {
  put(key: MovedKey, moved: MovedSession): void
  /**
   * Of all who ask exactly one gets it. Undefined where nobody put it away, or too long ago.
   * @throws ParleyError `store_unavailable` where that cannot be known
   */
  take(key: MovedKey): Promise<MovedSession | undefined>
  /** It goes on: nobody else can take it. */
  drop(key: MovedKey): void
  /** Resolves once what was put away is written, or failed with a warning. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface MovedSessionsOptions {
  readonly shelf: ResumeShelf
  /** Other nodes reach the shelf: one that leaves may still be writing while its client is here. */
  readonly shared: boolean
  /** How long the speaker may take to come back, ms. */
  readonly forMs: number
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Pick<Log, 'warn'>
}

const TRIES = 4
const PAUSE_MS = 300

const factsSchema = z.object({ agent: z.string(), owner: z.string() })

export function createMovedSessions(options: MovedSessionsOptions): MovedSessions {
  const { shelf, shared, forMs, clock, ids, log } = options
  const registry: ResumeRegistry = createResumeRegistry({
    ...{ shelf, clock, node: ids.next('tok') },
    taken() {},
    warn: err => log.warn({ err }, 'a conversation cannot go on at another node'),
  })

  async function takeOnce(key: MovedKey): Promise<MovedSession | undefined> {
    const kept = await registry.take(key.principal.tenant, nameOf(key))
    const facts = factsSchema.safeParse(kept?.facts)
    return kept === undefined || !facts.success ? undefined : { snapshot: kept.snapshot, ...facts.data }
  }

  return {
    put(key, { snapshot, ...facts }) {
      registry.keep({ tenant: key.principal.tenant, session: nameOf(key), snapshot, facts, forMs })
    },
    async take(key) {
      for (let tries = 1; ; tries++) {
        const found = await takeOnce(key)
        if (found !== undefined || !shared || tries === TRIES) return found
        await new Promise<void>(resolve => clock.after(PAUSE_MS, resolve))
      }
    },
    drop: key => registry.drop(nameOf(key)),
    flush: () => registry.flush(),
    close: () => registry.close(),
  }
}

/** The shelf files by session; here by what its speaker must know. */
function nameOf({ principal: { tenant, subject }, token }: MovedKey): SessionId {
  const secret = JSON.stringify([tenant, subject, token])
  return `mov_${createHash('sha256').update(secret).digest('base64url')}` as SessionId
}
