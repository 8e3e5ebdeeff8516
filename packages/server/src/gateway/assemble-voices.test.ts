import { loadResampling } from '@parley/audio'
import { createSpeechShelf, parseAgent } from '@parley/engines'
import { vendors } from '@parley/providers'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { createLog } from '../log/log.js'
import { createHandClock } from '../testing/hand-clock.js'
import { createProviderShelf } from './assemble-providers.js'
import { voicesOf } from './assemble-voices.js'
import type { AssemblyParts } from './assembly-parts.js'
import { noEmbeddedSpeech } from './embedded-speech.js'
import { createProviderCatalogue } from './provider-catalogue.js'

async function setUp() {
  const { config } = resolveConfig(
    readEnvironment({ DEEPGRAM_API_KEY: 'k', OPENAI_API_KEY: 'k' }, '/nonexistent'),
  )
  const clock = createHandClock()
  const log = createLog({ config, out: { write() {} }, err: { write() {} } })
  const text =
    'agent: clerk\nlanguage: en\ngreeting: Hello.\ninstructions: Be brief.\nllm: openai\ntts: deepgram\n'
  const agent = parseAgent(text, 'clerk.yaml', createProviderCatalogue(vendors, config))
  const shared = { speech: createSpeechShelf(), sound: undefined, keyNews: undefined, query: undefined }
  const watcher = () => ({ firstOutput() {}, used() {}, failed() {} })
  const time = { clock, epochMs: () => 0, random: () => 0.5 }
  const shelf = createProviderShelf({ ...time, shared, vendors, config, watcher, warn() {} })
  const kept: string[] = []
  const parts: AssemblyParts = {
    ...{ ...time, log, shelf, speech: noEmbeddedSpeech, resampling: await loadResampling() },
    shared: { ...shared, close: async () => {} },
    keep(provider) {
      kept.push(provider.name)
      return provider
    },
    tools: { fetch, clock, secretOf: () => undefined, warn() {} },
    onIncident() {},
    onRemembered() {},
    hasOtherKey: () => false,
    warmLater() {},
  }
  return { speak: voicesOf(agent, parts), kept }
}

describe('the voice for a language', () => {
  it('is put together once, whatever region a caller names', async () => {
    const { speak, kept } = await setUp()
    const voice = speak('en')?.voice
    expect(voice?.name).toBe('deepgram')
    for (const language of ['en-US', 'en-GB', 'EN-x-1', 'en-x-2']) expect(speak(language)?.voice).toBe(voice)
    expect(kept).toEqual(['deepgram'])
  })
})
