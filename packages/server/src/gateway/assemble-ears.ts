/** Who hears for an agent: the embedded recogniser with its grammar, or vendors of which the next takes over. */

import { ParleyError, type SpeechToText } from '@parley/core'
import { type Agent, type CascadeOptions, finalTextMsOf } from '@parley/engines'
import { grammarOf, type Scripts } from './agent-scripts.js'
import { resilientRecogniser } from './assemble-wrappers.js'
import { type AssemblyParts, usable } from './assembly-parts.js'
import { lifeOf } from './provider-life.js'

export interface Ears {
  readonly options: Pick<CascadeOptions, 'stt' | 'grammar' | 'overlapGrammar' | 'sttTimeoutMs'>
  name(language: string): string | null
}

/** What a turn waits beyond its recogniser's final text, so that the provider that takes over can hear the sound again, ms. */
const TAKEOVER_MS = 1_500

export function earsOf(agent: Agent, parts: AssemblyParts, scripts: Scripts): Ears {
  const { speech } = parts
  const entries = agent.stt.filter(({ provider }) => provider !== 'embedded' || speech.hears(agent.language))
  const name = (stt: SpeechToText | undefined) => (language: string) =>
    stt !== undefined && (entries.some(({ provider }) => provider !== 'embedded') || speech.hears(language))
      ? stt.name
      : null
  const grammar = grammarOf(agent, scripts)
  if (entries.every(({ provider }) => provider === 'embedded')) {
    const stt = entries.length === 0 ? undefined : speech.recogniser
    if (stt === undefined) return { options: {}, name: () => null }
    const overlapGrammar = speech.overlapGrammar(agent.language)
    const { finalTextMs: sttTimeoutMs } = agent.failover
    const words = overlapGrammar === undefined ? {} : { overlapGrammar }
    const patience = sttTimeoutMs === undefined ? {} : { sttTimeoutMs }
    return {
      options: { stt, ...(grammar === undefined ? {} : { grammar }), ...words, ...patience },
      name: name(stt),
    }
  }
  const list = usable('stt', { agent, entries, parts }, entry =>
    entry.provider === 'embedded' ? withGrammar(speech.recogniser, grammar) : parts.shelf.get('stt', entry),
  )
  const { finalTextMs = finalTextMsOf(list.length) } = agent.failover
  const stt = parts.keep(resilientRecogniser(list, { ...agent.failover, finalTextMs }, parts))
  return { options: { stt, sttTimeoutMs: finalTextMs + TAKEOVER_MS }, name: name(stt) }
}

/** Beside vendors the grammar is the embedded one's alone: their finals are no whole utterances of it. */
function withGrammar(stt: SpeechToText | undefined, grammar: string | undefined): SpeechToText {
  if (stt === undefined) throw new ParleyError('bad_config', 'no embedded recogniser is on this machine')
  return {
    ...lifeOf(stt),
    sampleRate: stt.sampleRate,
    open: options => stt.open({ ...options, ...(grammar === undefined ? {} : { grammar }) }),
    close: () => stt.close(),
  }
}
