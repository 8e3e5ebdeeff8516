/** An agent whose model owns turn-taking, too: its models, and who answers what they hand over. */

import type { TextToSpeech } from '@parley/core'
import { createLiveEngine, type ModelAgentFile } from '@parley/engines'
import { baseOf } from './agent-catalogue.js'
import type { AssembledAgent } from './assemble-agent.js'
import { reasonerOf } from './assemble-reasoner.js'
import { voicesOf } from './assemble-voices.js'
import { type AssemblyParts, usable } from './assembly-parts.js'
import { embeddedVoices } from './embedded-speech.js'

/** @throws ParleyError `bad_config` when no model of the list can serve, one sentence for each of them */
export async function assembleLive(agent: ModelAgentFile, parts: AssemblyParts): Promise<AssembledAgent> {
  const models = usable('live', { agent, entries: agent.live, parts }, entry =>
    parts.shelf.get('live', entry),
  )
  const reasoner = reasonerOf(agent, parts)
  const [greeting] = agent.greeting.say
  const engine = createLiveEngine({
    models,
    resampling: parts.resampling,
    instructions: agent.instructions,
    lineVoice: await lineVoiceOf(agent, parts),
    ...(greeting === undefined ? {} : { greeting }),
    ...(reasoner === undefined ? {} : { reasoner }),
  })
  const name = models[0]?.name ?? null
  return { agent, engine, recogniser: () => name, hearsAtOnce: () => true, voice: () => name }
}

/** Who says what the model cannot be made to: the agent's `tts`, else what this machine speaks by itself. */
async function lineVoiceOf(
  agent: ModelAgentFile,
  parts: AssemblyParts,
): Promise<(language: string) => TextToSpeech | undefined> {
  const speak = agent.tts.length === 0 ? undefined : voicesOf(agent, parts)
  const isLoaded = parts.speech.voices.length > 0
  // They take no memory before their first words.
  const own = isLoaded ? [] : (await embeddedVoices(parts.log)).map(voice => parts.keep(voice))
  const embedded = (language: string) =>
    isLoaded
      ? parts.speech.voice(language)
      : own.find(({ languages }) => languages.some(spoken => baseOf(spoken) === baseOf(language)))
  return language => speak?.(language)?.voice ?? embedded(language)
}
