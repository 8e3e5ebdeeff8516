import type { Ids } from '@parley/core'
import { openResumeShelf } from '../calls/resume-shelf.js'
import type { ServerParts } from '../serve.js'
import { createMovedSessions, type MovedSessions } from './moved-sessions.js'

export interface MovedSessionsParts
  extends Pick<ServerParts, 'config' | 'store' | 'log' | 'lifecycle' | 'clock'> {
  readonly ids: Ids
}

/** In Redis, else in the database: even a single gateway finds them there after it was started again. */
export async function openMovedSessions(parts: MovedSessionsParts): Promise<MovedSessions> {
  const { config, store, log, lifecycle, clock, ids } = parts
  const moved = createMovedSessions({
    ...{ clock, ids, log, shelf: await openResumeShelf(parts) },
    shared: config.redisUrl !== undefined || store.database.kind === 'postgres',
    forMs: config.resumeWindowMs,
  })
  lifecycle.onStop('conversations that move', () => moved.close())
  return moved
}
