/**
 * Agents as they run: from a file and the providers it names to an engine. What is embedded in this machine goes the
 * way it always went, with its grammar and its voice by language; vendors come wrapped, so that the next takes over.
 */

import type { Engine } from '@parley/core'
import { type Agent, createCascade } from '@parley/engines'
import { scriptsOf } from './agent-scripts.js'
import { earsOf } from './assemble-ears.js'
import { assembleLive } from './assemble-live.js'
import { enricherOf, mindOf } from './assemble-mind.js'
import { assembleRealtime } from './assemble-realtime.js'
import { voicesOf } from './assemble-voices.js'
import type { AssemblyParts } from './assembly-parts.js'

export interface AssembledAgent {
  readonly agent: Agent
  readonly engine: Engine
  /** Who hears callers in this language, by name; null where nobody does. */
  recogniser(language: string): string | null
  /** Whether words are known while they are spoken, and not only once the turn is over. */
  hearsAtOnce(language: string): boolean
  /** Who speaks it; null where answers are text only. */
  voice(language: string): string | null
}

/** @throws ParleyError `bad_config` when a slot's list has no provider that can serve, one sentence for each of them. */
export async function assembleAgent(agent: Agent, parts: AssemblyParts): Promise<AssembledAgent> {
  const scripts = await scriptsOf(agent)
  if (agent.kind === 'model' && agent.realtime.length > 0) return assembleRealtime(agent, parts, scripts)
  if (agent.kind === 'model' && agent.live.length > 0) return assembleLive(agent, parts)
  const ears = earsOf(agent, parts, scripts)
  const mind = mindOf(agent, parts, scripts)
  const speak = voicesOf(agent, parts)
  const engine = createCascade({
    ...ears.options,
    mind,
    voices: language => speak(language)?.voice,
    resampling: parts.resampling,
    expression: agent.expression,
    ...(agent.kind === 'model' ? { instructions: agent.instructions } : {}),
    ...enricherOf(agent, parts),
    ...(agent.kind === 'scripted' && agent.voice !== undefined && speak(agent.language)?.embedded
      ? { speaker: agent.voice }
      : {}),
    ...(agent.trouble === undefined ? {} : { trouble: agent.trouble }),
  })
  return {
    agent,
    engine,
    recogniser: ears.name,
    hearsAtOnce: language => ears.name(language) !== null,
    voice: language => speak(language)?.voice.name ?? null,
  }
}
