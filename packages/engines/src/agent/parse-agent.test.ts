import { defaultTurnPolicy, ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseAgent } from './parse-agent.js'
import type { ProviderCatalogue } from './provider-catalogue.js'

const shapes: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  stt: {
    deepgram: z.strictObject({
      model: z.string(),
      endpointing: z.strictObject({ silenceMs: z.number().optional() }).optional(),
    }),
    embedded: z.strictObject({}),
  },
  llm: {
    anthropic: z.strictObject({ model: z.string(), maxTokens: z.int().optional() }),
    scripted: z.strictObject({}),
  },
  tts: {
    cartesia: z.strictObject({ model: z.string(), voice: z.string() }),
    embedded: z.strictObject({}),
  },
}
const providers: ProviderCatalogue = {
  names: slot => Object.keys(shapes[slot] ?? {}),
  shape: (slot, provider) => shapes[slot]?.[provider],
  defaults: (_, provider) => (provider === 'deepgram' ? { model: 'from-configuration' } : {}),
}

const model = `agent: clerk
language: en
greeting: Hello.
instructions: Be brief.
stt: deepgram
llm: { provider: anthropic, model: some-model }
tts: [{ provider: cartesia, model: m, voice: v }, embedded]
`
const script = `agent: terse
language: en
greeting: Yes?
intents:
  hours: { phrases: [what are your hours], replies: Nine to five. }
fallback: Sorry?
`
const read = (text: string) => parseAgent(text, 'a.yaml', providers)

function mistakes(text: string): readonly string[] {
  try {
    read(text)
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'bad_agent') return error.message.split('\n')
    throw error
  }
  return []
}

