/** What agents are put together from, for tests of one slot. */

import { loadResampling } from '@parley/audio'
import { createSpeechShelf, parseAgent } from '@parley/engines'
import { createMemoryRateLimiter, createMemoryShelf } from '@parley/platform'
import { vendors } from '@parley/providers'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createLog } from '../log/log.js'
import { createHandClock } from '../testing/hand-clock.js'
import { createProviderShelf } from './assemble-providers.js'
import type { SharedParts } from './assemble-shared.js'
import type { AssemblyParts } from './assembly-parts.js'
import { noEmbeddedSpeech } from './embedded-speech.js'
import { createProviderCatalogue } from './provider-catalogue.js'
import type { ProviderLife } from './provider-life.js'

/** An agent with these lists in its file, and parts that ask no vendor; `kept` are names of what is to be closed. */
export async function assemblyParts(lists: string) {
  const { config } = resolveConfig(
    readEnvironment({ DEEPGRAM_API_KEY: 'k', OPENAI_API_KEY: 'k' }, '/nonexistent'),
  )
  const clock = createHandClock()
  const log = createLog({ config, out: { write() {} }, err: { write() {} } })
  const text = `agent: clerk\nlanguage: en\ngreeting: Hello.\ninstructions: Be brief.\n${lists}`
  const agent = parseAgent(text, 'clerk.yaml', createProviderCatalogue(vendors, config))
  const nothing = { sound: undefined, keyNews: undefined, query: undefined }
  const secretShelf = createMemoryShelf({ epochMs: () => 0 })
  const rateLimiter: SharedParts['rateLimiter'] = (_name, budget) => createMemoryRateLimiter(budget)
  const shared = { speech: createSpeechShelf(), secretShelf, rateLimiter, ...nothing }
  const watcher = () => ({ firstOutput() {}, used() {}, failed() {} })
  const time = { clock, epochMs: () => 0, random: () => 0.5 }
  const shelf = createProviderShelf({ ...time, shared, vendors, config, watcher, warn() {} })
  const kept: string[] = []
  const lives: ProviderLife[] = []
  const parts: AssemblyParts = {
    ...{ ...time, log, shelf, speech: noEmbeddedSpeech, resampling: await loadResampling() },
    shared: { ...shared, close: async () => {} },
    keep(provider) {
      kept.push(provider.name)
      lives.push(provider)
      return provider
    },
    tools: { fetch, clock, secretOf: () => undefined, warn() {} },
    toolboxes: new Map(),
    onIncident() {},
    onRemembered() {},
    hasOtherKey: () => false,
    warmLater() {},
  }
  const close = () => Promise.all(lives.map(provider => provider.close?.()))
  return { agent, parts, kept, close }
}
