/**
 * The voice conversations of a gateway: agents, embedded speech, sessions, and the voice socket at the door. Made
 * once, handed to `serve`, which starts and stops it.
 */

import { randomBytes, randomUUID } from 'node:crypto'
import {
  createVisemeEar,
  loadOpus,
  loadResampling,
  type Opus,
  type Resampling,
  type VoiceActivity,
  visemesOfWords,
} from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { createTicker, defined, type Ids, type SecretOf } from '@parley/core'
import { type Agent, type AgentSlot, agentSlots } from '@parley/engines'
import { createTenantBook } from '@parley/platform'
import { vendors } from '@parley/providers'
import {
  type CreateAnalyser,
  createProsodySides,
  defaultVoiceLimits,
  serveVoiceSocket,
  type VoiceSocket,
} from '@parley/transports'
import { keyRoutes } from '../access/key-routes.js'
import { tenantRoutes } from '../access/tenant-routes.js'
import { type AttachedAgents, attachAgents } from '../agents/attach-agents.js'
import { attachAnalytics } from '../analytics/attach-analytics.js'
import { assembleCalls } from '../calls/assemble-calls.js'
import { createGuard, createKnock } from '../http/guard.js'
import { attachLive } from '../live/attach-live.js'
import { attachPlayback } from '../playback/attach-playback.js'
import { findRecordings } from '../playback/find-recordings.js'
import { attachProsody } from '../prosody/attach-prosody.js'
import { loadProsodyAnalyser } from '../prosody/load-analyser.js'
import { attachRealtime } from '../realtime/attach-realtime.js'
import { openGatewayRecordings } from '../recording/open-gateway-recordings.js'
import { recordingRoutes } from '../recording/recording-routes.js'
import { openShare, shareRoutes } from '../recording/share-routes.js'
import { createSessionRecorder } from '../replay/session-recorder.js'
import type { Attached, ServerParts } from '../serve.js'
import { attachSocketio } from '../socketio/attach-socketio.js'
import { attachSpeech } from '../speech/attach-speech.js'
import { attachStatus } from '../status/attach-status.js'
import { readVersion } from '../version.js'
import { attachWebrtc } from '../webrtc/attach-webrtc.js'
import { type AgentCatalogue, loadAgents } from './agent-catalogue.js'
import { type Assembly, assembleGateway } from './assemble-gateway.js'
import { attachPhone } from './attach-phone.js'
import { type EmbeddedSpeech, noEmbeddedSpeech, openEmbeddedSpeech } from './embedded-speech.js'
import { openEncryptionKey } from './encryption-key.js'
import { openFarJoins } from './far-joins.js'
import { createProviderCatalogue } from './provider-catalogue.js'
import { createSessionDesk, LISTEN_RATE } from './session-desk.js'

/** Paths of the voice socket: its own, and the one that web voice services use. */
const voicePaths = ['/v1/voice', '/voice-ws']

/** For names that must not be guessed. */
const hardToGuess = () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48

const ids: Ids = { next: prefix => `${prefix}_${randomUUID().replaceAll('-', '')}` }

export interface VoiceWorld extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'lifecycle'> {
  /** Values of variables that agents name. */
  readonly secretOf: SecretOf
}

/**
 * Checks the agents and begins to load speech, while the store is still to be opened: a mistake in an agent file is
 * told at once, and nothing waits for what it does not need. @throws ParleyError `bad_agent`.
 */
export async function prepareVoice({
  config,
  clock,
  log,
  lifecycle,
  secretOf,
}: VoiceWorld): Promise<(parts: ServerParts) => Promise<Attached>> {
  const agents = await loadAgents(config, createProviderCatalogue(vendors, config))
  const loading = Promise.all([
    usesEmbedded(agents.agents) ? openEmbeddedSpeech(clock, log) : noEmbeddedSpeech,
    loadResampling(),
    loadOpus(),
    loadVoiceActivity(),
    loadProsodyAnalyser(log),
  ])
  // A start that fails elsewhere never asks for it.
  loading.catch(() => {})
  let later: Promise<EmbeddedSpeech> | undefined
  lifecycle.onStop('speech', async () => {
    const [speech] = await loading
    await Promise.all([speech.close(), later?.then(each => each.close())])
  })
  /** Also for agents that come later, though none of the start names it. */
  async function speechFor(agent: Agent): Promise<EmbeddedSpeech> {
    const [speech] = await loading
    if (usesEmbedded(agents.agents) || !usesEmbedded([agent])) return speech
    later ??= openEmbeddedSpeech(clock, log)
    return later
  }
  return async parts => {
    const loaded = await loading
    const catalogue = createProviderCatalogue(vendors, config)
    const [speech, resampling] = loaded
    const assembly = await assembleGateway({
      agents: agents.agents,
      config,
      clock,
      epochMs: Date.now,
      random: Math.random,
      log,
      metrics: parts.metrics.providers,
      speech,
      resampling,
      secretOf,
      catalogue,
    })
    lifecycle.onStop('providers', () => assembly.close())
    const edited = attachAgents({
      ...parts,
      ...{ own: agents, assembly, catalogue, secretOf, speechFor, epochMs: Date.now },
    })
    return attachVoice(parts, { agents, assembly, edited, secretOf }, loaded)
  }
}