describe('an agent file', () => {
  it('with instructions is for a model and keeps its providers in order', () => {
    const agent = read(model)
    expect(agent).toMatchObject({
      kind: 'model',
      agent: 'clerk',
      greeting: { say: ['Hello.'] },
      instructions: 'Be brief.',
      turns: defaultTurnPolicy,
      llm: [{ provider: 'anthropic', options: { model: 'some-model' } }],
    })
    expect(agent.tts.map(({ provider }) => provider)).toEqual(['cartesia', 'embedded'])
  })

  it('takes a bare name for an entry and fills in what the configuration gives', () => {
    expect(read(model).stt).toEqual([
      { provider: 'deepgram', options: { model: 'from-configuration' }, place: 'a.yaml:5:6' },
    ])
  })

  it('without instructions is a script with embedded speech', () => {
    const agent = read(script)
    expect(agent).toMatchObject({ kind: 'scripted', agent: 'terse', llm: [{ provider: 'scripted' }] })
    expect([...agent.stt, ...agent.tts].map(({ provider }) => provider)).toEqual(['embedded', 'embedded'])
  })

  it('gives a script the voice of a vendor, whose name for it is the agent’s voice', () => {
    const agent = read(`${script}voice: v7\nllm: scripted\ntts: { provider: cartesia, model: m }\n`)
    expect(agent.tts).toMatchObject([{ provider: 'cartesia', options: { model: 'm', voice: 'v7' } }])
  })

  it('gives the voice of the agent to the first of its voices alone', () => {
    const text = model.replace('stt:', 'voice: ana\nstt:').replace(', voice: v }', ' }')
    expect(read(text).tts[0]?.options).toEqual({ model: 'm', voice: 'ana' })
  })

  it('takes expression, failover, tools, context and turns', () => {
    const more = `expression: { emotion: calm, speed: 1.1 }
failover: { hedgeAfterMs: 400, hedgeShare: 0.2, firstTokenMs: 2500 }
tools: [{ kind: hang-up }]
context: [{ source: crypto }]
turns: { bargeIn: words }
trouble: Sorry.
`
    expect(read(model + more)).toMatchObject({
      expression: { emotion: 'calm', speed: 1.1 },
      failover: { hedgeAfterMs: 400, hedgeShare: 0.2, firstTokenMs: 2500 },
      tools: [{ kind: 'hang-up' }],
      context: [{ source: 'crypto' }],
      turns: { bargeIn: 'words' },
      trouble: 'Sorry.',
    })
  })

  it.each([
    [
      'an unknown provider',
      model.replace('stt: deepgram', 'stt: deepgrm'),
      'a.yaml:5:6: there is no recogniser "deepgrm" (did you mean "deepgram"?)',
    ],
    [
      'a provider without that slot',
      model.replace('stt: deepgram', 'stt: anthropic'),
      'a.yaml:5:6: there is no recogniser "anthropic"; known here: deepgram, embedded',
    ],
    [
      'an unknown option',
      model.replace('model: some-model', 'model: m, maxTokns: 4'),
      'a.yaml:6:39: unknown key "maxTokns" (did you mean "maxTokens"?)',
    ],
    [
      'an unknown option inside an option',
      model.replace('stt: deepgram', 'stt: { provider: deepgram, endpointing: { silencMs: 3 } }'),
      'a.yaml:5:43: unknown key "silencMs" (did you mean "silenceMs"?)',
    ],
    [
      'an option of the wrong kind',
      model.replace('model: some-model', 'model: 7'),
      'a.yaml:6:36: "llm.model" must be a text',
    ],
    [
      'a missing option',
      model.replace(', voice: v', ''),
      'a.yaml:7:19: "voice" of cartesia is missing; add it to the entry, or to the file that PARLEY_DEFAULTS names',
    ],
    [
      'a missing model',
      model.replace(', model: some-model', ''),
      'a.yaml:6:18: "model" of anthropic is missing; add it to the entry, or to the file that PARLEY_DEFAULTS names',
    ],
    [
      'an entry without a provider',
      model.replace('stt: deepgram', 'stt: [{ model: m }]'),
      'a.yaml:5:7: "provider" of "stt.0" is missing; add it',
    ],
    [
      'an emotion that is none',
      `${model}expression: { emotion: clam }\n`,
      'a.yaml:8:24: "expression.emotion" must be one of',
    ],
    [
      'a key that is none',
      `${model}instruction: x\n`,
      'a.yaml:8:1: unknown key "instruction" (did you mean "instructions"?)',
    ],
    [
      'a wait that is too short',
      `${model}failover: { hedgeAfterMs: 1 }\n`,
      'a.yaml:8:27: "failover.hedgeAfterMs" must be from 50 to 10000 ms',
    ],
    [
      'no model at all',
      model.replace(/llm: .*\n/, ''),
      'a.yaml:1:1: "llm" is missing; name the model, such as "llm: anthropic"',
    ],
    [
      'instructions in a script',
      `${script}instructions: Be brief.\n`,
      'a.yaml:4:1: "intents" belongs to a script',
    ],
    ['a model for a script', `${script}llm: anthropic\n`, 'a.yaml:7:6: a script answers by itself'],
  ])('with %s is refused with its place', (_, text, expected) => {
    expect(
      mistakes(text).some(line => line.startsWith(expected)),
      mistakes(text).join('\n'),
    ).toBe(true)
  })

  it('tells the mistakes of script and providers together', () => {
    const text = `${script.replace('phrases', 'phrase')}tts: cartesa\n`
    expect(mistakes(text).join('\n')).toMatch(/unknown key "phrase"[\s\S]*there is no voice "cartesa"/)
  })

  it('is refused for what its gateway does not let it do, at its place, with its other mistakes', () => {
    const rules = () => [{ path: ['tools', 0, 'url'], message: 'is too far; stay near' }]
    const text = `${model}tools: [{ kind: http, name: a, description: b, url: 'https://far.example/' }]\nturns: { bargeIn: no }\n`
    expect(() => parseAgent(text, 'a.yaml', { ...providers, rules })).toThrow(
      /^a\.yaml:8:\d+: is too far; stay near\na\.yaml:9:/,
    )
  })

  it('is read without a catalogue whatever providers it names', () => {
    expect(parseAgent(model.replace('deepgram', 'whatever'), 'a.yaml').stt[0]?.provider).toBe('whatever')
  })
})
