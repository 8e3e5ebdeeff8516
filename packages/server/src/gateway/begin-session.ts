/** Begins one session of the desk: its row, its recording, its devices, everybody who looks on, and then itself. */

import { randomBytes } from 'node:crypto'
import { gateVoice } from '@parley/audio'
import {
  type CloseReason,
  createVoiceEar,
  defined,
  type Engine,
  ParleyError,
  Session,
  type SessionId,
  type Tap,
  type TurnPolicy,
  turnTaking,
} from '@parley/core'
import { createCompany } from '@parley/transports'
import { keepUsage } from '../usage/usage-keeper.js'
import type { Beginning, OpenedCall, OpenSession, SessionDeskParts } from './desk-contract.js'
import { seated } from './desk-joins.js'
import { providersOf } from './session-providers.js'
import { usualTaps } from './session-taps.js'

/** Rate at which ear and recogniser listen, Hz. */
export const LISTEN_RATE = 16_000

/** What of the desk a beginning changes. */
export interface DeskState {
  readonly open: Map<SessionId, OpenSession>
  readonly draining: boolean
  /** It is over: its row says so. */
  forget(id: SessionId, reason: CloseReason): void
}

/** `giveBack`: once it is over. Throws as `VoiceHost.open`. */
export async function beginSession(
  parts: SessionDeskParts,
  desk: DeskState,
  beginning: Beginning,
  giveBack: () => void,
): Promise<OpenedCall> {
  const { clock, config, ids, log, store, ticker, resampling } = parts
  const { open } = desk
  const { agent, language, principal, transport, signal, edge, opens, maxMs, line } = beginning
  const { goesOnFrom, wrap = same } = beginning
  const { tenant, subject } = principal
  const { speaker = subject } = beginning
  const { outputRate } = transport
  const { engine, ...assembled } =
    beginning.assembled ?? parts.assembly.of(agent, edge === 'phone' ? 'phone' : undefined)
  const recogniser = assembled.recogniser(language)
  parts.assembly.stir()
  const id = goesOnFrom?.session ?? (ids.next('ses') as SessionId)
  const { nextSeq } = await store.beginSession({
    ...{ id, tenant, agent: agent.agent, language, edge },
    startedAtMs: parts.epochMs(),
    providers: providersOf(agent, config),
    keepsUsage: true,
  })
  const kept = keepUsage({ store, clock, log }, { id, run: drawToken() })
  const roundTripMs = () => {
    if (beginning.roundTripMs !== undefined) return beginning.roundTripMs()
    return open.get(id)?.session.roundTripMs ?? transport.roundTripMs ?? transport.pathMs
  }
  // Phone calls are recorded by what stands around them.
  const recorded =
    edge === 'phone'
      ? undefined
      : await parts.recordings?.begin({
          ...{ tenant, id, subject, agent, language, roundTripMs },
          goesOn: goesOnFrom !== undefined,
          ...defined({ consent: beginning.consent }),
        })
  // The store may have taken its time: what drained or hung up meanwhile is not begun.
  if (desk.draining || signal.aborted) {
    recorded?.abandon()
    if (goesOnFrom === undefined) desk.forget(id, desk.draining ? 'draining' : 'client')
    throw new ParleyError(desk.draining ? 'draining' : 'timeout')
  }
  const company = createCompany({
    ...{ clock, ticker, ids, resampling, outputRate },
    mostDevices: config.maxSessionDevices,
    ...defined({ before: goesOnFrom?.history }),
    tookOver(speaker) {
      const token = drawToken()
      const found = open.get(id)
      if (found !== undefined) Object.assign(found, { token, speaker })
      return token
    },
  })
  const name = edge === 'phone' ? 'Phone' : undefined
  const seat = company.begin({ subject: speaker, ...defined({ line, name }) })
  const detector = parts.voiceActivity.open(LISTEN_RATE)
  const seen = { session: id, tenant, subject, agent: agent.agent, edge, language }
  const steering = {
    end: (reason: CloseReason) => void session.end(reason),
    devices: () => company.devices.length,
  }
  const leaving: Tap = {
    name: 'desk',
    event(event) {
      if (event.kind !== 'session-ended') return
      kept.end()
      detector.close()
      giveBack()
      // The same conversation may have been gone on with in another session.
      if (open.get(id)?.session === session) desk.forget(id, event.reason)
    },
  }
  const session: Session = new Session({
    ...{ id, language, clock, ticker, ids, resampling, outputRate },
    engine: recorded === undefined ? wrap(engine) : recorded.wrap(wrap(engine)),
    ear: createVoiceEar(gateVoice(detector)),
    listenRate: LISTEN_RATE,
    policy: policyOf(agent.turns, assembled.hearsAtOnce(language)),
    turnTaking: held => turnTaking(held, language),
    limits: { idleMs: config.idleTimeoutMs, maxMs, resumeMs: config.resumeWindowMs },
    opens: opens && goesOnFrom === undefined,
    journal: kept.journal,
    usage: kept.usage,
    ...defined({ log: parts.recorder.log(id), goesOnFrom, snapshots: beginning.snapshots }),
    taps: [
      ...usualTaps(parts, id, tenant, { fromSeq: nextSeq, fromMs: goesOnFrom?.atMs ?? 0, roundTripMs }),
      parts.prosody?.tapOf(id, tenant),
      parts.live?.tapOf(seen, steering),
      ...(beginning.taps ?? []),
      company.tap,
      recorded?.tap,
      leaving,
    ].filter(tap => tap !== undefined),
  })
  company.around(session)
  const facts = { session: id, agent: agent.agent, language, recogniser, voice: assembled.voice(language) }
  const opened = {
    ...{ session, edge, company, principal, outputRate, facts, speaker },
    leave: beginning.leave,
    token: drawToken(),
    stands: false,
  }
  open.set(id, opened)
  const hangUp = () => void session.end('client')
  signal.addEventListener('abort', hangUp, { once: true })
  beginning.begins?.(id)
  await session.start(transport).finally(() => signal.removeEventListener('abort', hangUp))
  if (recorded !== undefined) company.recorded(recorded)
  opened.stands = true
  parts.metrics.sessionsByEdge.inc({ edge })
  log.info({ session: id, tenant, agent: agent.agent, language, edge }, 'session opened')
  return { ...facts, ...seated(opened, line && seat), resumed: false, held: session }
}

const drawToken = () => randomBytes(24).toString('base64url')

const same = (engine: Engine): Engine => engine

/** Where no words come while somebody speaks, none are waited for. */
function policyOf(turns: TurnPolicy, heard: boolean): TurnPolicy {
  return heard ? turns : { ...turns, judge: { ...turns.judge, wordsMs: 0 } }
}
