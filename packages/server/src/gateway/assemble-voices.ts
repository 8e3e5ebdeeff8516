/** Who speaks for an agent, by language: an embedded voice, or vendors of which the next goes on. */

import type { TextToSpeech } from '@parley/core'
import type { Agent, ProviderEntry } from '@parley/engines'
import { baseOf } from './agent-catalogue.js'
import { nameOf } from './assemble-providers.js'
import { rememberingVoice, resilientVoice } from './assemble-wrappers.js'
import { type AssemblyParts, usable } from './assembly-parts.js'
import { fixedPhrases } from './fixed-phrases.js'

export interface Speaking {
  readonly voice: TextToSpeech
  readonly embedded: boolean
}

/** The voice for a language, put together once for each, whatever its region: callers may name any. */
export function voicesOf(agent: Agent, parts: AssemblyParts): (language: string) => Speaking | undefined {
  const isVendor = ({ provider }: ProviderEntry) => provider !== 'embedded'
  const phrases = fixedPhrases(agent)
  const remembering = (entry: ProviderEntry) =>
    rememberingVoice(parts.shelf.get('tts', entry), { fingerprint: nameOf('tts', entry), phrases }, parts)
  const otherwise = !agent.tts.every(isVendor) && parts.speech.voice(agent.language) !== undefined
  const vendors = usable('tts', { agent, entries: agent.tts.filter(isVendor), parts, otherwise }, entry => ({
    entry,
    voice: remembering(entry),
  }))
  const known = new Map<string, Speaking | undefined>()

  function make(language: string): Speaking | undefined {
    const list = agent.tts.flatMap(entry => {
      const found =
        entry.provider === 'embedded'
          ? parts.speech.voice(language)
          : vendors.find(each => each.entry === entry)?.voice
      return found === undefined || !speaksIt(found, language) ? [] : [found]
    })
    const embedded = list.every(voice => !vendors.some(each => each.voice === voice))
    const voice = embedded ? list[0] : parts.keep(resilientVoice(list, agent.failover, parts))
    return voice === undefined ? undefined : { voice, embedded }
  }

  return language => {
    const base = baseOf(language)
    if (!known.has(base)) known.set(base, make(base))
    return known.get(base)
  }
}

function speaksIt({ languages }: TextToSpeech, language: string): boolean {
  return languages.some(spoken => spoken === '*' || baseOf(spoken) === baseOf(language))
}
