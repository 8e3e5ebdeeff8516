/** An agent whose model hears and speaks, simulated on this machine, through the voice socket of a real gateway. */
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime'
import { systemClock } from '@parley/core'
import {
  codedBrains,
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
realtime: { provider: openai, model: gpt-realtime-2.1, voice: marin, transcription: { model: gpt-transcribe } }
tools: [{ kind: hang-up }]
`

const spoken = 'information about your last call'
const story =
  'Once upon a time there was a small harbor town where every lamp had its own keeper, and each evening those ' +
  'people walked down seven narrow streets carrying oil, matches, bread, and news from distant ships.'

/** Says a greeting that it is given as it is, tells a story, hangs up, or repeats. */
function* think({ instructions, messages, tools }: SimPrompt) {
  const asked = messages.at(-1)?.text ?? ''
  const verbatim = /Welcome to Harbor House\./.exec(instructions)?.[0]
  if (asked.includes('hang up')) {
    yield { kind: 'tool-call', name: 'hang_up', arguments: '{}' } as const
    return
  }
  if (asked.includes('price') && tools.includes('get_price')) {
    yield { kind: 'tool-call', name: 'get_price', arguments: '{"room":"double"}' } as const
    return
  }
  const answer = asked.includes('story') ? story : asked === '' ? verbatim : `You said: ${asked}.`
  for (const word of (answer ?? 'Hello.').match(/\s*\S+/g) ?? []) yield { kind: 'text', text: word } as const
}

const brains: SimBrains = {
  ...codedBrains({ think }),
  hear: async samples => {
    const text = samples.some(sample => Math.abs(sample) > 1_000) ? spoken : ''
    return {
      text,
      words: text.split(' ').map(word => ({ text: word, startMs: 0, endMs: samples.length / 24 })),
    }
  },
}

const wordsIn = (text: string) => text.split(/\s+/).filter(word => word !== '')

/** The words in the sound of a reply, as the caller got it. */
function wordsPlayed(caller: VoiceCaller, reply: string): readonly string[] {
  const sound = Int16Array.from((caller.audio.get(reply) ?? []).flatMap(part => [...part]))
  return wordsIn(readSpeech(sound, 24_000).text)
}

describe('an agent whose model hears and speaks', { timeout: 60_000 }, () => {
  let vendor: VendorSim
  let gateway: ParleyProcess
  let caller: VoiceCaller

  beforeAll(async () => {
    vendor = await openOpenAiSim({ clock: systemClock, random: Math.random, brains })
    gateway = await startParley({
      env: {
        PARLEY_AGENT: writeAgent(agent),
        OPENAI_BASE_URL: vendor.baseUrl,
        OPENAI_API_KEY: 'sk-one,sk-two',
        OPENAI_ORG_ID: 'org-harbor',
        VOICE_TARGET_FIRST_TOKEN_MS: '1',
      },
    })
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
    expect(vendor.complaints).toEqual([])
    await vendor.close()
  })
  beforeEach(async () => {
    vendor.behave({ firstMs: 0, everyMs: 0, fault: undefined })
    const output = { codec: 'pcm16', sampleRate: 24_000 }
    caller = await VoiceCaller.call(gateway.url, { output }, { path: '/voice-ws' })
    const { reply } = await caller.next('reply-started')
    const greeting = await caller.next('reply-ended', message => message.reply === reply)
    expect(greeting.said).toBe('Welcome to Harbor House.')
    return () => caller.hangUp()
  })

  it('says who hears and speaks, greets, and answers what is spoken in its own sound', async () => {
    expect(caller.of('ready')[0]).toMatchObject({ agent: 'concierge', recogniser: 'openai', voice: 'openai' })
    const from = caller.messages.length
    await caller.speak((await recording('en-info-about-last-call')).samples, 1_500)
    const { reply } = await caller.next('reply-started', () => true, from)
    const ended = await caller.next('reply-ended', message => message.reply === reply, from)
    await caller.next('transcript-final', ({ text }) => text === spoken)
    expect(ended.interrupted).toBe(false)
    expect(wordsPlayed(caller, reply)).toEqual(wordsIn(ended.said))
  })

  it('falls silent when the caller speaks, and the vendor is told what was heard', async () => {
    const from = caller.messages.length
    caller.send({ type: 'text', text: 'Tell me a story.' })
    const { reply } = await caller.next('reply-started', () => true, from)
    await caller.next('audio-begin', message => message.reply === reply)
    await caller.speak(new Int16Array(24_000))
    await caller.speak((await recording('en-something-terribly-wrong')).samples, 1_000)
    const { heard, interrupted } = await caller.next('reply-ended', message => message.reply === reply, from)
    expect(interrupted).toBe(true)
    const words = wordsIn(heard.text)
    expect(words.length).toBeGreaterThan(1)
    expect(words).toEqual(wordsIn(story).slice(0, words.length))
    const cuts = vendor.received.filter(({ message }) => isEvent(message, 'conversation.item.truncate'))
    expect(cuts.length).toBeGreaterThan(0)
  })

  it('lets a client of the Realtime protocol run its own tools, through both protocols', async () => {
    const url = `${gateway.url.replace('http', 'ws')}/v1/realtime?model=concierge`
    const asked: unknown[] = []
    const price = tool({
      name: 'get_price',
      description: 'The price of a room.',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      strict: false,
      async execute(input) {
        asked.push(input)
        return 'ninety euros'
      },
    })
    const transport = new OpenAIRealtimeWebSocket({ url })
    const client = new RealtimeAgent({ name: 'a', instructions: 'be brief', tools: [price] })
    const session = new RealtimeSession(client, { transport, model: 'concierge' })
    const faults: unknown[] = []
    session.on('error', fault => faults.push(fault))
    await session.connect({ apiKey: 'any', url })
    let responses = 0
    const second = new Promise<void>(resolve =>
      transport.on('*', event => {
        if (event.type === 'response.done' && ++responses === 2) resolve()
      }),
    )
    session.sendMessage('What is the price of a room?')
    await second
    expect(asked).toEqual([{ room: 'double' }])
    expect(JSON.stringify(session.history)).toContain('ninety euros.')
    expect(faults).toEqual([])
    session.close()
  })

  it('hangs up by its tool', async () => {
    caller.send({ type: 'text', text: 'Please hang up.' })
    expect(await caller.closed()).toBe(1000)
  })

  it('has its latencies, its use and its health measured, and warns of missed targets', async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    expect(metrics).toMatch(/voice_latency_seconds_count\{type="first_token"\} [1-9]/)
    expect(metrics).toMatch(/voice_latency_seconds_count\{type="partial_asr"\} [1-9]/)
    expect(metrics).toMatch(/voice_latency_seconds_count\{type="barge_in"\} [1-9]/)
    expect(gateway.output()).toMatch(/first_token/)
    const openai = 'slot="realtime",provider="openai"'
    expect(metrics).toMatch(new RegExp(`parley_provider_first_output_seconds_count\\{${openai}\\} [1-9]`))
    expect(metrics).toMatch(
      /parley_provider_tokens_total\{provider="openai",model="gpt-realtime-2.1",direction="output"\} [1-9]/,
    )
    expect(metrics).toMatch(
      /parley_provider_audio_seconds_total\{provider="openai",model="gpt-realtime-2.1"\} [1-9]/,
    )
    const { sessions } = await (await fetch(`${gateway.url}/api/sessions`)).json()
    const { id } = sessions.find(({ turnCount }: { turnCount: number }) => turnCount > 1)
    const used = await (await fetch(`${gateway.url}/api/sessions/${id}/usage`)).json()
    const line = used.lines.find(({ slot }: { slot: string }) => slot === 'realtime')
    expect(line).toMatchObject({ provider: 'openai', model: 'gpt-realtime-2.1', cost: null })
    expect(line.used.outputTokens).toBeGreaterThan(0)
    const health = await (await fetch(`${gateway.url}/api/voice/health`)).json()
    expect(health.checks).toMatchObject({ openai: 'healthy' })
  })
})

function isEvent(body: unknown, type: string): boolean {
  return typeof body === 'object' && body !== null && (body as { type?: unknown }).type === type
}