type Loaded = readonly [EmbeddedSpeech, Resampling, Opus, VoiceActivity, CreateAnalyser]

/** Embedded speech takes memory and a moment to start: only where an agent names it. */
function usesEmbedded(agents: readonly Agent[]): boolean {
  const entries = agents.flatMap(agent => agentSlots.flatMap(slot => agent[slot]))
  return entries.some(({ provider }) => provider === 'embedded')
}

interface Agents extends Pick<VoiceWorld, 'secretOf'> {
  readonly agents: AgentCatalogue
  readonly assembly: Assembly
  readonly edited: AttachedAgents
}

async function attachVoice(
  parts: ServerParts,
  { agents, assembly, edited, secretOf }: Agents,
  [speech, resampling, opus, voiceActivity, createAnalyser]: Loaded,
): Promise<Attached> {
  const { config, clock, log, metrics, door, store, lifecycle } = parts
  const ticker = createTicker(clock)
  const prosody = createProsodySides({
    clock,
    analyser: createAnalyser,
    visemesOfWords,
    visemesOfSound: createVisemeEar,
  })
  const recordings = await openGatewayRecordings({
    ...parts,
    ...{ resampling, opus, ids, randomBytes, epochMs: Date.now, random: Math.random, fetch },
  })
  const live = await attachLive({ ...parts, epochMs: Date.now, random: Math.random })
  const desk = createSessionDesk({
    prosody,
    live: live.board,
    recordings,
    policies: parts.policies,
    config,
    agents,
    assembly,
    stored: edited.stored,
    store,
    metrics,
    resampling,
    voiceActivity,
    clock,
    ticker,
    ids,
    epochMs: Date.now,
    log,
    recorder: createSessionRecorder({ config, version: readVersion(), log, metrics, epochMs: Date.now }),
  })
  const far = await openFarJoins({ config, desk, clock, ids, log })
  lifecycle.onStop('far devices', async () => far.close())
  const { host } = far
  const { opusRate: sampleRate, opusPacketMs: packetMs, opusBitrate: bitrate } = config
  const opusManner = { sampleRate, packetMs, bitrate }
  const { identity, notice } = await openEncryptionKey({ config, randomBytes })
  const required = config.requireEncryption
  const encryption = defined({ encryption: identity && { identity, required } })
  const sockets = new Set<VoiceSocket>()
  for (const path of voicePaths) {
    door.routes.set(path, {
      scope: 'talk',
      protocols: ['parley.v1'],
      handle(socket, _request, principal) {
        const served = serveVoiceSocket({
          socket,
          principal,
          host,
          clock,
          opus,
          opusManner,
          log,
          limits: defaultVoiceLimits,
          prosody,
          ...encryption,
          listenRate: LISTEN_RATE,
        })
        sockets.add(served)
        socket.once('close', () => sockets.delete(served))
      },
    })
  }
  const calls = await assembleCalls({
    ...parts,
    ...{ sessions: desk, agents, resampling, opus, activity: voiceActivity, ids, secretOf },
    epochMs: Date.now,
    random: hardToGuess,
    modelOf: name => assembly.afterModel(name),
    shelf: recordings.shelf,
    mayRecordCalls: (tenant, agent) => recordings.mayRecordCalls(tenant, agent),
  })
  const { desk: callDesk } = calls
  attachPhone({
    ...{ door, desk: callDesk, clock, log, byteOrder: config.l16Order === 'big' ? 'big' : 'little' },
    identifyTicket: token => callDesk.identifyTicket(token),
  })
  const realtime = attachRealtime({
    ...parts,
    ...{ desk, agents, resampling, opus, ticker, epochMs: Date.now, random: hardToGuess },
    secretShelf: assembly.secretShelf,
  })
  const webrtc = attachWebrtc({
    ...parts,
    ...{ host, prosody, opusManner, resampling, opus, ticker, epochMs: Date.now, random: hardToGuess },
    listenRate: LISTEN_RATE,
  })
  const prosodySocket = attachProsody({
    ...parts,
    createAnalyser,
    epochMs: Date.now,
    feed: prosody,
    subjectOf: session => desk.subjectOf(session),
  })
  const socketio = await attachSocketio({
    ...parts,
    ...{ host, opus, opusManner, prosody, listenRate: LISTEN_RATE, epochMs: Date.now },
    warm: () => assembly.stir(),
  })
  lifecycle.onStop('socket.io', () => socketio.close())
  const spoken = attachSpeech({
    ...parts,
    ...{ resampling, opus, epochMs: Date.now, random: Math.random },
    voices: assembly.speech,
    secretShelf: assembly.secretShelf,
    rateLimiter: assembly.rateLimiter,
  })
  void spoken.warm()
  const playback = attachPlayback({
    ...parts,
    createAnalyser,
    isRunning: session => desk.subjectOf(session) !== undefined,
    recordings: findRecordings({ recordings, calls: calls.store, store }),
    knock: createKnock(parts),
    openShare: secret => openShare({ recordings }, secret),
  })
  return {
    activeSessions: () => desk.active,
    vendorProbes: assembly.probes,
    async drain(signal) {
      for (const socket of sockets) socket.announceDraining(config.drainMs)
      socketio.announceDraining(config.drainMs)
      realtime.drain()
      webrtc.drain()
      prosodySocket.drain()
      live.drain()
      far.drain()
      await Promise.all([desk.drain(signal), spoken.drain(signal)])
      await socketio.close()
    },
    listening: urls => calls.listening(urls),
    async routes(app) {
      const book = createTenantBook(store.database)
      await app.register(tenantRoutes({ book, policies: parts.policies, guard: createGuard(parts) }))
      await app.register(keyRoutes({ keys: parts.keys, guard: createGuard(parts), epochMs: Date.now }))
      await app.register(await attachAnalytics(parts))
      await app.register(attachStatus({ ...parts, activeSessions: () => desk.active, epochMs: Date.now }))
      await app.register(realtime.routes)
      await app.register(edited.routes)
      await app.register(webrtc.routes)
      await app.register(calls.routes)
      await app.register(prosodySocket.routes)
      await app.register(live.routes)
      await app.register(socketio.routes)
      await app.register(spoken.routes)
      await app.register(playback)
      await app.register(recordingRoutes({ guard: createGuard(parts), recordings }))
      await app.register(
        shareRoutes({
          ...{ guard: createGuard(parts), knock: createKnock(parts), recordings },
          publicUrl: config.publicUrl,
        }),
      )
    },
    notices: [...noticesOf(agents.agents, speech), notice, ...calls.notices],
  }
}

