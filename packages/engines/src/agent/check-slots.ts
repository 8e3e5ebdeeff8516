/** What of a model agent's file goes together: a model and a voice, or one that hears and speaks by itself; `tts` beside `live` is the line's. */

import type { Problems } from '../scripted/problems.js'
import type { AgentSlot, ProviderEntry } from './agent.js'
import type { ModelAgentFileShape } from './agent-shape.js'

type Entries = Readonly<Record<AgentSlot, readonly ProviderEntry[]>>

/** What does by itself what another part of a file would, and why that part has no use beside it. */
const beside = {
  realtime: {
    llm: 'thinks by itself',
    tts: 'speaks by itself',
    expression: 'is told in "instructions" how it is to sound',
    live: 'is one that hears and speaks, and one is enough',
  },
  live: {
    llm: 'thinks by itself',
    expression: 'is told in "instructions" how it is to sound',
    stt: 'owns turn-taking and hears by itself',
    tools: 'calls no tools; it hands questions over to the "reasoner"',
    context: 'takes no facts; it hands questions over to the "reasoner"',
  },
} as const

export function checkSlots(file: ModelAgentFileShape, entries: Entries, problems: Problems): void {
  const own = (['realtime', 'live'] as const).filter(slot => file[slot] !== undefined)
  for (const slot of own) {
    const example = slot === 'live' ? 'live: openai-live' : 'realtime: openai'
    if (entries[slot].length === 0)
      problems.addAtKey([slot], `"${slot}" is empty; name a provider, such as "${example}"`)
    for (const [key, why] of Object.entries(beside[slot])) {
      const given = file[key as keyof ModelAgentFileShape]
      if (given === undefined || (key === 'tools' && file.tools.length === 0)) continue
      problems.addAtKey([key], `"${slot}" ${why}; remove "${key}" or "${slot}"`)
    }
  }
  if (own.length === 0 && entries.llm.length === 0) {
    const cure = 'name the model, such as "llm: anthropic", or one that hears and speaks, "realtime: openai"'
    problems.addAtKey(['llm'], `"llm" is missing; ${cure}`)
  }
  if (file.realtimeSession !== undefined && file.realtime === undefined)
    problems.addAtKey(
      ['realtimeSession'],
      '"realtimeSession" holds a session of "realtime", and there is none; remove it or name one, such as "realtime: openai"',
    )
}
