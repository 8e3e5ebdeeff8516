/** Opens and ends the sessions of this process. A session belongs to the tenant and subject that opened it. */

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
import type { Agent } from '@parley/engines'
import { createCompany, type OpenedSession, type VoiceOpenRequest } from '@parley/transports'
import { heldBy } from '../agents/held-by.js'
import type { ChosenAgent, WantedConversation } from '../agents/stored-agents.js'
import type { Config } from '../config/settings.js'
import { speaks } from './agent-catalogue.js'
import type {
  Beginning,
  CallOpening,
  OpenedCall,
  OpenSession,
  RealtimeOpening,
  SessionDesk,
  SessionDeskParts,
} from './desk-contract.js'
import { createDeskJoins, seated } from './desk-joins.js'
import { createEventLogTap, type EventLogTapOptions } from './event-log-tap.js'
import { providersOf } from './session-providers.js'
import { createTenantPlaces } from './tenant-places.js'

/** Rate at which ear and recogniser listen, Hz. */
export const LISTEN_RATE = 16_000

export function createSessionDesk(parts: SessionDeskParts): SessionDesk {
  const { clock, config, ids, log, store } = parts
  const open = new Map<SessionId, OpenSession>()
  const places = createTenantPlaces(parts.policies)
  let draining = false

  function taps(
    id: SessionId,
    tenant: string,
    from: Pick<EventLogTapOptions, 'fromSeq' | 'fromMs' | 'roundTripMs'>,
  ): Tap[] {
    const missed = (type: string, ms: number) => {
      const targetMs = targetOf(config, type)
      if (config.performanceWarnings && targetMs !== undefined && ms > targetMs) {
        log.warn({ session: id, type, ms: Math.round(ms), targetMs }, 'latency target missed')
      }
    }
    const eventLog = createEventLogTap({
      ...{ store, clock, session: id, epochMs: parts.epochMs },
      ...from,
    })
    return [parts.metrics.sessionTap(tenant, missed), eventLog]
  }

  function forget(id: SessionId, reason: CloseReason): void {
    open.delete(id)
    // Another process goes on with it: it is not over.
    if (reason === 'handed-over') return
    const ended = { id, reason, endedAtMs: parts.epochMs() }
    void store
      .endSession(ended)
      .catch((error: unknown) => log.error({ err: error, session: id }, 'session end not stored'))
  }

  async function openVoice({ hello, ...leg }: VoiceOpenRequest): Promise<OpenedSession> {
    const language = hello.language ?? config.language
    return beginWith({ principal: leg.principal, name: hello.agent, language }, agent => {
      const opens = agent.greeting.say.length > 0
      return { edge: 'voice-ws', ...leg, opens, maxMs: config.maxSessionMs }
    })
  }

  async function openRealtime({ model, language: said, ...leg }: RealtimeOpening): Promise<OpenedSession> {
    const language = said ?? config.language
    const maxMs = Math.min(config.maxSessionMs, config.realtimeSessionMs)
    const wanted = { principal: leg.principal, name: model, language, lenient: true } as const
    return beginWith(wanted, () => ({ edge: 'realtime', ...leg, opens: false, maxMs }))
  }

  /** An agent of the console is held until the session is over. */
  async function beginWith(
    wanted: WantedConversation,
    beginningOf: (agent: Agent) => Omit<Beginning, 'agent' | 'language'>,
  ): Promise<OpenedSession> {
    const { stored } = parts
    const chosen = stored === undefined ? chooseOwn(wanted) : await stored.choose(wanted)
    return heldBy(chosen, ({ agent, assembled, leaving }) => {
      const language = speaks(agent, wanted.language) ? wanted.language : agent.language
      return begin({ ...beginningOf(agent), agent, language, assembled, taps: [leaving] })
    })
  }

  async function openCall(opening: CallOpening): Promise<OpenedCall> {
    const { stored } = parts
    const { principal, agent: own } = opening
    const chosen = stored === undefined ? undefined : await stored.chooseForCall(principal.tenant, own)
    if (chosen === undefined) return begin({ ...opening, edge: 'phone' })
    return heldBy(chosen, ({ agent, assembled, leaving }) =>
      begin({ ...opening, edge: 'phone', agent, assembled, taps: [...opening.taps, leaving] }),
    )
  }

  function chooseOwn({ name, language, lenient }: WantedConversation): ChosenAgent {
    const { agents, choose } = parts.agents
    const known = lenient === undefined || agents.some(({ agent }) => agent === name)
    return { agent: choose(known ? name : undefined, language), release() {} }
  }

  async function begin(beginning: Beginning): Promise<OpenedCall> {
    if (draining) throw new ParleyError('draining')
    // What goes on from elsewhere was let in there.
    const { goesOnFrom, principal } = beginning
    const giveBack = goesOnFrom === undefined ? await places.take(principal.tenant) : () => {}
    try {
      return await beginIn(beginning, giveBack)
    } catch (error) {
      giveBack()
      throw error
    }
  }

  async function beginIn(beginning: Beginning, giveBack: () => void): Promise<OpenedCall> {
    const { agent, language, principal, transport, signal, edge, opens, maxMs } = beginning
    const { goesOnFrom, wrap = same } = beginning
    const { engine, ...assembled } =
      beginning.assembled ?? parts.assembly.of(agent, edge === 'phone' ? 'phone' : undefined)
    const recogniser = assembled.recogniser(language)
    parts.assembly.stir()
    const id = goesOnFrom?.session ?? (ids.next('ses') as SessionId)
    const { tenant } = principal
    const { nextSeq } = await store.beginSession({
      id,
      tenant,
      agent: agent.agent,
      language,
      edge,
      startedAtMs: parts.epochMs(),
      providers: providersOf(agent, config),
    })
    const roundTripMs = () => {
      if (beginning.roundTripMs !== undefined) return beginning.roundTripMs()
      return open.get(id)?.session.roundTripMs ?? transport.roundTripMs ?? transport.pathMs
    }
    const recorded =
      edge === 'phone'
        ? undefined
        : await parts.recordings?.begin({
            ...{ tenant, id, agent, language },
            subject: principal.subject,
            goesOn: goesOnFrom !== undefined,
            roundTripMs,
          })
    // The store may have taken its time: what drained or hung up meanwhile is not begun.
    if (draining || signal.aborted) {
      recorded?.abandon()
      if (goesOnFrom === undefined) forget(id, draining ? 'draining' : 'client')
      throw new ParleyError(draining ? 'draining' : 'timeout')
    }
    const company = createCompany({
      clock,
      ...{ ticker: parts.ticker, ids, resampling: parts.resampling },
      outputRate: transport.outputRate,
      mostDevices: config.maxSessionDevices,
      ...(goesOnFrom === undefined ? {} : { before: goesOnFrom.history }),
      tookOver: subject => {
        const token = drawToken()
        const found = open.get(id)
        if (found !== undefined) Object.assign(found, { token, speaker: subject })
        return token
      },
    })
    const { line } = beginning
    const name = edge === 'phone' ? 'Phone' : undefined
    const seat = company.begin({ subject: principal.subject, ...defined({ line, name }) })
    const policy = policyOf(agent.turns, assembled.hearsAtOnce(language))
    const detector = parts.voiceActivity.open(LISTEN_RATE)
    const recording = parts.recorder.log(id)
    const seen = { session: id, tenant, subject: principal.subject, agent: agent.agent, edge, language }
    const session = new Session({
      id,
      language,
      engine: recorded === undefined ? wrap(engine) : recorded.wrap(wrap(engine)),
      ear: createVoiceEar(gateVoice(detector)),
      listenRate: LISTEN_RATE,
      outputRate: transport.outputRate,
      resampling: parts.resampling,
      policy,
      turnTaking: held => turnTaking(held, language),
      ...(recording === undefined ? {} : { log: recording }),
      limits: { idleMs: config.idleTimeoutMs, maxMs, resumeMs: config.resumeWindowMs },
      opens: opens && goesOnFrom === undefined,
      journal: store,
      ...(goesOnFrom === undefined ? {} : { goesOnFrom }),
      ...(beginning.snapshots === undefined ? {} : { snapshots: beginning.snapshots }),
      taps: [
        ...taps(id, tenant, { fromSeq: nextSeq, fromMs: goesOnFrom?.atMs ?? 0, roundTripMs }),
        ...(parts.prosody === undefined ? [] : [parts.prosody.tapOf(id, tenant)]),
        ...(parts.live === undefined
          ? []
          : [
              parts.live.tapOf(seen, {
                end: reason => void session.end(reason),
                devices: () => company.devices.length,
              }),
            ]),
        ...(beginning.taps ?? []),
        company.tap,
        ...(recorded === undefined ? [] : [recorded.tap]),
        {
          name: 'desk',
          event(event) {
            if (event.kind !== 'session-ended') return
            detector.close()
            giveBack()
            // The same conversation may have been gone on with in another session.
            if (open.get(id)?.session === session) forget(id, event.reason)
          },
        },
      ],
      clock,
      ticker: parts.ticker,
      ids,
    })
    company.around(session)
    const facts = {
      session: id,
      agent: agent.agent,
      language,
      recogniser,
      voice: assembled.voice(language),
    }
    const { leave } = beginning
    const { outputRate } = transport
    const opened = {
      session,
      company,
      leave,
      principal,
      token: drawToken(),
      speaker: principal.subject,
      outputRate,
      facts,
      stands: false,
    }
    open.set(id, opened)
    const hangUp = () => void session.end('client')
    signal.addEventListener('abort', hangUp, { once: true })
    beginning.begins?.(id)
    await session.start(transport).finally(() => signal.removeEventListener('abort', hangUp))
    opened.stands = true
    parts.metrics.sessionsByEdge.inc({ edge })
    log.info({ session: id, tenant, agent: agent.agent, language, edge }, 'session opened')
    return { ...facts, ...seated(opened, line && seat), resumed: false, held: session }
  }

  async function drain(signal: AbortSignal): Promise<void> {
    draining = true
    for (const { session, leave } of open.values()) leave?.(session)
    await new Promise<void>(resolve => {
      const stop = parts.ticker.add(() => {
        for (const { session } of open.values()) {
          if (session.floor === 'open' || signal.aborted) void session.end('draining')
        }
        if (open.size > 0) return
        stop()
        resolve()
      })
    })
    await Promise.all([store.flush(), parts.recorder.flush()])
  }

  const joins = createDeskJoins({ open, log, metrics: parts.metrics })

  return {
    get active() {
      return open.size
    },
    subjectOf: session => open.get(session as SessionId)?.principal.subject,
    open: openVoice,
    openRealtime,
    openCall,
    endHandedOver(id) {
      if (!open.has(id)) forget(id, 'hang-up')
    },
    ...joins,
    drain,
  }
}

const drawToken = () => randomBytes(24).toString('base64url')

const same = (engine: Engine): Engine => engine

/** Where no words come while somebody speaks, none are waited for. */
function policyOf(turns: TurnPolicy, heard: boolean): TurnPolicy {
  return heard ? turns : { ...turns, judge: { ...turns.judge, wordsMs: 0 } }
}

function targetOf(config: Config, type: string): number | undefined {
  if (type === 'first_token') return config.targetFirstTokenMs
  if (type === 'partial_asr') return config.targetPartialMs
  return type === 'barge_in' ? config.targetBargeInMs : undefined
}
