/** Lets devices of this node into conversations of others, and theirs into its own, where nodes share Redis. */
import type { Clock, Ids } from '@parley/core'
import { createRedisBus, openRedis } from '@parley/platform'
import { createCompanyRelay, type VoiceHost } from '@parley/transports'
import type { Config } from '../config/settings.js'
import type { Log } from '../log/log.js'
import type { SessionDesk } from './desk-contract.js'

export interface FarJoinsParts {
  readonly config: Pick<Config, 'redisUrl'>
  readonly desk: Pick<SessionDesk, 'open' | 'resume' | 'join' | 'subjectOf'>
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Pick<Log, 'warn'>
}

export interface FarJoins {
  /** The desk, which also finds what other nodes hold. */
  readonly host: VoiceHost
  /** Resolves once other nodes are heard. */
  readonly ready: Promise<void>
  /** Sends devices of other nodes' conversations away, to come back at another node. */
  drain(): void
  close(): void
}

export async function openFarJoins({ config, desk, clock, ids, log }: FarJoinsParts): Promise<FarJoins> {
  const { redisUrl: url } = config
  if (url === undefined) return { host: desk, ready: Promise.resolve(), drain() {}, close() {} }
  const redis = await openRedis({
    url,
    warn: error => log.warn({ err: error }, 'devices cannot join conversations of other nodes'),
  })
  const bus = createRedisBus(redis)
  const has = (session: string) => desk.subjectOf(session) !== undefined
  const home = { join: desk.join, has }
  const relay = createCompanyRelay({ bus, node: ids.next('tok'), home, clock, ids })
  return {
    host: {
      open: desk.open,
      resume: desk.resume,
      join: request => (has(request.join.session) ? desk.join(request) : relay.join(request)),
    },
    ready: relay.ready,
    drain: () => relay.drain(),
    close() {
      relay.close()
      bus.close()
      redis.disconnect()
    },
  }
}
