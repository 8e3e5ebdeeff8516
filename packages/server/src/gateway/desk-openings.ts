/** Which agent a conversation begins with, by the way it comes in. */

import { ParleyError } from '@parley/core'
import type { Agent } from '@parley/engines'
import type { OpenedSession, VoiceOpenRequest, VoiceResumeRequest } from '@parley/transports'
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
import type { DeskJoinsParts } from './desk-joins.js'

export interface DeskOpeningsParts
  extends Pick<SessionDeskParts, 'config' | 'agents' | 'stored' | 'moved' | 'log'> {
  begin(beginning: Beginning): Promise<OpenedCall>
}

export function createDeskOpenings(
  parts: DeskOpeningsParts,
): Pick<SessionDesk, 'open' | 'openRealtime' | 'openCall'> & Pick<DeskJoinsParts, 'goOn'> {
  const { config, stored, moved, log, begin } = parts

  async function openVoice({ hello, ...leg }: VoiceOpenRequest): Promise<OpenedSession> {
    const language = hello.language ?? config.language
    return beginWith({ principal: leg.principal, name: hello.agent, language }, agent => {
      const opens = agent.greeting.say.length > 0
      return { edge: 'voice-ws', ...leg, consent: hello.consent, opens, maxMs: config.maxSessionMs }
    })
  }

  /** A conversation that another node put away, or this one before it was started again. */
  async function goOn({ hello: _, token, principal, ...leg }: VoiceResumeRequest): Promise<OpenedSession> {
    const { tenant, subject: speaker } = principal
    const key = { principal, token }
    const found = await moved?.take(key)
    if (moved === undefined || found === undefined) throw new ParleyError('resume_failed')
    const { snapshot, agent: name, owner } = found
    const goesOn = { principal: { tenant, subject: owner }, speaker, goesOnFrom: snapshot }
    try {
      const opened = await beginWith({ principal, name, language: snapshot.language }, () => {
        return { edge: 'voice-ws', ...leg, ...goesOn, opens: false, maxMs: config.maxSessionMs }
      })
      moved.drop(key)
      log.info({ session: snapshot.session, tenant }, 'session goes on here')
      return { ...opened, resumed: true, receivedMs: opened.held.receivedMs }
    } catch (error) {
      // The next try finds it again.
      moved.put(key, found)
      const code = ParleyError.from(error).code === 'not_found' ? 'resume_failed' : undefined
      throw code === undefined
        ? error
        : new ParleyError(code, `There is no agent ${name} here.`, { cause: error })
    }
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
  ): Promise<OpenedCall> {
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

  return { open: openVoice, openRealtime, openCall, goOn }
}
