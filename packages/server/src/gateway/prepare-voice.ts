/** What voice conversations need before the store is open: agents, checked, and speech, on its way. */

import { loadOpus, loadResampling, type Opus, type Resampling, type VoiceActivity } from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import type { SecretOf } from '@parley/core'
import type { Agent } from '@parley/engines'
import { vendors } from '@parley/providers'
import type { CreateAnalyser } from '@parley/transports'
import { attachAgents } from '../agents/attach-agents.js'
import { loadProsodyAnalyser } from '../prosody/load-analyser.js'
import type { Attached, ServerParts } from '../serve.js'
import { loadAgents } from './agent-catalogue.js'
import { assembleGateway } from './assemble-gateway.js'
import { attachVoice } from './attach-voice.js'
import {
  type EmbeddedSpeech,
  languagesSpoken,
  noEmbeddedSpeech,
  openEmbeddedSpeech,
  usesEmbedded,
} from './embedded-speech.js'
import { createProviderCatalogue } from './provider-catalogue.js'

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
    usesEmbedded(agents.agents)
      ? openEmbeddedSpeech(clock, log, languagesSpoken(agents.agents))
      : noEmbeddedSpeech,
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
    later ??= openEmbeddedSpeech(clock, log, languagesSpoken([agent]))
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

export type Loaded = readonly [EmbeddedSpeech, Resampling, Opus, VoiceActivity, CreateAnalyser]
