import { parseAgent } from '@parley/engines'
import { vendors } from '@parley/providers'
import { expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { agentFromSettings } from './agent-from-settings.js'
import { createProviderCatalogue } from './provider-catalogue.js'
import { unusedKeys } from './unused-keys.js'

function told(env: NodeJS.ProcessEnv, file?: string): readonly string[] {
  const { config } = resolveConfig(readEnvironment(env, '/nonexistent'))
  const catalogue = createProviderCatalogue(vendors, config)
  const agent =
    file === undefined ? agentFromSettings(config, catalogue) : parseAgent(file, 'a.yaml', catalogue)
  return unusedKeys(config, agent === undefined ? [] : [agent])
}

const keys = { ANTHROPIC_API_KEY: 'sk-ant-x', CARTESIA_API_KEY: 'sk_car_x' }

it('names vendors whose keys nobody uses, and the settings that use them', () => {
  const [sentence = '', ...more] = told(keys)
  expect(more).toEqual([])
  expect(sentence).toContain('ANTHROPIC_API_KEY, CARTESIA_API_KEY')
  expect(sentence).toContain('PARLEY_LLM_PROVIDER=anthropic PARLEY_TTS_PROVIDER=cartesia')
  const cure = sentence.matchAll(/(PARLEY_(?:STT|LLM|TTS)_PROVIDER)=(\w+)/g)
  expect(told({ ...keys, ...Object.fromEntries([...cure].map(([, name, value]) => [name, value])) })).toEqual(
    [],
  )
})

it('says nothing where there are no keys, or each has work', () => {
  expect(told({})).toEqual([])
  expect(told({ OPENAI_API_KEY: 'sk-x', STREAM_REALTIME_PROVIDER: 'openai' })).toEqual([])
  expect(told({ ...keys, STREAM_LLM_PROVIDER: 'anthropic', STREAM_TTS_PROVIDER: 'cartesia' })).toEqual([])
})

it('counts a reasoner as work', () => {
  const file =
    'agent: clerk\nlanguage: en\ngreeting: Hello.\ninstructions: Be brief.\nllm: openai\ntts: cartesia\nreasoner:\n  llm: anthropic\n'
  expect(told({ ...keys, OPENAI_API_KEY: 'sk-x' }, file)).toEqual([])
})

it('counts speech over HTTP as work of Google, unless it is told to leave Google out', () => {
  expect(told({ GOOGLE_API_KEY: 'AIza' })).toEqual([])
  expect(told({ GOOGLE_API_KEY: 'AIza', PARLEY_SPEECH_VOICES: 'embedded' })).toHaveLength(1)
})
