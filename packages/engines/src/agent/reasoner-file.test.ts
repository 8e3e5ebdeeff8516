import { ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Agent } from './agent.js'
import { parseAgent } from './parse-agent.js'
import type { ProviderCatalogue } from './provider-catalogue.js'
import { reasonerEntries } from './reasoner-file.js'

const providers: ProviderCatalogue = {
  names: slot => (slot === 'llm' ? ['anthropic', 'scripted'] : ['embedded']),
  shape: (slot, provider) =>
    slot === 'llm' && provider === 'anthropic'
      ? z.strictObject({ model: z.string(), maxTokens: z.int().optional() })
      : undefined,
  defaults: () => ({ model: 'from-configuration' }),
}

const base = 'agent: clerk\nlanguage: en\ngreeting: Hello.\ninstructions: Be brief.\nllm: anthropic\n'
const read = (section: string): Agent => parseAgent(`${base}${section}`, 'a.yaml', providers)
const reasonerIn = (section: string) => {
  const agent = read(section)
  return agent.kind === 'model' ? agent.reasoner : undefined
}

const whole = `reasoner:
  llm:
    - { provider: anthropic, model: deep, maxTokens: 300 }
    - anthropic
  instructions: You are the owner.
  policy: house-rules.md
  rules:
    - { name: refunds, words: [refund*, money back] }
    - { name: sums, amounts: { over: 100, currencies: [eur, USD] } }
    - { name: more, amounts: 5 }
    - { name: doubt, unsure: true }
    - { name: own doubt, unsure: who knows }
  holding: { en: [Hold on., A second.], es: [] }
  tool: false
  waits: true
  timeoutMs: 5000
`

describe('a reasoner in an agent file', () => {
  it('is read whole', () => {
    expect(reasonerIn(whole)).toEqual({
      llm: [
        { provider: 'anthropic', options: { model: 'deep', maxTokens: 300 }, place: 'a.yaml:8:19' },
        { provider: 'anthropic', options: { model: 'from-configuration' }, place: 'a.yaml:9:7' },
      ],
      instructions: 'You are the owner.',
      policy: { path: 'house-rules.md', place: 'a.yaml:11:11' },
      rules: [
        { name: 'refunds', words: ['refund*', 'money back'] },
        { name: 'sums', amounts: { over: 100, currencies: ['EUR', 'USD'] } },
        { name: 'more', amounts: { over: 5 } },
        { name: 'doubt', unsure: true },
        { name: 'own doubt', unsure: ['who knows'] },
      ],
      holding: { en: ['Hold on.', 'A second.'], es: [] },
      tool: false,
      waits: true,
      timeoutMs: 5000,
    })
    expect(reasonerEntries(read(whole))).toHaveLength(2)
  })

  it.each([
    ['reasoner: anthropic\n'],
    ['reasoner: { llm: anthropic }\n'],
    ['reasoner:\n  llm: { provider: anthropic }\n'],
  ])('needs no more than a model: %j', section => {
    const reasoner = reasonerIn(section)
    expect(reasoner?.llm).toMatchObject([{ options: { model: 'from-configuration' } }])
    expect(reasoner).toMatchObject({ tool: true, waits: false, rules: [], holding: {} })
  })

  it('is not there where the file has none', () => {
    expect(read('')).not.toHaveProperty('reasoner')
    expect(reasonerEntries(read(''))).toEqual([])
  })

  it.each([
    [
      'an unknown key',
      'reasoner: { llm: anthropic, polcy: x }',
      '6:29: unknown key "polcy" (did you mean "policy"?)',
    ],
    ['no model', 'reasoner: { tool: true }', '6:1: "llm" of "reasoner" is missing; add it'],
    ['an empty list of models', 'reasoner: { llm: [] }', '6:13: "llm" of "reasoner" is empty; name a model'],
    [
      'an unknown model',
      'reasoner: { llm: anthropc }',
      '6:18: there is no model "anthropc" (did you mean "anthropic"?)',
    ],
    ['an unknown model alone', 'reasoner: anthropc', '6:11: there is no model "anthropc"'],
    ['a script', 'reasoner: { llm: scripted }', '6:18: a script decides nothing'],
    [
      'an unknown option of a model',
      'reasoner: { llm: [{ provider: anthropic, maxTokns: 1 }] }',
      '6:42: unknown key "maxTokns" (did you mean "maxTokens"?)',
    ],
    [
      'an unknown key of a rule',
      'reasoner: { llm: anthropic, rules: [{ name: a, word: [x] }] }',
      '6:48: unknown key "word" (did you mean "words"?)',
    ],
    [
      'a rule of nothing',
      'reasoner: { llm: anthropic, rules: [{ name: a }] }',
      '6:37: "reasoner.rules.0" needs one of words, amounts and unsure',
    ],
    [
      'a rule of two things',
      'reasoner: { llm: anthropic, rules: [{ name: a, words: x, unsure: true }] }',
      '6:37: "reasoner.rules.0" needs one of words, amounts and unsure; make a rule of each',
    ],
    [
      'a rule without a name',
      'reasoner: { llm: anthropic, rules: [{ words: x }] }',
      '6:37: "name" of "reasoner.rules.0" is missing',
    ],
    [
      'two rules of one name',
      'reasoner: { llm: anthropic, rules: [{ name: a, words: x }, { name: a, words: y }] }',
      '6:68: "reasoner.rules.1.name" "a" is another rule, too; rename it',
    ],
    [
      'words that are none',
      'reasoner: { llm: anthropic, rules: [{ name: a, words: ["?!"] }] }',
      '6:56: "reasoner.rules.0.words.0" has no word',
    ],
    [
      'an amount that is none',
      'reasoner: { llm: anthropic, rules: [{ name: a, amounts: { over: much } }] }',
      '6:65: "reasoner.rules.0.amounts.over" must be a number',
    ],
    [
      'a currency that is none',
      'reasoner: { llm: anthropic, rules: [{ name: a, amounts: { over: 1, currencies: [EURO] } }] }',
      '6:81: "reasoner.rules.0.amounts.currencies.0" must be one of USD',
    ],
    [
      'a language that is none',
      'reasoner: { llm: anthropic, holding: { english: [Hm.] } }',
      '6:40: "english" is no language tag',
    ],
    [
      'a wait that is too long',
      'reasoner: { llm: anthropic, timeoutMs: 90000 }',
      '6:40: "reasoner.timeoutMs" must be from 500',
    ],
  ])('with %s is refused with its place', (_, section, expected) => {
    let told = ''
    try {
      read(`${section}\n`)
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'bad_agent') throw error
      told = error.message
    }
    expect(told).toContain(`a.yaml:${expected}`)
  })
})
