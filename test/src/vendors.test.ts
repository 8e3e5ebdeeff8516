/** A gateway whose agent is made of vendors, each of them simulated on this machine, through the voice socket. */
import { systemClock } from '@parley/core'
import {
  codedBrains,
  openAnthropicSim,
  openCartesiaSim,
  openDeepgramSim,
  openOpenAiSim,
  readSpeech,
  type SimBrains,
  type SimPrompt,
  type VendorSim,
} from '@parley/sim'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeAgent } from './support/agent-file.js'
import { recording } from './support/human-speech.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { VoiceCaller } from './support/voice-caller.js'

const agent = `agent: concierge
language: en
greeting: Welcome to Harbor House.
instructions: You are the concierge of a small hotel.
stt: { provider: deepgram, model: nova-3, endpointingMs: false }
llm:
  - { provider: anthropic, model: claude-haiku-5-5 }
  - { provider: openai, model: gpt-6-luna }
tts:
  - { provider: cartesia, model: sonic-3.5, voice: some-voice }
  - { provider: deepgram, model: aura-2-thalia-en }
failover: { hedgeShare: 0 }
`

const prices = `currency: EUR
anthropic: { llm: { "*": { perMillionInput: 1000, perMillionOutput: 2000 } } }
cartesia: { tts: { "*": { perMillionCharacters: 1000 } } }
`

const spoken = 'information about your last call'
const story =
  'Once upon a time there was a small harbor town where every lamp had its own keeper, and each evening those ' +
  'people walked down seven narrow streets carrying oil, matches, bread, and news from distant ships.'

/** Answers a story with the story and goes on from where another model broke off; repeats anything else. */
function* think({ instructions, messages }: SimPrompt) {
  const asked = messages.at(-1)?.text ?? ''
  const said = /<said>\n([\s\S]*)\n<\/said>\s*$/.exec(instructions)?.[1]
  const answer = asked.includes('story') ? story : `You said: ${asked}.`
  const rest = said === undefined ? answer : answer.slice(answer.indexOf(said) + said.length)
  for (const word of rest.match(/\s*\S+/g) ?? []) yield { kind: 'text', text: word } as const
}

/** Whoever speaks says the same: the ears of these tests are for when, not for what. */
const brains: SimBrains = {
  ...codedBrains({ think }),
  hear: async samples => {
    const text = samples.some(sample => Math.abs(sample) > 1_000) ? spoken : ''
    return {
      text,
      words: text.split(' ').map(word => ({ text: word, startMs: 0, endMs: samples.length / 16 })),
    }
  },
}

interface Vendors {
  readonly deepgram: VendorSim
  readonly anthropic: VendorSim
  readonly cartesia: VendorSim
  readonly openai: VendorSim
}

async function openVendors(): Promise<Vendors> {
  const options = { clock: systemClock, random: Math.random, brains }
  const [deepgram, anthropic, cartesia, openai] = await Promise.all([
    openDeepgramSim(options),
    openAnthropicSim(options),
    openCartesiaSim(options),
    openOpenAiSim(options),
  ])
  return { deepgram, anthropic, cartesia, openai }
}

const wordsIn = (text: string) => text.split(/\s+/).filter(word => word !== '')

/** The words in the sound of a reply, as the caller got it. */
function wordsPlayed(caller: VoiceCaller, reply: string): readonly string[] {
  const sound = Int16Array.from((caller.audio.get(reply) ?? []).flatMap(part => [...part]))
  return wordsIn(readSpeech(sound, 16_000).text)
}

async function answerTo(caller: VoiceCaller, text: string) {
  const from = caller.messages.length
  caller.send({ type: 'text', text })
  const { reply } = await caller.next('reply-started', () => true, from)
  return { reply, ended: caller.next('reply-ended', message => message.reply === reply, from) }
}

