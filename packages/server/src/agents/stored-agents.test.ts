import { loadResampling } from '@parley/audio'
import { ParleyError } from '@parley/core'
import { createSqlAgentStore } from '@parley/platform'
import { vendors } from '@parley/providers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CallDatabase, embeddedDatabase } from '../../../calls/dist/store/call-database.test-kit.js'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { loadAgents } from '../gateway/agent-catalogue.js'
import { type Assembly, assembleGateway } from '../gateway/assemble-gateway.js'
import { noEmbeddedSpeech } from '../gateway/embedded-speech.js'
import { createProviderCatalogue } from '../gateway/provider-catalogue.js'
import { createLog } from '../log/log.js'
import { createMetrics } from '../metrics/metrics.js'
import { createHandClock } from '../testing/hand-clock.js'
import { createAgentDesk } from './agent-desk.js'
import { createAgentReader } from './agent-reader.js'
import type { AgentDesk } from './desk-contract.js'
import { createStoredAgents, type StoredAgents } from './stored-agents.js'

const { config } = resolveConfig(readEnvironment({ OPENAI_API_KEY: 'k' }, '/nonexistent'))
const ana = { tenant: 'acme', subject: 'ana' }
const eva = { tenant: 'acme', subject: 'eva' }
const stranger = { tenant: 'other', subject: 'ana' }
const script = (greeting: string, name = 'front-desk', language = 'en') =>
  `agent: ${name}\nlanguage: ${language}\ngreeting: ${greeting}\nintents:\n  a: { phrases: [hello], replies: b }\nfallback: c\n`

