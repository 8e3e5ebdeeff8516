/** Lets devices of this node into conversations of others, and theirs into its own, where nodes share Redis. */
import { randomBytes } from 'node:crypto'
import type { Clock, Ids } from '@parley/core'
import { createRedisBus, createSealedBus, openRedis } from '@parley/platform'
import { createCompanyRelay, type VoiceHost } from '@parley/transports'
import type { Config } from '../config/settings.js'
import type { Log } from '../log/log.js'
import type { SessionDesk } from './desk-contract.js'
import { RELAY_SETTINGS, type RelaySecretConfig, relaySecretOf } from './relay-secret.js'

export interface FarJoinsParts {
  readonly config: Pick<Config, 'redisUrl' | 'requireEncryption'> & RelaySecretConfig
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
  const alone: FarJoins = { host: desk, ready: Promise.resolve(), drain() {}, close() {} }
  if (url === undefined) return alone
  const sealed = relaySecretOf(config)
  if (sealed === undefined) {
    const cure = `set one of ${RELAY_SETTINGS.join(', ')}, the same for all nodes`
    if (config.requireEncryption) {
      log.warn(
        `devices cannot join conversations of other nodes, since nothing could be sealed there: ${cure}`,
      )
      return alone
    }
    log.warn(`what devices say and hear passes between nodes through Redis unsealed: ${cure}`)
  }
  const redis = await openRedis({
    url,
    warn: error => log.warn({ err: error }, 'devices cannot join conversations of other nodes'),
  })
  const bytes = createRedisBus(redis)
  const bus = createSealedBus({
    bus: bytes,
    secret: sealed?.secret,
    setting: sealed?.setting ?? RELAY_SETTINGS.join(' or '),
    clock,
    randomBytes: count => new Uint8Array(randomBytes(count)),
    warn: err => log.warn({ err }, 'a message between nodes was not taken'),
  })
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
      bytes.close()
      redis.disconnect()
    },
  }
}