function noticesOf(agents: readonly Agent[], speech: EmbeddedSpeech): readonly string[] {
  const named = `agents: ${agents.map(({ agent, language }) => `${agent} (${language})`).join(', ')}`
  const lists = agents.filter(usesVendors).flatMap(agent => {
    const providers = slotsOf(agent).map(
      slot => `${slot} ${agent[slot].map(({ provider }) => provider).join(' → ') || 'none'}`,
    )
    return `providers: ${agent.agent}: ${providers.join(', ')}`
  })
  if (!usesEmbedded(agents)) return [named, ...lists]
  return [
    named,
    ...lists,
    `voices: ${speech.voices.join(', ')}`,
    speech.noRecogniser === undefined
      ? `recogniser: ${speech.recogniser?.name} (en, closed grammar of the agent)`
      : `no recogniser, callers cannot be heard but can type: ${speech.noRecogniser}`,
  ]
}

/** What people look for: a slot that is empty because another does its work is none. */
function slotsOf(agent: Agent): readonly AgentSlot[] {
  const filled = agentSlots.filter(slot => agent[slot].length > 0)
  return filled.includes('realtime') || filled.includes('live') ? filled : ['stt', 'llm', 'tts']
}

function usesVendors(agent: Agent): boolean {
  const entries = agentSlots.flatMap(slot => agent[slot])
  return entries.some(({ provider }) => provider !== 'embedded' && provider !== 'scripted')
}
