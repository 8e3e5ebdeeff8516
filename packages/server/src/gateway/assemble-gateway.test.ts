import { loadResampling } from '@parley/audio'
import { type EngineCall, ParleyError, type ReplyPart, type Turn } from '@parley/core'
import { type Agent, agentSlots, type PriceList, parseAgent, parsePriceList } from '@parley/engines'
import { vendors } from '@parley/providers'
import { codedBrains, openAnthropicSim, VirtualClock } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { settings } from '../config/settings.js'
import { createLog } from '../log/log.js'
import { createMetrics } from '../metrics/metrics.js'
import { createHandClock } from '../testing/hand-clock.js'
import { agentFromSettings } from './agent-from-settings.js'
import { type Assembly, assembleGateway } from './assemble-gateway.js'
import { checkAssembly } from './check-assembly.js'
import { noEmbeddedSpeech } from './embedded-speech.js'
import { fixedPhrases } from './fixed-phrases.js'
import { createProviderCatalogue } from './provider-catalogue.js'

const configOf = (env: NodeJS.ProcessEnv) => resolveConfig(readEnvironment(env, '/nonexistent')).config
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function agentOf(lists: string, env: NodeJS.ProcessEnv = {}): Agent {
  const text = `agent: clerk\nlanguage: en\ngreeting: [Hello there., Good day.]\ninstructions: Be brief.\n${lists}`
  return parseAgent(text, 'clerk.yaml', createProviderCatalogue(vendors, configOf(env)))
}

async function assemble(agents: readonly Agent[], env: NodeJS.ProcessEnv, clock = createHandClock()) {
  const lines: string[] = []
  const sink = { write: (line: string) => lines.push(line) }
  const config = { ...configOf(env), logFormat: 'json' as const }
  const metrics = createMetrics('0.0.0-test')
  const assembly: Assembly = await assembleGateway({
    agents,
    config,
    clock,
    epochMs: () => 0,
    random: () => 0.5,
    log: createLog({ config, out: sink, err: sink }),
    metrics: metrics.providers,
    speech: noEmbeddedSpeech,
    resampling: await loadResampling(),
    secretOf: () => undefined,
  })
  closing.push(() => assembly.close())
  return { assembly, lines, metrics }
}

const refusal = async (run: Promise<unknown>) => {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ParleyError)) throw new Error('it was not refused')
  return `${error.code}: ${error.message}`
}

