/** The real desk with sessions, agents and detector; only the store and the voices are left out. */
import { createProsodyAnalyser, loadResampling } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import {
  type Clock,
  createTicker,
  type Inbox,
  type SessionEvent,
  type SessionId,
  type Transport,
} from '@parley/core'
import type { NewSession, SessionEnd, Store } from '@parley/platform'
import { createProsodySides } from '@parley/transports'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createLog } from '../log/log.js'
import { createMetrics } from '../metrics/metrics.js'
import { createHandClock } from '../testing/hand-clock.js'
import { loadAgents } from './agent-catalogue.js'
import { assembleGateway } from './assemble-gateway.js'
import type { SessionDeskParts } from './desk-contract.js'
import { noEmbeddedSpeech } from './embedded-speech.js'
import { createProviderCatalogue } from './provider-catalogue.js'
import { createSessionDesk } from './session-desk.js'

export async function openTestDesk(
  beginSession: (row: NewSession) => Promise<void> = async () => {},
  environment: Readonly<Record<string, string>> = {},
  more: (clock: Clock) => Pick<SessionDeskParts, 'recordings' | 'moved'> = () => ({}),
) {
  const { config } = resolveConfig(readEnvironment(environment, '/nonexistent'))
  const clock = createHandClock()
  const ends: SessionEnd[] = []
  const rows: string[] = []
  const store = {
    async beginSession(row: NewSession) {
      await beginSession(row)
      return { resumed: false, nextSeq: 0 }
    },
    endSession: async (end: SessionEnd) => void ends.push(end),
    write: async (_: SessionId, { kind }: SessionEvent) => void rows.push(kind),
    writeUsage: async () => {},
    appendEvents: () => {},
    flush: async () => {},
  } as unknown as Store
  const metrics = createMetrics('0.0.0-test')
  const voiceActivity = await loadVoiceActivity()
  let count = 0
  const agents = await loadAgents(config, createProviderCatalogue([], config))
  const resampling = await loadResampling()
  const log = createLog({ config, out: { write: () => true }, err: { write: () => true } })
  const assembly = await assembleGateway({
    agents: agents.agents,
    config,
    clock,
    epochMs: () => 0,
    random: () => 0.5,
    log,
    metrics: metrics.providers,
    speech: noEmbeddedSpeech,
    resampling,
    secretOf: () => undefined,
  })
  const prosody = createProsodySides({ clock, analyser: createProsodyAnalyser })
  const desk = createSessionDesk({
    ...more(clock),
    prosody,
    config,
    agents,
    assembly,
    store,
    metrics,
    resampling,
    voiceActivity,
    clock,
    ticker: createTicker(clock),
    ids: { next: prefix => `${prefix}_${++count}` },
    epochMs: () => 0,
    recorder: { log: () => undefined, flush: async () => {} },
    log,
  })
  return { desk, clock, ends, rows, metrics, voiceActivity, prosody }
}

export class TestLeg implements Transport {
  readonly aheadMs = 200
  readonly pathMs = 50
  readonly reportsPlayed = false
  readonly rewinds = false
  readonly outputRate = 16_000
  readonly kinds: string[] = []
  inbox: Inbox | undefined
  closedBy: string | undefined
  open(inbox: Inbox): void {
    this.inbox = inbox
  }
  play(): void {}
  clear(): void {}
  duck(): void {}
  send({ kind }: SessionEvent): void {
    this.kinds.push(kind)
  }
  close(reason: string): void {
    this.closedBy = reason
  }
}
