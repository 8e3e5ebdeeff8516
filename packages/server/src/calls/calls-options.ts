/** What the phone calls of a gateway are made of, and what the gateway gets. */

import type { Opus, Resampling, VoiceActivity } from '@parley/audio'
import type { CallStore, CarrierName, JobQueue } from '@parley/calls'
import type { Ids, LanguageModel, SecretOf } from '@parley/core'
import type { Agent } from '@parley/engines'
import type { RecordingShelf } from '@parley/platform'
import type { FastifyPluginAsync } from 'fastify'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { SessionDesk } from '../gateway/desk-contract.js'
import type { ServerParts } from '../serve.js'
import type { CallDesk } from './call-desk.js'

export interface CallsOptions extends ServerParts {
  readonly sessions: SessionDesk
  readonly agents: AgentCatalogue
  readonly resampling: Resampling
  readonly opus: Opus
  readonly activity: VoiceActivity
  readonly ids: Ids
  readonly epochMs: () => number
  readonly random: () => number
  readonly secretOf: SecretOf
  /** Whether calls may be recorded without a word about it; never rejects. */
  mayRecordCalls(tenant: string, agent: Agent): Promise<boolean>
  /** Where recordings are kept. */
  readonly shelf: RecordingShelf
  /** The model that sums an agent's calls up; undefined where there is none. */
  modelOf(agent: string): LanguageModel | undefined
}

export interface Calls {
  readonly desk: CallDesk
  readonly store: CallStore
  readonly queue: JobQueue
  readonly routes: FastifyPluginAsync
  /** Who dials. */
  readonly dials: CarrierName | 'none'
  /** The gateway listens at these addresses: carriers may be told of it. */
  listening(urls: readonly string[]): void
  readonly notices: readonly string[]
}
