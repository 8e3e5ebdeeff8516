/** Who looks on at a session of the gateway, in the order in which they are told. */

import type { SessionId, Tap } from '@parley/core'
import type { Config } from '../config/settings.js'
import type { SessionDeskParts } from './desk-contract.js'
import { createEventLogTap, type EventLogTapOptions } from './event-log-tap.js'

type Parts = Pick<SessionDeskParts, 'config' | 'clock' | 'log' | 'store' | 'metrics' | 'epochMs'>
type Place = Pick<EventLogTapOptions, 'fromSeq' | 'fromMs' | 'roundTripMs'>

/** What is counted, and what is kept: each session has these. */
export function usualTaps(parts: Parts, id: SessionId, tenant: string, from: Place): readonly Tap[] {
  const { config, clock, log, store, metrics, epochMs } = parts
  const missed = (type: string, ms: number) => {
    const targetMs = targetOf(config, type)
    if (config.performanceWarnings && targetMs !== undefined && ms > targetMs) {
      log.warn({ session: id, type, ms: Math.round(ms), targetMs }, 'latency target missed')
    }
  }
  const eventLog = createEventLogTap({ store, clock, session: id, epochMs, ...from })
  return [metrics.sessionTap(tenant, missed), eventLog]
}

function targetOf(config: Config, type: string): number | undefined {
  if (type === 'first_token') return config.targetFirstTokenMs
  if (type === 'partial_asr') return config.targetPartialMs
  return type === 'barge_in' ? config.targetBargeInMs : undefined
}
