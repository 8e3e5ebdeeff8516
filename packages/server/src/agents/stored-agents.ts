/**
 * Which agent a conversation begins with, by tenant: a published one in the place of the file of that name, a trial for
 * whoever began it, else the gateway's own. What is in force is asked of the database for each conversation, so that
 * every node knows at once, and conversations that run keep the version they began with.
 */

import { callTools } from '@parley/calls'
import { type Clock, ParleyError, type SecretOf } from '@parley/core'
import { type Agent, type Tool, toolName } from '@parley/engines'
import { type AgentStore, type Principal, type PublishedAgent, retried } from '@parley/platform'
import type { AdmittedAgent } from '../gateway/admit-agent.js'
import { type AgentCatalogue, baseOf } from '../gateway/agent-catalogue.js'
import type { AssembledAgent } from '../gateway/assemble-agent.js'
import type { Assembly } from '../gateway/assemble-gateway.js'
import type { EmbeddedSpeech } from '../gateway/embedded-speech.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import type { Log } from '../log/log.js'
import { grantedFetch } from './agent-grants.js'
import type { AgentReader, AgentText } from './agent-reader.js'
import { createLiveAgents, type HeldAgent, type LiveAgents } from './live-agents.js'

/** Before the name of a text that is tried. */
export const TRIAL_PREFIX = 'try:'

export interface ChosenAgent {
  readonly agent: Agent
  /** Absent for the gateway's own, which stands already. */
  readonly assembled?: AssembledAgent
  /** The conversation is over. */
  release(): void
}

export interface WantedConversation {
  readonly principal: Pick<Principal, 'tenant' | 'subject'>
  readonly name: string | undefined
  /** BCP 47, where no name is given. */
  readonly language: string | undefined
  /** A name that is none stands for the default agent. */
  readonly lenient?: true
}

export interface StoredAgents {
  /** @throws ParleyError `not_found`; `bad_agent` where the published one cannot be used (any more); as `LiveAgents.hold` */
  choose(wanted: WantedConversation): Promise<ChosenAgent>
  /**
   * Who answers a phone call that is `own`'s: what the tenant published under that name, with the tools and the plan of
   * calls of `own`; undefined for `own` itself, also where what was published cannot be used: nobody hangs up on a caller.
   */
  chooseForCall(tenant: string, own: Agent): Promise<ChosenAgent | undefined>
  /** Puts a text together as a conversation would, and says what is missing. @throws ParleyError `bad_agent`, `bad_config` */
  rehearse(text: AgentText): Promise<void>
  /** The same for a trial, and keeps it for the conversation that comes. */
  prepareTrial(text: AgentText, handle: string): Promise<void>
  readonly live: Pick<LiveAgents, 'size'>
  close(): Promise<void>
}

export interface StoredAgentsParts {
  readonly store: AgentStore
  readonly own: AgentCatalogue
  readonly reader: AgentReader
  readonly assembly: Pick<Assembly, 'admit'>
  readonly speechFor: (agent: Agent) => Promise<EmbeddedSpeech>
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly log: Log
}

/** How long a version is kept for the next conversation, and a trial, ms. */
const IDLE_MS = 600_000
const TRIAL_IDLE_MS = 120_000

