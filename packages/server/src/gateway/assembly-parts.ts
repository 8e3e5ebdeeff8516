/** What agents are put together from, and which entries of a slot can serve. */

import { ParleyError } from '@parley/core'
import type { Agent, AgentSlot, ProviderEntry, Tool, Toolbox, ToolWorld } from '@parley/engines'
import type { Log } from '../log/log.js'
import type { ProviderShelf } from './assemble-providers.js'
import type { SharedParts } from './assemble-shared.js'
import type { RememberingWorld, WrapperWorld } from './assemble-wrappers.js'
import type { EmbeddedSpeech } from './embedded-speech.js'
import type { ProviderLife } from './provider-life.js'

export interface AssemblyParts extends WrapperWorld, RememberingWorld {
  readonly shared: SharedParts
  readonly epochMs: () => number
  readonly shelf: ProviderShelf
  /** Closes it with the gateway. */
  keep<Kept extends ProviderLife>(provider: Kept): Kept
  readonly speech: EmbeddedSpeech
  /** Has it run at the start and when sessions begin; it never rejects. */
  warmLater(run: () => Promise<void>): void
  readonly log: Log
  readonly tools: ToolWorld
  /** Of each agent's file: a server of tools is connected once, however often its agent is assembled. */
  readonly toolboxes: Map<Agent, Toolbox>
  /** What a model may do beside the tools of its file: those of a phone call. */
  readonly moreTools?: readonly Tool[]
}

interface Usable {
  readonly agent: Agent
  readonly entries: readonly ProviderEntry[]
  readonly parts: AssemblyParts
  /** Whether the slot has something else that serves. */
  readonly otherwise?: boolean
}

/** Entries that can serve, with what they make; the others are told. @throws ParleyError `bad_config` if none can. */
export function usable<Made>(
  slot: AgentSlot,
  { agent, entries, parts, otherwise = false }: Usable,
  make: (entry: ProviderEntry) => Made,
): readonly Made[] {
  const refused: ParleyError[] = []
  const made = entries.flatMap(entry => {
    try {
      return [make(entry)]
    } catch (error) {
      refused.push(ParleyError.from(error, 'bad_config'))
      return []
    }
  })
  if (made.length === 0 && refused.length > 0 && !otherwise)
    throw new ParleyError('bad_config', refused.map(({ message }) => message).join('\n'))
  for (const { message } of refused)
    parts.log.warn({ agent: agent.agent, slot }, `${message}; the others of "${slot}" serve without it`)
  return made
}
