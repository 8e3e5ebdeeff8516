/**
 * The voice conversations of a gateway: agents, embedded speech, sessions, and the voice socket at the door. Made
 * once, handed to `serve`, which starts and stops it.
 */

import { randomUUID } from 'node:crypto'
import { loadOpus, loadResampling, type Opus, type Resampling, type VoiceActivity } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import { createTicker, type Ids } from '@parley/core'
import { defaultVoiceLimits, serveVoiceSocket, type VoiceSocket } from '@parley/transports'
import { createSessionRecorder } from '../replay/session-recorder.js'
import type { Attached, ServerParts } from '../serve.js'
import { readVersion } from '../version.js'
import { type AgentCatalogue, loadAgents } from './agent-catalogue.js'
import { attachPhone } from './attach-phone.js'
import { type EmbeddedSpeech, openEmbeddedSpeech } from './embedded-speech.js'
import { createSessionDesk, LISTEN_RATE } from './session-desk.js'

/** Paths of the voice socket: its own, and the one that web voice services use. */
const voicePaths = ['/v1/voice', '/voice-ws']

const ids: Ids = { next: prefix => `${prefix}_${randomUUID().replaceAll('-', '')}` }

/**
 * Checks the agents and begins to load speech, while the store is still to be opened: a mistake in an agent file is
 * told at once, and nothing waits for what it does not need. @throws ParleyError `bad_agent`.
 */
export async function prepareVoice({
  config,
  clock,
  log,
  lifecycle,
}: Pick<ServerParts, 'config' | 'clock' | 'log' | 'lifecycle'>): Promise<
  (parts: ServerParts) => Promise<Attached>
> {
  const agents = await loadAgents(config.agentFile)
  const loading = Promise.all([
    openEmbeddedSpeech(clock, log),
    loadResampling(),
    loadOpus(),
    loadVoiceActivity(),
  ])
  // A start that fails elsewhere never asks for it.
  loading.catch(() => {})
  lifecycle.onStop('speech', async () => {
    const [speech] = await loading
    await speech.close()
  })
  return async parts => attachVoice(parts, agents, await loading)
}

type Loaded = readonly [EmbeddedSpeech, Resampling, Opus, VoiceActivity]

function attachVoice(
  { config, clock, log, metrics, door, store }: ServerParts,
  agents: AgentCatalogue,
  [speech, resampling, opus, voiceActivity]: Loaded,
): Attached {
  const desk = createSessionDesk({
    config,
    agents,
    speech,
    store,
    metrics,
    resampling,
    voiceActivity,
    clock,
    ticker: createTicker(clock),
    ids,
    epochMs: Date.now,
    log,
    recorder: createSessionRecorder({ config, version: readVersion(), log, metrics, epochMs: Date.now }),
  })
  const sockets = new Set<VoiceSocket>()
  for (const path of voicePaths) {
    door.routes.set(path, {
      scope: 'talk',
      protocols: ['parley.v1'],
      handle(socket, _request, principal) {
        const served = serveVoiceSocket({
          socket,
          principal,
          host: desk,
          clock,
          opus,
          log,
          limits: defaultVoiceLimits,
          listenRate: LISTEN_RATE,
        })
        sockets.add(served)
        socket.once('close', () => sockets.delete(served))
      },
    })
  }
  attachPhone({ door, desk, clock, log })
  return {
    activeSessions: () => desk.active,
    drain(signal) {
      for (const socket of sockets) socket.announceDraining(config.drainMs)
      return desk.drain(signal)
    },
    notices: [
      `agents: ${agents.agents.map(({ agent, language }) => `${agent} (${language})`).join(', ')}`,
      `voices: ${speech.voices.join(', ')}`,
      speech.noRecogniser === undefined
        ? `recogniser: ${speech.recogniser?.name} (en, closed grammar of the agent)`
        : `no recogniser, callers cannot be heard but can type: ${speech.noRecogniser}`,
    ],
  }
}
