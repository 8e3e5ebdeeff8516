/**
 * The voices of speech over HTTP: Google Cloud where its credentials are, those of the first agent, and embedded ones of
 * their own, so that no conversation waits behind a long text. A vendor that fails is followed by the next.
 */

import type { TextToSpeech } from '@parley/core'
import type { Agent, FailoverPlan, ProviderCatalogue, ProviderEntry } from '@parley/engines'
import { fliteVoices, readServiceAccount } from '@parley/providers'
import type { Config } from '../config/settings.js'
import { baseOf, speaks } from '../gateway/agent-catalogue.js'
import { resilientVoice } from '../gateway/assemble-wrappers.js'
import { type AssemblyParts, usable } from '../gateway/assembly-parts.js'
import { embeddedVoices } from '../gateway/embedded-speech.js'
import { createSpeechVoices, type SpeechVoice, type SpeechVoices } from './speech-voices.js'

export interface SpeechWorld {
  readonly agents: readonly Agent[]
  readonly config: Config
  readonly catalogue: ProviderCatalogue | undefined
  readonly parts: AssemblyParts
  /** What this machine speaks by itself; called where it is wanted. */
  readonly embedded?: () => Promise<readonly TextToSpeech[]>
}

/** Whole texts take longer than clauses of a conversation, and nobody waits on the line. No second voice is paid for. */
const plan: FailoverPlan = { firstSoundMs: 10_000, idleMs: 10_000, hedgeShare: 0 }

export async function assembleSpeech(world: SpeechWorld): Promise<SpeechVoices> {
  const { agents, config, parts } = world
  const first = agents.find(agent => speaks(agent, config.language)) ?? agents[0]
  const lists: Readonly<Record<string, () => Promise<readonly SpeechVoice[]>>> = {
    async google() {
      if (!hasGoogle(config)) return []
      await lookAtCredentials(world)
      return vendorVoices([googleEntry(world)], first, parts)
    },
    agent: async () => vendorVoices(first?.tts ?? [], first, parts),
    embedded: () => ownVoices(world),
  }
  const voices: SpeechVoice[] = []
  for (const source of config.speechVoices) {
    const found = (await lists[source]?.()) ?? []
    voices.push(...found.filter(({ name }) => voices.every(other => other.name !== name)))
  }
  return createSpeechVoices({
    voices,
    language: config.language ?? first?.language ?? 'en',
    join: line => parts.keep(resilientVoice(line, plan, parts)),
  })
}

function hasGoogle({ googleCredentials, googleApiKey }: Config): boolean {
  return googleCredentials !== undefined || googleApiKey !== undefined
}

/** A gateway whose texts another voice speaks looks as if all were well: better said at the start than never seen. */
async function lookAtCredentials({ config, parts }: SpeechWorld): Promise<void> {
  if (config.googleCredentials === undefined) return
  try {
    await readServiceAccount(config.googleCredentials)
  } catch (error) {
    parts.log.warn(
      { err: error },
      'Google Cloud cannot speak with GOOGLE_APPLICATION_CREDENTIALS; other voices do',
    )
  }
}

/** With the voices of the file of defaults, by language. */
function googleEntry({ catalogue, config }: SpeechWorld): ProviderEntry {
  const options = { ...catalogue?.defaults('tts', 'google', config.language ?? 'en') }
  return { provider: 'google', options, place: 'speech over HTTP' }
}

function vendorVoices(
  entries: readonly ProviderEntry[],
  agent: Agent | undefined,
  parts: AssemblyParts,
): readonly SpeechVoice[] {
  const vendors = entries.filter(({ provider }) => provider !== 'embedded')
  if (agent === undefined) return []
  // Without one of them others still speak, or the client does.
  return usable('tts', { agent, entries: vendors, parts, otherwise: true }, entry => ({
    name: entry.provider,
    voice: parts.shelf.get('tts', entry),
    speakers: [],
  }))
}

async function ownVoices({ agents, parts, embedded }: SpeechWorld): Promise<readonly SpeechVoice[]> {
  const voices = await (embedded ?? (() => embeddedVoices(parts.log)))()
  return voices.map(voice => {
    const speakers: readonly string[] = voice.name === 'flite' ? fliteVoices : []
    return {
      name: voice.name,
      voice: parts.keep(voice),
      speakers,
      speakerFor(language) {
        const speaker = speakerOfAgents(agents, language)
        return speakers.length === 0 || speakers.includes(speaker ?? '') ? speaker : undefined
      },
    }
  })
}

/** The speaker that an agent of this language has in conversations. */
function speakerOfAgents(agents: readonly Agent[], language: string): string | undefined {
  const agent = agents.find(each => baseOf(each.language) === baseOf(language))
  return agent?.kind === 'scripted' ? agent.voice : undefined
}