describe('agents of a tenant', () => {
  let opened: CallDatabase
  let assembly: Assembly
  let stored: StoredAgents
  let desk: AgentDesk
  let nowMs = 1_000
  const closed: string[] = []

  beforeAll(async () => {
    const clock = createHandClock()
    const lines = { write() {} }
    const log = createLog({ config, out: lines, err: lines })
    opened = await embeddedDatabase()
    const catalogue = createProviderCatalogue(vendors, config)
    const secretOf = () => undefined
    const own = await loadAgents(config, catalogue)
    const world = { config, clock, log, secretOf, random: () => 0.5, speech: noEmbeddedSpeech }
    assembly = await assembleGateway({
      ...{ ...world, agents: own.agents, epochMs: () => 0, resampling: await loadResampling() },
      metrics: createMetrics('0.0.0-test').providers,
    })
    const agents = createSqlAgentStore(opened.store.database)
    const reader = createAgentReader({ config, catalogue, secretOf })
    stored = createStoredAgents({
      ...{ store: agents, own, reader, fetch, clock, log, speechFor: async () => noEmbeddedSpeech },
      assembly: {
        async admit(agent, parts) {
          const admitted = await assembly.admit(agent, parts)
          const close = () => admitted.close().then(() => void closed.push(String(agent.greeting.say[0])))
          return { ...admitted, close }
        },
      },
    })
    desk = createAgentDesk({ store: agents, own, reader, stored, clock, epochMs: () => nowMs, log })
  })
  afterAll(async () => {
    await stored.close()
    await assembly.close()
    await opened.done()
  })

  const choose = (principal: typeof ana, name: string | undefined, language?: string) =>
    stored.choose({ principal, name, language })
  async function greetingOf(principal: typeof ana, name: string | undefined, language?: string) {
    const { agent, release } = await choose(principal, name, language)
    release()
    return agent.greeting.say[0]
  }
  async function published(principal: typeof ana, name: string, yaml: string, base: number): Promise<number> {
    const { version } = await desk.save(principal, { name, yaml, base })
    await desk.publish(principal, { name, version })
    return version
  }
  const refusal = (run: Promise<unknown>) =>
    run.then(
      () => 'nothing was refused',
      (thrown: unknown) => `${ParleyError.from(thrown).code}: ${ParleyError.from(thrown).message}`,
    )

  it('stand in the place of files for that tenant alone, once they are published', async () => {
    const { version } = await desk.save(ana, { name: 'front-desk', yaml: script('First.'), base: 0 })
    expect(await greetingOf(ana, 'front-desk')).toMatch(/^Hello, this is the front desk/)
    await desk.publish(ana, { name: 'front-desk', version, instead: null })
    expect(await greetingOf(ana, 'front-desk')).toBe('First.')
    expect(await greetingOf(eva, undefined, 'en-GB')).toBe('First.')
    expect(await greetingOf(ana, undefined, 'es')).toMatch(/^Telefonía del Puerto/)
    expect(await greetingOf(stranger, 'front-desk')).toMatch(/^Hello, this is the front desk/)
  })

  it('change for new conversations, while those that run keep theirs until they end', async () => {
    const running = await choose(ana, 'front-desk')
    const second = await published(ana, 'front-desk', script('Second.'), 1)
    const next = await choose(ana, 'front-desk')
    expect([running.agent.greeting.say[0], next.agent.greeting.say[0]]).toEqual(['First.', 'Second.'])
    const before = closed.length
    next.release()
    running.release()
    await expect.poll(() => closed.slice(before)).toEqual(['First.'])
    await desk.publish(ana, { name: 'front-desk', version: 1, instead: second })
    expect(await greetingOf(ana, 'front-desk')).toBe('First.')
    await desk.unpublish(ana, { name: 'front-desk', instead: 1 })
    expect(await greetingOf(ana, 'front-desk')).toMatch(/^Hello, this is the front desk/)
  })

  it('with names of their own are chosen by name, and by language behind the gateway’s own', async () => {
    await published(ana, 'réception', script('Bonjour.', 'réception', 'fr'), 0)
    expect(await greetingOf(ana, 'réception')).toBe('Bonjour.')
    expect(await greetingOf(ana, undefined, 'fr-CA')).toBe('Bonjour.')
    expect(await refusal(choose(stranger, 'réception'))).toMatch(
      /^not_found: There is no agent "réception"; this gateway has front-desk, recepción/,
    )
    const lenient = await stored.choose({ principal: ana, name: 'gpt-x', language: 'fr', lenient: true })
    expect(lenient.agent.agent).toBe('réception')
    lenient.release()
    expect(await desk.names('acme')).toContainEqual({ name: 'réception', language: 'fr' })
  })

  it('with mistakes are saved and not published', async () => {
    const yaml = script('Bad.', 'clerk').replace('fallback', 'falback')
    const { version, problems } = await desk.save(ana, { name: 'clerk', yaml, base: 0 })
    expect(problems.map(({ line, message }) => `${line} ${message}`)).toContain(
      '6 unknown key "falback" (did you mean "fallback"?)',
    )
    expect(await refusal(desk.publish(ana, { name: 'clerk', version }))).toMatch(
      /^bad_agent: "clerk" has mistakes.\n.*6:1: unknown key/s,
    )
    expect(await desk.detail('acme', 'clerk')).toMatchObject({ inForce: 'none', errors: 2, yaml })
    expect(await refusal(desk.detail('other', 'clerk'))).toMatch(/^not_found/)
    await desk.forget(ana, 'clerk')
    expect(await refusal(desk.detail('acme', 'clerk'))).toMatch(/^not_found/)
  })

  it('are refused for what cannot be put together, with the line, as the start would', async () => {
    const yaml = 'agent: talker\nlanguage: en\ngreeting: Hi.\ninstructions: x\nllm: anthropic\ntts: []\n'
    const { version } = await desk.save(ana, { name: 'talker', yaml, base: 0 })
    expect(await refusal(desk.publish(ana, { name: 'talker', version }))).toBe(
      'bad_agent: "talker" has mistakes.\n5:6: Anthropic needs a key; set ANTHROPIC_API_KEY',
    )
    const twice = `${yaml.replace('anthropic', '{ provider: openai, model: m }')}tools: [{ kind: hang-up }, { kind: hang-up }]\n`
    expect(await refusal(desk.tryOut(ana, { name: 'talker', yaml: twice }))).toMatch(
      /^bad_agent: .*tools\[1\]/s,
    )
  })

  it('that cannot be used any more are told to the log and not to the caller', async () => {
    const yaml = script('Hi.', 'broken').replace('fallback', 'falback')
    const agents = createSqlAgentStore(opened.store.database)
    await agents.save({ tenant: 'acme', agent: 'broken', yaml, base: 0, by: 'ana', atMs: 0 })
    await agents.publish({ tenant: 'acme', agent: 'broken', version: 1, by: 'ana', atMs: 0 })
    expect(await refusal(choose(ana, 'broken'))).toBe(
      'bad_agent: The agent "broken" cannot be used now; the console shows what is wrong with it.',
    )
    expect(stored.live.size).toBeLessThan(5)
  })

  it('answer phone calls with the plan of the file, which answers itself where they cannot', async () => {
    const { agent: own } = await choose(stranger, 'front-desk')
    const called = { ...own, phone: { record: true } }
    expect(await stored.chooseForCall('acme', called)).toBeUndefined()
    const { latest } = await desk.detail('acme', 'front-desk')
    await published(ana, 'front-desk', script('Ring.'), latest?.version ?? 0)
    const held = await stored.chooseForCall('acme', called)
    expect(held?.agent).toMatchObject({ greeting: { say: ['Ring.'] }, phone: { record: true } })
    held?.release()
    expect(await stored.chooseForCall('other', called)).toBeUndefined()
    expect(await stored.chooseForCall('acme', { ...own, agent: 'broken' })).toBeUndefined()
    await desk.unpublish(ana, { name: 'front-desk' })
  })

  it('are tried by whoever began the trial and nobody else', async () => {
    nowMs = 5_000
    const { agent: handle, expiresAtMs } = await desk.tryOut(ana, {
      name: 'front-desk',
      yaml: script('Try me.'),
    })
    expect([handle, expiresAtMs]).toEqual([expect.stringMatching(/^try:[\w-]{24}$/), 605_000])
    const trial = await choose(ana, handle)
    expect([trial.agent.agent, trial.agent.greeting.say]).toEqual(['front-desk (draft)', ['Try me.']])
    trial.release()
    expect(await refusal(choose(eva, handle))).toBe('not_found: This trial is over; begin another.')
    expect(await refusal(choose({ tenant: 'other', subject: 'ana' }, handle))).toMatch(/^not_found/)
    expect(await greetingOf(ana, 'front-desk')).toMatch(/^Hello, this is the front desk/)
  })

  it('have names and texts that a database keeps', async () => {
    const save = (name: string, yaml: string) => refusal(desk.save(ana, { name, yaml, base: 0 }))
    expect(await save('try:me', 'a')).toMatch(/^bad_message/)
    expect(await save(' a', 'a')).toMatch(/^bad_message/)
    expect(await save('a', 'a\u0000')).toMatch(/^bad_message/)
    expect(await save('a', 'x'.repeat(60_001))).toMatch(/^too_large/)
  })
})