describe('an agent made of vendors', { timeout: 60_000 }, () => {
  let vendors: Vendors
  let gateway: ParleyProcess
  let caller: VoiceCaller

  beforeAll(async () => {
    vendors = await openVendors()
    gateway = await startParley({
      env: {
        PARLEY_AGENT: writeAgent(agent),
        PARLEY_PRICES: writeAgent(prices),
        DEEPGRAM_BASE_URL: vendors.deepgram.baseUrl,
        DEEPGRAM_API_KEY: 'dg-one,dg-two',
        ANTHROPIC_BASE_URL: vendors.anthropic.baseUrl,
        ANTHROPIC_API_KEY: 'sk-ant-test',
        CARTESIA_BASE_URL: vendors.cartesia.baseUrl,
        CARTESIA_API_KEY: 'sk_car_test',
        OPENAI_BASE_URL: vendors.openai.baseUrl,
        OPENAI_API_KEY: 'sk-test',
        STREAM_DEBUG: 'true',
      },
    })
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
    for (const sim of Object.values(vendors) as VendorSim[]) {
      expect({ name: sim.name, complaints: sim.complaints }).toEqual({ name: sim.name, complaints: [] })
      await sim.close()
    }
  })
  beforeEach(async () => {
    for (const sim of Object.values(vendors) as VendorSim[])
      sim.behave({ firstMs: 0, everyMs: 0, fault: undefined })
    caller = await VoiceCaller.call(gateway.url)
    const { reply } = await caller.next('reply-started')
    const greeting = await caller.next('reply-ended', message => message.reply === reply)
    expect(greeting.said).toBe('Welcome to Harbor House.')
    return () => caller.hangUp()
  })

  it('says who hears and speaks, greets in that voice and answers what is spoken', async () => {
    expect(caller.of('ready')[0]).toMatchObject({ agent: 'concierge', recogniser: 'deepgram' })
    const from = caller.messages.length
    await caller.speak((await recording('en-info-about-last-call')).samples, 1_500)
    const { reply } = await caller.next('reply-started', () => true, from)
    const ended = await caller.next('reply-ended', message => message.reply === reply, from)
    expect(caller.of('transcript-final').map(({ text }) => text)).toContain(spoken)
    expect(ended).toMatchObject({ said: `You said: ${spoken}.`, interrupted: false })
    expect(wordsPlayed(caller, reply)).toEqual(wordsIn(ended.said))
    // What was used is stored before the end of the reply is told.
    const { session } = caller.of('ready')[0] as { readonly session: string }
    const { usage } = await (await fetch(`${gateway.url}/api/sessions/${session}`)).json()
    const used = Object.fromEntries(usage.lines.map((line: { slot: string }) => [line.slot, line]))
    expect(usage).toMatchObject({ kept: true, currency: 'EUR', unpriced: ['stt deepgram nova-3'] })
    expect(used.llm).toMatchObject({ provider: 'anthropic', model: 'claude-haiku-5-5', uncounted: 0 })
    expect(used.tts.used.characters).toBeGreaterThan(ended.said.length - 1)
    expect(used.tts.cost).toBeCloseTo(used.tts.used.characters * 0.001)
    expect(used.stt.cost).toBeNull()
    expect(usage.cost).toBeCloseTo(used.llm.cost + used.tts.cost)
  })

  it('goes on with the next model in the middle of a sentence, each word once', async () => {
    vendors.anthropic.behave({ everyMs: 20, fault: { kind: 'drop', stage: 'middle', after: 12, times: 1 } })
    const { reply, ended } = await answerTo(caller, 'Tell me a story.')
    const { said, heard } = await ended
    expect(wordsIn(said)).toEqual(wordsIn(story))
    expect(wordsIn(heard.text)).toEqual(wordsIn(story))
    expect(wordsPlayed(caller, reply)).toEqual(wordsIn(story))
    expect(vendors.openai.received.length).toBeGreaterThan(0)
  })

  it('goes on with the next voice at the next unspoken word when one is killed', async () => {
    vendors.cartesia.behave({ everyMs: 30, fault: { kind: 'refuse', stage: 'middle', after: 4, times: 1 } })
    const { reply, ended } = await answerTo(caller, 'Tell me a story.')
    const { said, heard } = await ended
    expect(wordsIn(said)).toEqual(wordsIn(story))
    expect(wordsIn(heard.text)).toEqual(wordsIn(story))
    expect(wordsPlayed(caller, reply)).toEqual(wordsIn(story))
  })

  it('falls silent when the caller speaks, and knows what was heard', async () => {
    const { reply, ended } = await answerTo(caller, 'Tell me a story.')
    await caller.next('audio-begin', message => message.reply === reply)
    await caller.speak(new Int16Array(16_000))
    await caller.speak((await recording('en-something-terribly-wrong')).samples, 1_000)
    const { said, heard, interrupted } = await ended
    expect(interrupted).toBe(true)
    const words = wordsIn(heard.text)
    expect(words.length).toBeGreaterThan(1)
    expect(words.length).toBeLessThan(wordsIn(story).length)
    expect(words).toEqual(wordsIn(story).slice(0, words.length))
    expect(said.startsWith(heard.text)).toBe(true)
  })

  it('tells what its vendors took, used and did in metrics, and whether they are well', async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    expect(metrics).toMatch(
      /parley_provider_first_output_seconds_count\{slot="llm",provider="anthropic"\} [1-9]/,
    )
    expect(metrics).toMatch(
      /parley_provider_first_output_seconds_count\{slot="tts",provider="cartesia"\} [1-9]/,
    )
    expect(metrics).toMatch(
      /parley_provider_tokens_total\{provider="anthropic",model="claude-haiku-5-5",direction="output"\} [1-9]/,
    )
    expect(metrics).toMatch(
      /parley_provider_incidents_total\{slot="llm",provider="anthropic",action="broke-off"\} 1/,
    )
    expect(metrics).toMatch(
      /parley_provider_errors_total\{slot="llm",provider="anthropic",code="provider_\w+"\} 1/,
    )
    expect(metrics).toMatch(/parley_speech_clauses_total\{source="memory"\} [1-9]/)
    const health = await (await fetch(`${gateway.url}/api/voice/health`)).json()
    expect(health.checks).toMatchObject({ deepgram: 'healthy', anthropic: 'healthy', cartesia: 'healthy' })
  })
})