describe('an agent of vendors', () => {
  it('is refused when the only one of a slot has no key, naming variable and place', async () => {
    expect(await refusal(assemble([agentOf('llm: anthropic\ntts: []\n')], {}))).toBe(
      'bad_config: clerk.yaml:5:6: Anthropic needs a key; set ANTHROPIC_API_KEY',
    )
  })

  it('does without one that has no key where another remains, and says so', async () => {
    const { assembly, lines } = await assemble(
      [
        agentOf(
          'llm: [openai, ollama-like]\ntts: []\n'.replace(
            'ollama-like',
            '{ provider: openai-compatible, model: m }',
          ),
        ),
      ],
      {},
    )
    expect(lines.join('')).toContain(
      'clerk.yaml:5:7: OpenAI needs a key; set OPENAI_API_KEY; the others of \\"llm\\" serve without it',
    )
    expect(Object.keys(assembly.probes)).toEqual(['openai-compatible'])
  })

  it('takes Polly with nothing but its name, and does not ask what only its SDK may ask', async () => {
    const env = { AWS_REGION: 'us-east-1', AWS_POLLY_BASE_URL: 'http://127.0.0.1:1' }
    const agent = agentOf('llm: { provider: openai-compatible, model: m }\ntts: polly\n', env)
    expect(agent.tts[0]?.options).toMatchObject({ voice: 'Joanna', engine: 'neural' })
    const { assembly } = await assemble([agent], env)
    expect(Object.keys(assembly.probes)).toEqual(['openai-compatible'])
  })

  it('with an embedded recogniser needs a script whose phrases are heard', async () => {
    const agent = agentOf('stt: embedded\nllm: { provider: openai-compatible, model: m }\ntts: []\n')
    const hearing = { ...noEmbeddedSpeech, hears: () => true }
    const config = configOf({})
    const run = assembleGateway({
      agents: [agent],
      config,
      clock: createHandClock(),
      epochMs: () => 0,
      random: () => 0.5,
      log: createLog({ config, out: { write: () => true }, err: { write: () => true } }),
      metrics: createMetrics('0.0.0-test').providers,
      speech: hearing,
      resampling: await loadResampling(),
      secretOf: () => undefined,
    })
    expect(await refusal(run)).toMatch(
      /^bad_config: clerk\.yaml:5:6: the embedded recogniser hears a closed grammar/,
    )
  })

  it('is refused for a secret of a tool that is not set', async () => {
    const tools = `tools:\n  - { kind: http, name: t, description: d, url: 'https://a.example/', headers: { a: '\${SHOP_KEY}' } }\n`
    const agent = agentOf(`llm: { provider: openai-compatible, model: m }\ntts: []\n${tools}`)
    expect(await refusal(assemble([agent], {}))).toMatch(/^bad_config: clerk\.yaml: tools\[0\].*SHOP_KEY/)
  })

  it('is refused for a mistake in its context, by line', () => {
    const lists =
      'llm: { provider: openai-compatible, model: m }\ncontext: { sources: [{ kind: crypto, curency: eur }] }\n'
    expect(() => agentOf(lists)).toThrow('clerk.yaml:6:38: unknown key "curency" (did you mean "currency"?)')
  })

  it('looks facts up from what its context names', async () => {
    const lists =
      'llm: { provider: openai-compatible, model: m }\ntts: []\ncontext: { sources: [{ kind: documents, folder: . }] }\n'
    await expect(assemble([agentOf(lists)], {})).resolves.toBeDefined()
    const sql =
      "context: { sources: [{ kind: sql, name: orders, when: ['order (?<n>\\d+)'], query: 'select :n' }] }\n"
    expect(await refusal(assemble([agentOf(lists.replace(/context.*\n/, sql))], {}))).toMatch(
      /^bad_config: clerk\.yaml: context\.sources\[0\]/,
    )
  })

  it('greets without asking its model, with words that fit the place in the conversation', async () => {
    const agent = agentOf('llm: { provider: openai-compatible, model: m }\ntts: []\n')
    const { assembly } = await assemble([agent], { OPENAI_COMPATIBLE_BASE_URL: 'http://127.0.0.1:9' })
    expect(await wordsOf(assembly, agent, { origin: 'opening', text: '' })).toBe('Hello there.')
  })

  it('shares one provider among agents with the same options, whatever their order', async () => {
    const anthropic = await openAnthropicSim({
      clock: new VirtualClock(),
      random: () => 0.5,
      brains: codedBrains(),
    })
    closing.push(() => anthropic.close())
    const env = { ANTHROPIC_API_KEY: 'sk-ant-a,sk-ant-b', ANTHROPIC_BASE_URL: anthropic.baseUrl }
    const one = agentOf('llm: { provider: anthropic, model: m, maxTokens: 9 }\ntts: []\n')
    const two = agentOf('llm: { maxTokens: 9, provider: anthropic, model: m }\ntts: []\n')
    await assemble([one, two], env)
    const warmed = anthropic.counts.requests
    const other = agentOf('llm: { maxTokens: 9, provider: anthropic, model: other }\ntts: []\n')
    await assemble([one, other], env)
    expect(anthropic.counts.requests - warmed).toBe(2 * warmed)
  })
})

async function wordsOf(assembly: Assembly, agent: Agent, turn: Partial<Turn>): Promise<string> {
  const call = {
    language: 'en',
    inputRate: 16_000,
    clock: createHandClock(),
    session: 'ses_1',
    observe: () => {},
    warn: () => {},
  } as unknown as EngineCall
  const link = await assembly.of(agent).engine.connect(call)
  const parts: ReplyPart[] = []
  const whole = { id: 'turn_1', startMs: 0, endMs: 0, history: [], ...turn } as unknown as Turn
  for await (const part of link.reply(whole, new AbortController().signal)) parts.push(part)
  await link.close()
  return parts.map(part => (part.kind === 'words' ? part.text : '')).join('')
}

