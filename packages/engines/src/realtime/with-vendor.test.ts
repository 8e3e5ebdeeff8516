import { loadResampling } from '@parley/audio'
import type { ReplyId } from '@parley/core'
import { fixedKey, openai, openSocket, type VendorContext } from '@parley/providers'
import {
  codedBrains,
  codeSpeech,
  openOpenAiRealtimeSim,
  type RealtimeSimOptions,
  SimConversation,
  type SimConversationOptions,
  type SimPrompt,
  type SimThought,
  seededRandom,
  type VendorSim,
  VirtualClock,
} from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { createRealtimeEngine } from './realtime-engine.js'
import type { RealtimeEngineOptions, RealtimeIncident } from './realtime-options.js'

interface Message {
  readonly type: string
  readonly [field: string]: unknown
}

interface World {
  readonly think?: (prompt: SimPrompt) => Iterable<SimThought>
  readonly vendor?: Partial<RealtimeSimOptions>
  readonly sim?: SimConversationOptions
  readonly engine?: Partial<RealtimeEngineOptions>
}

const EPOCH_MS = 1_795_000_000_000
const RATE = 16_000
let vendor: VendorSim | undefined
let end = async () => {}

afterEach(async () => {
  await end()
  expect(vendor?.complaints).toEqual([])
  await vendor?.close()
})

/** Lets sockets deliver what is on its way. */
async function breathe(rounds = 8): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise(resolve => setImmediate(resolve))
}

/** A session, the engine, the adapter and the simulated vendor, all on one virtual time. */
async function startCall({ think, vendor: given, sim, engine }: World = {}) {
  const clock = new VirtualClock()
  const epochMs = () => EPOCH_MS + clock.now()
  const random = seededRandom(3)
  const brains = codedBrains(think === undefined ? {} : { think })
  const server = await openOpenAiRealtimeSim({ clock, random, brains, epochMs, ...given })
  vendor = server
  let ids = 0
  const context: VendorContext = {
    ...{ clock, epochMs, random, newId: () => `id${++ids}`, baseUrl: server.baseUrl },
    ...{ keys: fixedKey('sk-test'), fetch, openSocket, warn: () => {} },
  }
  const model = openai.realtime?.create({ model: 'm-1', transcription: { model: 't-1' } }, context)
  if (model === undefined) throw new Error('no such slot')
  const incidents: RealtimeIncident[] = []
  const resampling = await loadResampling()
  const talk = await SimConversation.create({
    policy: { speculation: { perTurn: 0, wastedMsPerMinute: 0 } },
    ...sim,
    around: () =>
      createRealtimeEngine({
        ...{ models: [model], instructions: 'Be brief.', resampling },
        onIncident: incident => incidents.push(incident),
        ...engine,
      }),
  })
  let atMs = 0

  async function pass(ms: number): Promise<void> {
    for (let done = 0; done < ms; done += 20) {
      await Promise.all([talk.clock.advance(20), clock.advance(20)])
      await breathe()
    }
  }

  async function frames(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length; at += 320) {
      const frame = new Int16Array(320)
      frame.set(samples.subarray(at, at + 320))
      talk.caller.say({ samples: frame, rate: RATE, atMs })
      atMs += 20
      await pass(20)
    }
  }

  await talk.session.start(talk.caller)
  while (!server.sent.some(({ message }) => (message as Message).type === 'session.updated')) await breathe(1)
  end = async () => {
    await Promise.all([talk.session.end('client'), talk.clock.advance(10_000)])
    await model.close?.()
    await breathe()
  }
  const silence = (ms: number) => frames(new Int16Array((RATE * ms) / 1000))
  return {
    talk,
    server,
    incidents,
    silence,
    say: (text: string) => frames(codeSpeech(text, RATE).samples),
    /** Silence until it holds, for half a minute at most. */
    async until(holds: () => boolean): Promise<void> {
      for (let done = 0; done < 30_000 && !holds(); done += 20) await silence(20)
      expect(holds()).toBe(true)
    },
    received: (type: string) =>
      server.received.map(({ message }) => message as Message).filter(message => message.type === type),
    heard: () => talk.of('reply-ended').map(({ heard }) => heard.text.trim()),
    warnings: () => talk.of('warning').map(({ message }) => message),
  }
}

const said = (text: string): SimThought[] =>
  (text.match(/\S+\s*/g) ?? []).map(word => ({ kind: 'text', text: word }))
const lastOf = ({ messages }: SimPrompt) => messages.at(-1)

