import type { Resampling } from '@parley/audio'
import type { Clock, Ids } from '../clock/clock.js'
import type { Ticker } from '../clock/ticker.js'
import type { Ear } from '../ear/ear.js'
import type { Engine } from '../engine.js'
import type { TurnPolicy } from '../floor/policy.js'
import type { SessionId } from '../ids.js'
import type { SessionLog } from '../replay/log-entry.js'
import type { Tap } from '../tap.js'
import type { TurnTaking } from '../turn-taking.js'
import type { SessionUsage } from '../usage/session-usage.js'
import type { Journal } from './events.js'
import type { SessionSnapshot } from './snapshot.js'

/** Everything a session is made of. One system of the documentation is one way to fill this. */
export interface SessionParts {
  readonly id: SessionId
  /** BCP 47. */
  readonly language: string
  readonly engine: Engine
  /** Absent where nobody listens for voice: then there are typed turns only. */
  readonly ear?: Ear
  /** Rate at which ear and engine listen, Hz. */
  readonly listenRate: number
  /** Rate of the agent's sound, Hz; every leg of the session takes it. */
  readonly outputRate: number
  readonly resampling: Resampling
  /** The agent's own; a far end that steers may change parts of it. */
  readonly policy: TurnPolicy
  /**
   * Makes what decides about the turns of this session alone (it learns how this caller speaks): at the beginning, and
   * again where the far end changes the policy.
   */
  turnTaking(policy: TurnPolicy): TurnTaking
  readonly limits: SessionLimits
  /** Whether the agent speaks first. */
  readonly opens: boolean
  readonly journal: Journal
  readonly taps: readonly Tap[]
  readonly clock: Clock
  readonly ticker: Ticker
  readonly ids: Ids
  /** Goes on with a conversation of another process: the id is the same, the agent does not greet again. */
  readonly goesOnFrom?: SessionSnapshot
  /**
   * Told what another process would need to go on, when it changed, at most four times a second; never throws, never
   * waits. Without it none are made.
   */
  snapshots?(snapshot: SessionSnapshot): void
  /** Where it is counted what its providers use; without it nobody does. */
  readonly usage?: SessionUsage
  /** Where everything that comes in is written, for a replay. */
  readonly log?: SessionLog
}

export interface SessionLimits {
  /** Ends a session in which nobody spoke or typed for this long, ms. */
  readonly idleMs: number
  /** Longest life, ms. */
  readonly maxMs: number
  /** How long a session without a leg waits for a resume, ms. */
  readonly resumeMs: number
}

export const defaultSessionLimits: SessionLimits = { idleMs: 300_000, maxMs: 3_600_000, resumeMs: 30_000 }