describe('the agent of the settings', () => {
  const read = (env: NodeJS.ProcessEnv) => {
    const config = configOf(env)
    return agentFromSettings(config, createProviderCatalogue(vendors, config))
  }

  it('is there when a provider is named, with models and voices of the file of defaults', () => {
    expect(read({})).toBeUndefined()
    const agent = read({
      STREAM_STT_PROVIDER: 'deepgram',
      STREAM_LLM_PROVIDER: 'anthropic,openai',
      STREAM_TTS_PROVIDER: 'cartesia',
      OPENAI_MODEL: 'my-model',
      PARLEY_LANGUAGE: 'es',
    })
    expect(agent).toMatchObject({ kind: 'model', language: 'es' })
    expect(agent?.llm.map(({ options }) => options.model)).toEqual([expect.any(String), 'my-model'])
    for (const entry of [...(agent?.stt ?? []), ...(agent?.tts ?? [])])
      expect(entry.options.model).toEqual(expect.any(String))
  })

  it('looks up the facts that settings name', () => {
    const env = {
      STREAM_LLM_PROVIDER: 'openai',
      STREAM_FACTS: 'crypto,news',
      STREAM_NEWS_FEEDS: 'https://news.example/rss',
      COINGECKO_BASE_URL: 'http://127.0.0.1:1',
    }
    const sources = [
      { kind: 'crypto', baseUrl: 'http://127.0.0.1:1' },
      { kind: 'news', feeds: ['https://news.example/rss'] },
    ]
    expect(read(env)).toMatchObject({ context: { sources } })
    const problems = resolveConfig(readEnvironment({ STREAM_FACTS: 'news' }, '/nonexistent')).problems
    expect(problems.map(({ level, name }) => [level, name])).toEqual([
      ['error', 'PARLEY_FACTS'],
      ['warning', 'PARLEY_FACTS'],
    ])
  })

  it('names no model that OpenAI ends in the coming months', () => {
    const ending =
      /tts-1|gpt-4o|gpt-4\.1|whisper-1|gpt-realtime(-mini)?$|gpt-5(-mini|-nano)?$|gpt-5\.4-nano|gpt-5\.1$/
    for (const slot of ['stt', 'llm', 'tts'] as const) {
      const catalogue = createProviderCatalogue(vendors, configOf({}))
      for (const name of catalogue.names(slot))
        expect(String(catalogue.defaults(slot, name, 'en').model ?? '')).not.toMatch(ending)
    }
  })

  it('is refused without a key, naming both variables', async () => {
    const agent = read({ STREAM_LLM_PROVIDER: 'anthropic' })
    const refused = refusal(assemble(agent === undefined ? [] : [agent], {}))
    expect(await refused).toBe(
      'bad_config: PARLEY_LLM_PROVIDER: Anthropic needs a key; set ANTHROPIC_API_KEY',
    )
  })

  it('is refused for a file of defaults that is not there', () => {
    expect(() => read({ STREAM_LLM_PROVIDER: 'openai', PARLEY_DEFAULTS: '/nonexistent' })).toThrow(
      /^PARLEY_DEFAULTS cannot be used: ENOENT/,
    )
  })

  it('is mocked by what needs no key', () => {
    const agent = read({
      STREAM_STT_PROVIDER: 'mock',
      STREAM_LLM_PROVIDER: 'mock',
      STREAM_TTS_PROVIDER: 'mock',
    })
    expect(
      [...(agent?.stt ?? []), ...(agent?.llm ?? []), ...(agent?.tts ?? [])].map(({ provider }) => provider),
    ).toEqual(['embedded', 'scripted', 'embedded'])
  })

  it('is refused for a provider that is none, without a line that nobody wrote', () => {
    expect(() => read({ STREAM_LLM_PROVIDER: 'antropic' })).toThrow(
      'there is no model "antropic" (did you mean "anthropic"?). This is what PARLEY_STT_PROVIDER, PARLEY_LLM_PROVIDER, PARLEY_TTS_PROVIDER come to.',
    )
  })
})

