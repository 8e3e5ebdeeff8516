/**
 * The voice conversations of a gateway: agents, embedded speech, sessions, and the voice socket at the door. Made
 * once, handed to `serve`, which starts and stops it.
 */

import { randomBytes, randomUUID } from 'node:crypto'
import { createVisemeEar, visemesOfWords } from '@parley/audio'
import { createTicker, defined, type Ids } from '@parley/core'
import { createTenantBook } from '@parley/platform'
import { createProsodySides } from '@parley/transports'
import { keyRoutes } from '../access/key-routes.js'
import { tenantRoutes } from '../access/tenant-routes.js'
import type { AttachedAgents } from '../agents/attach-agents.js'
import { attachAnalytics } from '../analytics/attach-analytics.js'
import { assembleCalls } from '../calls/assemble-calls.js'
import { createGuard, createKnock } from '../http/guard.js'
import { attachLive } from '../live/attach-live.js'
import { attachPlayback } from '../playback/attach-playback.js'
import { findRecordings } from '../playback/find-recordings.js'
import { attachProsody } from '../prosody/attach-prosody.js'
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
import type { AgentCatalogue } from './agent-catalogue.js'
import type { Assembly } from './assemble-gateway.js'
import { attachPhone } from './attach-phone.js'
import { attachVoiceSocket } from './attach-voice-socket.js'
import { LISTEN_RATE } from './begin-session.js'
import { openEncryptionKey } from './encryption-key.js'
import { openFarJoins } from './far-joins.js'
import { openMovedSessions } from './open-moved-sessions.js'
import type { Loaded, VoiceWorld } from './prepare-voice.js'
import { createSessionDesk } from './session-desk.js'
import { unusedKeys } from './unused-keys.js'
import { voiceNotices } from './voice-notices.js'

/** For names that must not be guessed. */
const hardToGuess = () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48

const ids: Ids = { next: prefix => `${prefix}_${randomUUID().replaceAll('-', '')}` }

interface Agents extends Pick<VoiceWorld, 'secretOf'> {
  readonly agents: AgentCatalogue
  readonly assembly: Assembly
  readonly edited: AttachedAgents
}

export async function attachVoice(
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
    moved: await openMovedSessions({ ...parts, ids }),
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
  const voiceSocket = attachVoiceSocket(door, {
    ...{ host, clock, opus, opusManner, log, prosody },
    ...encryption,
  })
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
      voiceSocket.announceDraining(config.drainMs)
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
    notices: [
      ...voiceNotices(agents.agents, speech),
      ...unusedKeys(config, agents.agents),
      notice,
      ...calls.notices,
    ],
  }
}
