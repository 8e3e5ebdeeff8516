/** An agent whose model owns turn-taking, too: its models, and who answers what they hand over. */

import { createLiveEngine, type ModelAgentFile } from '@parley/engines'
import type { AssembledAgent } from './assemble-agent.js'
import { reasonerOf } from './assemble-reasoner.js'
import { type AssemblyParts, usable } from './assembly-parts.js'

/** @throws ParleyError `bad_config` when no model of the list can serve, one sentence for each of them */
export function assembleLive(agent: ModelAgentFile, parts: AssemblyParts): AssembledAgent {
  const models = usable('live', { agent, entries: agent.live, parts }, entry =>
    parts.shelf.get('live', entry),
  )
  const reasoner = reasonerOf(agent, parts)
  const [greeting] = agent.greeting.say
  const engine = createLiveEngine({
    models,
    resampling: parts.resampling,
    instructions: agent.instructions,
    ...(greeting === undefined ? {} : { greeting }),
    ...(reasoner === undefined ? {} : { reasoner }),
  })
  const name = models[0]?.name ?? null
  return { agent, engine, recogniser: () => name, hearsAtOnce: () => true, voice: () => name }
}
