import { loadResampling } from '@parley/audio'
import {
  createDurationJudge,
  createFixedEndpointing,
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  Session,
  type SessionId,
} from '@parley/core'
import { countingIds, createThresholdEar } from '@parley/sim'
import { type FarWorld, FRAME_MS } from './far-side.js'

export interface PlainSessionOptions {
  readonly listenRate: number
  readonly outputRate: number
  /** Whether the agent speaks first. */
  readonly opens: boolean
}

// What is waited for outside of virtual time is waited for once.
export const resampling = await loadResampling()

/** The whole session. Its judge goes by how long the caller speaks: these callers say no words. */
export function plainSession(
  { clock, engine, told }: FarWorld,
  { listenRate, outputRate, opens }: PlainSessionOptions,
): Session {
  return new Session({
    id: 'ses_bench' as SessionId,
    language: 'en',
    engine,
    ear: createThresholdEar(),
    listenRate,
    outputRate,
    resampling,
    policy: defaultTurnPolicy,
    turnTaking: () => ({
      judge: createDurationJudge({ holdMs: 120, claimMs: 600 }),
      endpointing: createFixedEndpointing(700),
    }),
    limits: defaultSessionLimits,
    opens,
    journal: { write: async () => {} },
    taps: [{ name: 'bench', event: told }],
    clock,
    ticker: createTicker(clock, FRAME_MS),
    ids: countingIds(),
  })
}