export function createStoredAgents(parts: StoredAgentsParts): StoredAgents {
  const { store, own, reader, clock, log } = parts
  const live = createLiveAgents(clock)

  async function admit(tenant: string, agent: Agent, moreTools?: readonly Tool[]): Promise<AdmittedAgent> {
    const grants = reader.grantsOf(tenant)
    const secretOf: SecretOf = grants.secretOf
    const speech = await parts.speechFor(agent)
    const world = { fetch: grantedFetch(parts.fetch, grants), secretOf, speech }
    return parts.assembly.admit(agent, { ...world, ...(moreTools === undefined ? {} : { moreTools }) })
  }

  /** A vendor that nobody can use will not be better when somebody calls. */
  async function refuseUnready(admitted: AdmittedAgent): Promise<void> {
    const { agent } = admitted.assembled
    for (const { slot, provider, error } of await admitted.warm()) {
      const alone = agent[slot].every(entry => entry.provider === provider)
      if (error.code !== 'provider_missing' || !alone) continue
      throw new ParleyError('bad_config', `${agent[slot][0]?.place}: ${error.message}`, { cause: error })
    }
  }

  function holdTrial({ tenant, name, yaml }: AgentText, handle: string): Promise<HeldAgent> {
    return live.hold({
      ...{ tenant, line: handle, key: handle, idleMs: TRIAL_IDLE_MS },
      async admit() {
        const agent = reader.read({ tenant, name, yaml })
        // What was said to a draft is not what was said to the agent.
        return admit(tenant, { ...agent, agent: `${name} (draft)` })
      },
    })
  }

  /** In a call of `called`, with what calls of that one are like. */
  async function holdPublished(
    tenant: string,
    { agent: name, version }: PublishedAgent,
    called?: Agent,
  ): Promise<HeldAgent> {
    const line = `${called === undefined ? 'agent' : 'phone'} ${name}`
    try {
      return await live.hold({
        ...{ tenant, line, key: `${line} ${version}`, idleMs: IDLE_MS },
        async admit() {
          const yaml = await retried(clock, () => store.read({ tenant, agent: name, version }))
          if (yaml === undefined) throw new ParleyError('not_found')
          const agent = reader.read({ tenant, name, yaml })
          const admitted = await (called === undefined
            ? admit(tenant, agent)
            : admit(tenant, { ...agent, phone: called.phone }, toolsOfCalls(agent, called)))
          // The first turn need not wait for it.
          void admitted.warm()
          return admitted
        },
      })
    } catch (thrown) {
      const error = ParleyError.from(thrown)
      if (error.code !== 'bad_agent' && error.code !== 'bad_config' && error.code !== 'not_found') throw error
      log.error({ err: error, tenant, agent: name, version }, 'an agent of the console cannot be used')
      const message = `The agent "${name}" cannot be used now; the console shows what is wrong with it.`
      throw new ParleyError('bad_agent', message, { cause: error })
    }
  }

  async function chooseTrial(handle: string, { tenant, subject }: WantedConversation['principal']) {
    const trial = await store.trial({ handle, tenant, subject })
    if (trial === undefined) throw new ParleyError('not_found', 'This trial is over; begin another.')
    return holdTrial({ tenant, name: trial.agent, yaml: trial.yaml }, handle)
  }

  return {
    live,
    async choose({ principal, name, language, lenient }) {
      if (name?.startsWith(TRIAL_PREFIX)) return chosen(await chooseTrial(name, principal))
      const { tenant } = principal
      const published = await retried(clock, () => store.published(tenant))
      const found = pick(candidates(own, published), { name, language, lenient })
      if (found !== undefined && 'version' in found) return chosen(await holdPublished(tenant, found))
      const agent = found ?? own.choose(name, language)
      return { agent, release() {} }
    },
    async chooseForCall(tenant, called) {
      const published = await retried(clock, () => store.published(tenant))
      const found = published.find(({ agent }) => agent === called.agent)
      if (found === undefined) return undefined
      try {
        return chosen(await holdPublished(tenant, found, called))
      } catch (thrown) {
        const err = ParleyError.from(thrown)
        log.warn({ err, tenant, agent: called.agent }, 'a call is answered by the file of its agent')
        return undefined
      }
    },
    async rehearse(text) {
      const admitted = await admit(text.tenant, reader.read(text))
      await refuseUnready(admitted).finally(() => admitted.close())
    },
    async prepareTrial(text, handle) {
      const held = await holdTrial(text, handle)
      await refuseUnready(held.admitted).finally(() => held.release())
    },
    close: () => live.close(),
  }
}

function chosen({ assembled, release }: HeldAgent): ChosenAgent {
  return { agent: assembled.agent, assembled, release }
}

/** As at the start: what a model may do in a call, where the file has a plan for calls. */
function toolsOfCalls(agent: Agent, called: Agent): readonly Tool[] | undefined {
  if (agent.kind !== 'model' || called.phone === undefined) return undefined
  return callTools(phonePlanOf(called), agent.tools.map(toolName))
}

type Candidate = Agent | PublishedAgent

/** The gateway's own in their order, each with what stands in its place; then those that are the tenant's alone. */
function candidates(own: AgentCatalogue, published: readonly PublishedAgent[]): readonly Candidate[] {
  const inPlace = (name: string) => published.find(({ agent }) => agent === name)
  const added = published.filter(({ agent }) => own.agents.every(known => known.agent !== agent))
  return [...own.agents.map(agent => inPlace(agent.agent) ?? agent), ...added]
}

/** @throws ParleyError `not_found` with the names there are */
function pick(
  known: readonly Candidate[],
  { name, language, lenient }: Pick<WantedConversation, 'name' | 'language'> & { lenient: true | undefined },
): Candidate | undefined {
  const named = known.find(({ agent }) => agent === name)
  if (named !== undefined) return named
  if (name !== undefined && lenient === undefined) {
    const names = known.map(({ agent }) => agent).join(', ')
    throw new ParleyError('not_found', `There is no agent "${name}"; this gateway has ${names}.`)
  }
  const speaks = (each: Candidate) =>
    language !== undefined && each.language !== undefined && baseOf(each.language) === baseOf(language)
  return known.find(speaks) ?? known[0]
}
