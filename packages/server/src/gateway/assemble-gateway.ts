/**
 * Everything a gateway's agents are made of: put together at the start, so that what is missing is told then; warmed,
 * kept warm by the sessions that begin, and closed with the gateway.
 */

import type { Resampling } from '@parley/audio'
import { callTools } from '@parley/calls'
import { type Clock, type Json, type LanguageModel, ParleyError, type SecretOf } from '@parley/core'
import {
  type Agent,
  type Incident,
  type ProviderCatalogue,
  type RealtimeIncident,
  type Toolbox,
  toolName,
} from '@parley/engines'
import type { RateBudget, RateLimiter, SecretShelf } from '@parley/platform'
import { type Vendor, vendors } from '@parley/providers'
import { afterEntries } from '../calls/after-model.js'
import type { Config } from '../config/settings.js'
import type { Probe } from '../health/check.js'
import { canBeAsked, vendorProbe } from '../health/vendor-probe.js'
import type { Log } from '../log/log.js'
import type { ProviderMetrics } from '../metrics/provider-metrics.js'
import { assembleSpeech } from '../speech/assemble-speech.js'
import type { SpeechVoices } from '../speech/speech-voices.js'
import { type AdmittedAgent, type AdmittedWorld, admission, warmWithin } from './admit-agent.js'
import { type AssembledAgent, assembleAgent } from './assemble-agent.js'
import { vendorFacts } from './assemble-keys.js'
import { createProviderShelf, type ProviderShelf, type UnreadyProvider } from './assemble-providers.js'
import { openShared } from './assemble-shared.js'
import { resilientModel } from './assemble-wrappers.js'
import { usable } from './assembly-parts.js'
import type { EmbeddedSpeech } from './embedded-speech.js'
import { phonePlanOf } from './phone-plan-of.js'
import type { ProviderLife } from './provider-life.js'
import { readPriceList } from './read-price-list.js'

export interface Assembly {
  /** What an agent of the catalogue came to; in a phone call a model has the tools of one, too. */
  of(agent: Agent, where?: 'phone'): AssembledAgent
  /**
   * An agent that comes while the gateway runs, and goes with `close`. Its own values of variables and its own `fetch`.
   * @throws ParleyError as the start does for what is missing
   */
  admit(agent: Agent, world: AdmittedWorld): Promise<AdmittedAgent>
  /** The model that sums up an agent's calls, by its name; undefined where there is none. */
  afterModel(agent: string): LanguageModel | undefined
  /** A session begins: what its first turn needs is made ready again, at most once a minute. */
  stir(): void
  /** Where client secrets are kept, by all nodes where there is Redis. */
  readonly secretShelf: SecretShelf
  /** Who speaks over HTTP. */
  readonly speech: SpeechVoices
  /** A budget that all nodes take from where there is Redis. */
  rateLimiter(name: string, budget: RateBudget): RateLimiter
  /** For each vendor that an agent uses, whether it answers. */
  readonly probes: Readonly<Record<string, Probe>>
  close(): Promise<void>
}

export interface AssembleOptions {
  readonly agents: readonly Agent[]
  readonly config: Config
  readonly clock: Clock
  readonly epochMs: () => number
  readonly random: () => number
  readonly log: Log
  readonly metrics: ProviderMetrics
  readonly speech: EmbeddedSpeech
  readonly resampling: Resampling
  /** Values of variables that tools and sources of facts name. */
  readonly secretOf: SecretOf
  /** For models that plans for phone calls name; without it they are not looked for. */
  readonly catalogue?: ProviderCatalogue
}

/** Connections made by one session serve those that begin within this time. */
const STIR_EVERY_MS = 60_000