describe('a call over the adapter and the simulated vendor', () => {
  it('is a talk: the vendor hears the caller, and the caller the vendor', async () => {
    const call = await startCall()
    await call.silence(1_000)
    await call.say('good morning to you')
    await call.until(() => call.heard().length === 1)
    expect(call.heard()).toEqual(['good morning to you'])
    expect(call.talk.of('transcript-final').map(({ text }) => text)).toEqual(['good morning to you'])
    await call.say('and again')
    await call.until(() => call.heard().length === 2)
    expect(call.heard()[1]).toBe('and again')
    expect(call.warnings()).toEqual([])
  })

  it('cuts the vendor’s memory within 20 ms of what the caller heard, in the middle of a word', async () => {
    const text = 'One two three four five six seven eight nine ten eleven twelve thirteen.'
    const call = await startCall({ think: () => said(text), sim: { caller: { reportEveryMs: 40 } } })
    await call.say('count')
    await call.until(() => call.talk.of('reply-words').length > 0)
    await call.silence(700)
    await call.say('please stop that now at once')
    await call.until(() => call.talk.of('reply-ended').length > 0)
    const [ended] = call.talk.of('reply-ended')
    const heardMs = call.talk.caller.ear.heardMs(ended?.reply as ReplyId, call.talk.clock.now())
    const [cut] = call.received('conversation.item.truncate')
    expect(ended?.interrupted).toBe(true)
    expect(text.slice(0, ended?.heard.text.trim().length)).toBe(ended?.heard.text.trim())
    expect(Math.abs(Number(cut?.audio_end_ms) - heardMs)).toBeLessThanOrEqual(20)
    expect(call.received('conversation.item.truncate').length).toBe(1)
    expect(call.warnings()).toEqual([])
  })

  it('runs a tool of the agent', async () => {
    const call = await startCall({
      think(prompt) {
        const last = lastOf(prompt)
        if (last?.role === 'tool') return said(`There is ${last.text}.`)
        return [{ kind: 'tool-call', name: 'find_table', arguments: '{"at":"six"}' }]
      },
      engine: {
        tools: [
          {
            definition: { name: 'find_table', description: 'Finds one.', parameters: { type: 'object' } },
            run: async () => ({ text: 'one' }),
          },
        ],
      },
    })
    await call.say('a table at six')
    await call.until(() => call.heard().length === 1)
    expect(call.heard()).toEqual(['There is one.'])
  })

  it('lets a reasoner decide by the vendor’s words', async () => {
    const call = await startCall({
      think: prompt => said(/<decision>\n(.*)\n/.exec(prompt.instructions)?.[1] ?? 'Mine.'),
      engine: {
        reasoner: {
          ...{ name: 'claude', doubtIn: () => undefined, holding: () => undefined },
          tool: { name: 'consult', description: 'Ask.', parameters: { type: 'object' } },
          ruleFor: text => (text.includes('refund') ? 'money' : undefined),
          decide: async () => ({ text: 'You get it.', tookMs: 5, inputTokens: 1, outputTokens: 1 }),
        },
      },
    })
    await call.say('a refund please')
    await call.until(() => call.heard().length === 1)
    expect(call.heard()).toEqual(['You get it.'])
    expect(call.talk.of('reply-ended')[0]?.decision).toMatchObject({
      by: 'claude',
      rule: 'money',
      outcome: 'decided',
    })
  })

  it('outlives the vendor’s cap in its middle without a word lost', async () => {
    const call = await startCall({
      think: ({ messages }) => said(messages.map(({ text }) => text).join(' ')),
      vendor: { sessionMs: 60_000 },
      engine: { renewal: { beforeMs: 40_000, latestMs: 10_000 } },
    })
    await call.say('one')
    await call.until(() => call.heard().length === 1)
    await call.until(() => call.server.counts.sockets === 2 && call.server.counts.open === 1)
    await call.say('two')
    await call.until(() => call.heard().length === 2)
    expect(call.heard()).toEqual(['one', 'one one two'])
    expect(call.incidents).toEqual([])
    expect(call.warnings()).toEqual([])
  })

  it('goes on when the vendor dies in the middle of an answer', async () => {
    const call = await startCall({
      think: ({ instructions }) =>
        said(instructions.includes('<said>') ? 'and this is the rest.' : 'This is the beginning of it '),
    })
    call.server.behave({
      everyMs: 60,
      fault: { kind: 'drop', stage: 'middle', after: 4, times: 1 },
    })
    await call.say('tell me')
    await call.until(() => call.heard().length === 1)
    expect(call.heard()[0]).toMatch(/^This is.* and this is the rest\.$/)
    expect(call.incidents.map(({ action }) => action)).toEqual(['broke-off'])
    expect(call.server.counts.sockets).toBe(2)
  })
})