describe('the check of the settings', () => {
  const told = (env: NodeJS.ProcessEnv) =>
    checkAssembly(configOf(env)).map(({ level, sentence, cure }) => `${level}: ${sentence}. ${cure}`)

  it('names keys that are missing: an error where nobody is left, else a warning', () => {
    expect(told({})).toEqual([])
    expect(told({ STREAM_LLM_PROVIDER: 'anthropic,openai', OPENAI_API_KEY: 'sk-x' })).toEqual([
      'warning: PARLEY_LLM_PROVIDER names Anthropic, which needs a key. Set ANTHROPIC_API_KEY.',
    ])
    expect(told({ STREAM_STT_PROVIDER: 'deepgram' })).toEqual([
      'error: PARLEY_STT_PROVIDER names Deepgram, which needs a key. Set DEEPGRAM_API_KEY.',
    ])
  })

  it('names a provider that is none', () => {
    expect(told({ STREAM_TTS_PROVIDER: 'cartesa' })[0]).toMatch(
      /^error: there is no voice "cartesa" \(did you mean "cartesia"\?\)/,
    )
  })
})

describe('the registry and the table of settings', () => {
  it('agree on every key and address', () => {
    const names = Object.values(settings).map(({ env }) => env)
    const wanted = vendors.flatMap(({ key, baseUrl }) => [
      ...(key === undefined ? [] : [key.env]),
      ...(baseUrl === undefined ? [] : [baseUrl.env]),
    ])
    expect(wanted.filter(name => !names.includes(name))).toEqual([])
    for (const { baseUrl } of vendors) {
      const row = Object.values(settings).find(({ env }) => env === baseUrl?.env)
      if (row?.default !== undefined) expect(row.default).toBe(baseUrl?.default)
    }
  })

  it('have each vendor once, each with a slot', () => {
    expect(new Set(vendors.map(({ name }) => name)).size).toBe(vendors.length)
    for (const vendor of vendors) expect(agentSlots.some(slot => vendor[slot] !== undefined)).toBe(true)
  })
})

describe('fixed phrases', () => {
  it('are the clauses an agent says in every call, and none with a slot in it', () => {
    const script = parseAgent(
      `agent: a
language: en
greeting: Hello there. How may I help?
slots: { size: { type: list, values: [small], ask: Which size? } }
intents:
  order: { phrases: ['a {size} one'], needs: size, replies: 'One {size} pizza.' }
fallback: Sorry?
`,
      'a.yaml',
    )
    const phrases = fixedPhrases(script)
    for (const phrase of ['Hello there.', 'How may I help?', 'Which size?', 'Sorry?'])
      expect(phrases).toContain(phrase)
    expect([...phrases].some(phrase => phrase.includes('pizza'))).toBe(false)
  })
})

describe('the metrics of providers', () => {
  it('count cost by the price list, and what has no price not at all', async () => {
    const metrics = createMetrics('0.0.0-test')
    const prices: PriceList = parsePriceList(
      'cartesia: { tts: { "*": { perMillionCharacters: 50 } } }',
      'p.yaml',
    )
    metrics.providers.price(prices)
    metrics.providers.watcher('tts', 'cartesia', 'm').used({ characters: 2_000 })
    metrics.providers.watcher('tts', 'polly', undefined).used({ characters: 2_000 })
    const text = await metrics.registry.metrics()
    expect(text).toContain('parley_provider_cost_total{slot="tts",provider="cartesia",currency="USD"} 0.1')
    expect(text).not.toContain('parley_provider_cost_total{slot="tts",provider="polly"')
    expect(text).toContain('parley_provider_characters_total{provider="polly",model=""} 2000')
  })
})
