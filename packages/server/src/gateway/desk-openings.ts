/** Which agent a conversation begins with, by the way it comes in. */

import type { Agent } from '@parley/engines'
import type { OpenedSession, VoiceOpenRequest } from '@parley/transports'
import { heldBy } from '../agents/held-by.js'
import type { ChosenAgent, WantedConversation } from '../agents/stored-agents.js'
import { speaks } from './agent-catalogue.js'
import type {
  Beginning,
  CallOpening,
  OpenedCall,
  RealtimeOpening,
  SessionDesk,
  SessionDeskParts,
} from './desk-contract.js'

export interface DeskOpeningsParts extends Pick<SessionDeskParts, 'config' | 'agents' | 'stored'> {
  begin(beginning: Beginning): Promise<OpenedCall>
}

export function createDeskOpenings(
  parts: DeskOpeningsParts,
): Pick<SessionDesk, 'open' | 'openRealtime' | 'openCall'> {
  const { config, stored, begin } = parts

  async function openVoice({ hello, ...leg }: VoiceOpenRequest): Promise<OpenedSession> {
    const language = hello.language ?? config.language
    return beginWith({ principal: leg.principal, name: hello.agent, language }, agent => {
      const opens = agent.greeting.say.length > 0
      return { edge: 'voice-ws', ...leg, consent: hello.consent, opens, maxMs: config.maxSessionMs }
    })
  }

  async function openRealtime({ model, language: said, ...leg }: RealtimeOpening): Promise<OpenedSession> {
    const language = said ?? config.language
    const maxMs = Math.min(config.maxSessionMs, config.realtimeSessionMs)
    const wanted = { principal: leg.principal, name: model, language, lenient: true } as const
    return beginWith(wanted, () => ({ edge: 'realtime', ...leg, opens: false, maxMs }))
  }

  /** An agent of the console is held until the session is over. */
  async function beginWith(
    wanted: WantedConversation,
    beginningOf: (agent: Agent) => Omit<Beginning, 'agent' | 'language'>,
  ): Promise<OpenedSession> {
    const chosen = stored === undefined ? chooseOwn(wanted) : await stored.choose(wanted)
    return heldBy(chosen, ({ agent, assembled, leaving }) => {
      const language = speaks(agent, wanted.language) ? wanted.language : agent.language
      return begin({ ...beginningOf(agent), agent, language, assembled, taps: [leaving] })
    })
  }

  async function openCall(opening: CallOpening): Promise<OpenedCall> {
    const { principal, agent: own } = opening
    const chosen = stored === undefined ? undefined : await stored.chooseForCall(principal.tenant, own)
    if (chosen === undefined) return begin({ ...opening, edge: 'phone' })
    return heldBy(chosen, ({ agent, assembled, leaving }) =>
      begin({ ...opening, edge: 'phone', agent, assembled, taps: [...opening.taps, leaving] }),
    )
  }

  function chooseOwn({ name, language, lenient }: WantedConversation): ChosenAgent {
    const { agents, choose } = parts.agents
    const known = lenient === undefined || agents.some(({ agent }) => agent === name)
    return { agent: choose(known ? name : undefined, language), release() {} }
  }

  return { open: openVoice, openRealtime, openCall }
}