/** @throws ParleyError `bad_config` with a sentence for everything that is missing */
export async function assembleGateway(options: AssembleOptions): Promise<Assembly> {
  const { agents, config, clock, log, metrics } = options
  if (config.pricesFile !== undefined) metrics.price(await readPriceList(config.pricesFile))
  const { random, secretOf } = options
  const onIncident = (incident: Incident | RealtimeIncident) => tell(incident, options)
  const shared = await openShared(config, options)
  const shelf = createProviderShelf({
    clock,
    random,
    shared,
    vendors,
    config,
    epochMs: options.epochMs,
    watcher: metrics.watcher,
    warn: (vendor, err) => log.warn({ err, vendor }, 'a vendor troubles the gateway'),
  })
  const kept: ProviderLife[] = []
  const warmers: (() => Promise<void>)[] = []
  const keep = <Kept extends ProviderLife>(provider: Kept): Kept => {
    kept.push(provider)
    return provider
  }
  const close = async () => {
    await Promise.allSettled(kept.map(provider => provider.close?.()))
    await shelf.close()
    await shared.close()
  }
  try {
    const assembled = new Map<Agent, AssembledAgent>()
    const warnOfTools = (err: ParleyError) => log.warn({ err }, 'a server of tools is in trouble')
    const tools = { fetch, clock, secretOf, warn: warnOfTools }
    const onRemembered = metrics.remembered
    const warmLater = (run: () => Promise<void>) => void warmers.push(run)
    const { hasOtherKey } = shelf
    const toolboxes = new Map<Agent, Toolbox>()
    const parts = {
      ...options,
      onIncident,
      onRemembered,
      shared,
      shelf,
      hasOtherKey,
      tools,
      toolboxes,
      keep,
      warmLater,
    }
    const onPhone = new Map<Agent, AssembledAgent>()
    const afterModels = new Map<string, LanguageModel>()
    for (const agent of agents) {
      assembled.set(agent, await assembleAgent(agent, parts))
      const { catalogue } = options
      const { after } = phonePlanOf(agent)
      const entries = catalogue && afterEntries(agent, after?.llm as Json | undefined, catalogue)
      if (entries !== undefined) {
        const list = usable('llm', { agent, entries, parts, otherwise: true }, entry =>
          shelf.get('llm', entry),
        )
        const model = list.length === 0 ? undefined : keep(resilientModel(list, agent.failover, parts))
        if (model !== undefined) afterModels.set(agent.agent, model)
      }
      if (agent.kind !== 'model' || agent.phone === undefined) continue
      const moreTools = callTools(phonePlanOf(agent), agent.tools.map(toolName))
      onPhone.set(agent, await assembleAgent(agent, { ...parts, moreTools }))
    }
    const speech = await assembleSpeech({ agents, config, catalogue: options.catalogue, parts })
    for (const run of warmers) void run()
    await warmUp(shelf, options)
    let stirredMs = clock.now()
    return {
      of(agent, where) {
        const found = (where === 'phone' ? onPhone.get(agent) : undefined) ?? assembled.get(agent)
        if (found === undefined) throw new ParleyError('internal', `agent ${agent.agent} was not assembled`)
        return found
      },
      admit: admission(parts),
      afterModel: name => afterModels.get(name),
      stir() {
        if (clock.now() - stirredMs < STIR_EVERY_MS) return
        stirredMs = clock.now()
        void shelf.warm().then(unready => tellUnready(unready, log))
        for (const run of warmers) void run()
      },
      secretShelf: shared.secretShelf,
      speech,
      rateLimiter: shared.rateLimiter,
      probes: probesOf([...shelf.used], config),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function warmUp(shelf: ProviderShelf, { agents, clock, log }: AssembleOptions): Promise<void> {
  const unready = await warmWithin(shelf, clock, found => tellUnready(found, log))
  const missing = unready.filter(({ error }) => error.code === 'provider_missing')
  for (const { slot, provider, error } of missing) {
    const lost = agents.find(
      agent => agent[slot].length > 0 && agent[slot].every(entry => entry.provider === provider),
    )
    if (lost !== undefined)
      throw new ParleyError('bad_config', `${lost[slot][0]?.place}: ${error.message}`, { cause: error })
  }
}

function tellUnready(unready: readonly UnreadyProvider[], log: Log): void {
  for (const { slot, provider, error } of unready)
    log.warn(
      { err: error, slot, provider },
      'a provider is not ready yet; it is tried again when it is needed',
    )
}

function tell(incident: Incident | RealtimeIncident, { log, metrics }: AssembleOptions): void {
  const { slot, provider, action, error } = incident
  metrics.incident(incident)
  const line = { slot, provider, action, ...(error === undefined ? {} : { err: error }) }
  if (action === 'hedged' || action === 'returned') log.info(line, `provider ${action}`)
  else log.warn(line, `provider ${action}`)
}

/** Where nothing can be asked (an SDK knows the address, or signs each request), there is no probe. */
function probesOf(used: readonly Vendor[], config: Config): Readonly<Record<string, Probe>> {
  return Object.fromEntries(
    used.flatMap(vendor => {
      const { keys, baseUrl } = vendorFacts(vendor, config)
      const { name, title } = vendor
      const address = { vendor: name, title, baseUrl, key: keys[0], organization: config.openaiOrgId }
      return baseUrl === '' || !canBeAsked(name) ? [] : [[name, vendorProbe(address)]]
    }),
  )
}
