/**
 * Metrics of vendors: how long until they first give something, what they are asked, what that uses and costs, how they
 * fail, and what was done about it. Labels are names of the registry and of configuration, so the page stays small.
 */

import type { ParleyError, Used } from '@parley/core'
import type { AgentSlot, PriceList } from '@parley/engines'
import { Counter, Histogram, type Registry } from 'prom-client'
import { createProviderRecord, type ProviderState } from './provider-record.js'

export interface ProviderWatching {
  firstOutput(ms: number): void
  used(what: Used): void
  failed(error: ParleyError): void
}

export interface ProviderMetrics {
  /** Watches one provider of a slot; `model` is undefined where it has none. */
  watcher(slot: AgentSlot, provider: string, model: string | undefined): ProviderWatching
  incident(incident: { readonly slot: AgentSlot; readonly provider: string; readonly action: string }): void
  /** Where the sound of a clause came from. */
  remembered(source: 'memory' | 'shared' | 'voice'): void
  /** From now on cost is counted, too. */
  price(prices: PriceList): void
  /** What each provider did last. */
  states(): readonly ProviderState[]
}

const BUCKETS = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]
const names = ['slot', 'provider'] as const
const MOST_MODELS = 200

export function createProviderMetrics(registry: Registry, epochMs: () => number): ProviderMetrics {
  const record = createProviderRecord(epochMs)
  const registers = [registry]
  const latency = new Histogram({
    name: 'parley_provider_first_output_seconds',
    help: 'From a request (recognisers: from the end of speech) to first text, sound or final words, by provider',
    labelNames: names,
    buckets: BUCKETS,
    registers,
  })
  const errors = new Counter({
    name: 'parley_provider_errors_total',
    help: 'Requests and streams of providers that failed, by error code',
    labelNames: [...names, 'code'] as const,
    registers,
  })
  const incidents = new Counter({
    name: 'parley_provider_incidents_total',
    help: 'What was done about a provider in trouble: failed or broke-off (the next took over), hedged, rested, returned, gave-up',
    labelNames: [...names, 'action'] as const,
    registers,
  })
  const tokens = new Counter({
    name: 'parley_provider_tokens_total',
    help: 'Tokens as providers count them; cached ones are among the input',
    labelNames: ['provider', 'model', 'direction'] as const,
    registers,
  })
  const characters = new Counter({
    name: 'parley_provider_characters_total',
    help: 'Characters spoken by voices, as providers count them',
    labelNames: ['provider', 'model'] as const,
    registers,
  })
  const audio = new Counter({
    name: 'parley_provider_audio_seconds_total',
    help: 'Sound recognised, as providers count it',
    labelNames: ['provider', 'model'] as const,
    registers,
  })
  const cost = new Counter({
    name: 'parley_provider_cost_total',
    help: 'Cost by the price list of PARLEY_PRICES, in its currency',
    labelNames: [...names, 'currency'] as const,
    registers,
  })
  const clauses = new Counter({
    name: 'parley_speech_clauses_total',
    help: 'Clauses spoken by vendors’ voices, by where their sound came from: memory, shared (Redis) or the voice itself',
    labelNames: ['source'] as const,
    registers,
  })
  let prices: PriceList | undefined
  const models = new Set<string>()

  /** Agents of the console name what they like; beyond a number that no gateway has, they share one label. */
  function labelOf(model: string): string {
    if (models.size < MOST_MODELS) models.add(model)
    return models.has(model) ? model : 'other'
  }

  function count(what: { slot: AgentSlot; provider: string; model: string | undefined }, used: Used): void {
    const { provider } = what
    const model = labelOf(what.model ?? '')
    const { inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = used
    if (inputTokens > 0) tokens.inc({ provider, model, direction: 'input' }, inputTokens)
    if (cachedTokens > 0) tokens.inc({ provider, model, direction: 'cached' }, cachedTokens)
    if (outputTokens > 0) tokens.inc({ provider, model, direction: 'output' }, outputTokens)
    if (used.characters !== undefined) characters.inc({ provider, model }, used.characters)
    if (used.audioMs !== undefined) audio.inc({ provider, model }, used.audioMs / 1000)
    const price = prices?.cost(what, used)
    if (price !== undefined && prices !== undefined)
      cost.inc({ slot: what.slot, provider, currency: prices.currency }, price)
  }

  return {
    watcher(slot, provider, model) {
      const what = { slot, provider, model }
      record.known(slot, provider)
      return {
        firstOutput(ms) {
          latency.observe({ slot, provider }, ms / 1000)
          record.answered(slot, provider)
        },
        used: used => count(what, used),
        failed(error) {
          errors.inc({ slot, provider, code: error.code })
          record.failed(slot, provider, error)
        },
      }
    },
    incident({ slot, provider, action }) {
      incidents.inc({ slot, provider, action })
      record.incident(slot, provider, action)
    },
    states: record.states,
    remembered: source => clauses.inc({ source }),
    price(list) {
      prices = list
    },
  }
}
