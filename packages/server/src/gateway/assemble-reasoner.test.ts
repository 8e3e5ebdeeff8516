import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LanguageModel, LanguageModelRequest } from '@parley/core'
import type { ModelAgentFile } from '@parley/engines'
import { afterAll, describe, expect, it } from 'vitest'
import { mindOf } from './assemble-mind.js'
import { policyOf, reasonerOf } from './assemble-reasoner.js'
import { assemblyParts } from './assembly-parts.test-kit.js'
import { fixedPhrases } from './fixed-phrases.js'

const folder = mkdtempSync(join(tmpdir(), 'parley-reasoner-'))
afterAll(() => rmSync(folder, { recursive: true }))

const rules = `rules:
    - { name: refunds, words: [refund] }
    - { name: doubt, unsure: true }
  holding: { en: [Hold on.] }
`
const section = (more = '') => `llm: { provider: openai, model: quick }
reasoner:
  llm: { provider: openai, model: deep }
  ${rules}${more}`

/** The agent in a folder of its own, and a shelf whose models say their own names and keep what they are asked. */
async function rig(lists: string, policy?: string) {
  const { agent, parts, kept } = await assemblyParts(lists)
  if (policy !== undefined) writeFileSync(join(folder, 'rules.md'), policy)
  const requests: { readonly model: unknown; readonly request: LanguageModelRequest }[] = []
  const model = (name: unknown): LanguageModel => ({
    name: String(name),
    async *stream(request) {
      requests.push({ model: name, request })
      yield {
        kind: 'text',
        text: name === 'quick' && /know/.test(request.userText ?? '') ? "I don't know." : `${name}.`,
      }
    },
  })
  const shelf = {
    ...parts.shelf,
    get: (_: string, entry: { options: { model?: unknown } }) => model(entry.options.model),
  }
  const placed = { ...agent, file: join(folder, 'clerk.yaml') } as ModelAgentFile
  return { agent: placed, parts: { ...parts, shelf: shelf as typeof parts.shelf }, kept, requests }
}

async function answerOf(mind: LanguageModel, userText: string) {
  const parts = []
  const request = { userText, history: [], language: 'en' }
  for await (const part of mind.stream(request, new AbortController().signal)) parts.push(part)
  return {
    text: parts.map(part => (part.kind === 'text' ? part.text : '')).join(''),
    decision: parts.find(({ kind }) => kind === 'decision'),
  }
}

describe('the reasoner of an agent', () => {
  it('is made of its own models, and closed with the gateway', async () => {
    const { agent, parts, kept } = await rig(section())
    const reasoner = reasonerOf(agent, parts)
    expect(reasoner?.name).toBe('deep')
    expect(kept).toEqual(['deep'])
    expect(reasoner?.ruleFor('a refund')).toBe('refunds')
    expect([reasoner?.holding('en-GB', 3), reasoner?.holding('es', 0)]).toEqual([
      'Hold on.',
      expect.stringMatching(/./),
    ])
  })

  it('is none where the file names none', async () => {
    const { agent, parts } = await rig('llm: openai\n')
    expect(reasonerOf(agent, parts)).toBeUndefined()
  })

  it('decides turns and doubts in the place of the agent’s model, and knows the rules of the house', async () => {
    const { agent, parts, requests } = await rig(section('  policy: rules.md\n'), 'No refunds on Sundays.')
    const mind = mindOf(agent, parts, new Map())
    expect(await answerOf(mind, 'A refund!')).toMatchObject({ text: 'deep.', decision: { rule: 'refunds' } })
    expect(requests[0]).toMatchObject({
      model: 'deep',
      request: { instructions: expect.stringMatching(/Be brief\.[\s\S]*No refunds on Sundays\./) },
    })
    expect(await answerOf(mind, 'You know?')).toMatchObject({ text: 'deep.', decision: { rule: 'doubt' } })
    expect(await answerOf(mind, 'Hello')).toEqual({ text: 'quick.', decision: undefined })
  })

  it.each([
    ['may be asked by the model itself', '', ['ask_expert']],
    ['may not, where the file says so', '  tool: false\n', undefined],
  ])('%s', async (_, more, names) => {
    const { agent, parts, requests } = await rig(section(more))
    await answerOf(mindOf(agent, parts, new Map()), 'Hello')
    expect(requests[0]?.request.tools?.map(({ name }) => name)).toEqual(names)
  })

  it('has its holding phrases among those whose sound is kept', async () => {
    const { agent } = await rig(section())
    expect(fixedPhrases(agent).has('Hold on.')).toBe(true)
  })

  it.each([
    ['that is not there', undefined, /clerk\.yaml:\d+:\d+: "policy" names .*nowhere\.md cannot be read/],
    ['that is empty', ' \n', /rules\.md is empty/],
    ['that is huge', 'x'.repeat(200_001), /over 200000 bytes/],
  ])('is refused with rules of the house %s', async (_, policy, expected) => {
    const file = policy === undefined ? 'nowhere.md' : 'rules.md'
    const { agent, parts } = await rig(section(`  policy: ${file}\n`), policy)
    expect(() => policyOf(agent)).toThrow(expected)
    expect(() => mindOf(agent, parts, new Map())).toThrow(expected)
  })

  it('is refused without a key for any of its models, with the variable', async () => {
    const { agent, parts } = await assemblyParts('llm: openai\nreasoner: anthropic\n')
    expect(() => reasonerOf(agent, parts)).toThrow('ANTHROPIC_API_KEY')
  })
})
