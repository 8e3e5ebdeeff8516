import {
  OpenAIRealtimeWebSocket,
  RealtimeAgent,
  type RealtimeItem,
  RealtimeSession,
  tool,
} from '@openai/agents-realtime'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { codeSpeech } from '../vendors/coded-speech.js'
import type { Event } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import {
  openRealtimeServer,
  type RealtimeServer,
  type RealtimeServerOptions,
} from './realtime-server.test-kit.js'

let server: RealtimeServer
let session: RealtimeSession
let transport: OpenAIRealtimeWebSocket
let events: Event[]
let errors: unknown[]
let wake: () => void
afterEach(async () => {
  session.close()
  await server.close()
  expect(server.faults).toEqual([])
})

type Options = NonNullable<ConstructorParameters<typeof RealtimeSession>[1]>
type AgentOptions = ConstructorParameters<typeof RealtimeAgent>[0]

async function connect(
  think: RealtimeServerOptions['think'],
  agent: Partial<AgentOptions> = {},
  { createWebSocket, ...options }: Options & { createWebSocket?: (url: string) => WebSocket } = {},
  pace: Pick<RealtimeServerOptions, 'paceMs'> = {},
): Promise<void> {
  server = await openRealtimeServer({ ...pace, ...(think === undefined ? {} : { think }) })
  const url = `${server.url}?model=gpt-realtime-2.1`
  const socket = createWebSocket?.(url)
  const own = socket === undefined ? {} : { createWebSocket: async () => socket as never }
  transport = new OpenAIRealtimeWebSocket({ url, ...own })
  events = []
  errors = []
  wake = () => {}
  transport.on('*', (event: Record<string, unknown>) => {
    events.push(event)
    wake()
  })
  session = new RealtimeSession(
    new RealtimeAgent({ name: 'front desk', instructions: 'be brief', ...agent }),
    {
      transport,
      model: 'gpt-realtime-2.1',
      ...options,
    },
  )
  session.on('error', error => void errors.push(error))
  await session.connect({ apiKey: 'ek_test', url })
}

/** Waits until something is so; looked at with every event. */
async function until(test: () => boolean): Promise<void> {
  while (!test())
    await new Promise<void>(resolve => {
      wake = resolve
    })
}

const ofType = (type: string) => events.filter(event => event.type === type)
const done = (count: number) => () => ofType('response.done').length >= count
const statuses = () => ofType('response.done').map(({ response }) => response.status)
const wordsOf = (item: RealtimeItem): string =>
  item.type === 'message'
    ? item.content
        .map(part => ('text' in part ? part.text : 'transcript' in part ? part.transcript : ''))
        .join('')
    : item.type

function say(text: string, silenceMs = 900): void {
  const { samples } = codeSpeech(text, 24_000)
  const padded = new Int16Array(samples.length + 24 * silenceMs)
  padded.set(samples)
  for (let at = 0; at < padded.length; at += 2_400)
    session.sendAudio(padded.slice(at, at + 2_400).buffer as ArrayBuffer)
}

const plain = (name: string, execute: () => string) =>
  tool({
    name,
    description: name,
    strict: false,
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
    execute: async () => execute(),
  })

describe('the agents SDK', () => {
  it('runs several tools of one answer, and goes on with what all of them gave', async () => {
    const known = (history: unknown, text: string) => JSON.stringify(history).includes(text)
    await connect(
      ({ history }) => {
        if (known(history, 'BTC=1') && known(history, 'ETH=2')) return 'one and two'
        // Each result comes with a wish for an answer, and the first may be asked for before the second result is there.
        if (known(history, 'BTC=1') || known(history, 'ETH=2')) return 'one so far'
        return [
          { name: 'btc', arguments: {} },
          { name: 'eth', arguments: {} },
        ]
      },
      { tools: [plain('btc', () => 'BTC=1'), plain('eth', () => 'ETH=2')] },
    )
    session.sendMessage('prices?')
    await until(() => session.history.some(item => wordsOf(item).includes('one and two')))
    expect(errors).toEqual([])
    const calls = session.history.flatMap(item => (item.type === 'function_call' ? [item.output] : []))
    expect(calls).toEqual(['BTC=1', 'ETH=2'])
  })

  it('breaks off what a guardrail does not allow, and hears the agent mend it', async () => {
    await connect(
      ({ history }) =>
        /guardrail/i.test(JSON.stringify(history.at(-1)))
          ? 'sorry'
          : 'the secret word is swordfish and there is a lot more to tell about it all',
      {},
      {
        outputGuardrails: [
          {
            name: 'no secrets',
            execute: async ({ agentOutput }) => ({
              tripwireTriggered: agentOutput.includes('swordfish'),
              outputInfo: {},
            }),
          },
        ],
        outputGuardrailSettings: { debounceTextLength: 10 },
      },
      { paceMs: 30 },
    )
    let tripped = 0
    session.on('guardrail_tripped', () => void tripped++)
    session.sendMessage('tell me')
    await until(() => session.history.some(item => wordsOf(item).includes('sorry')))
    await until(done(2))
    expect(tripped).toBe(1)
    expect(statuses()).toEqual(['cancelled', 'completed'])
    expect(errors).toEqual([])
  })

  it('holds as history what was heard of an answer that was cut, and so does the agent', async () => {
    await connect(
      ({ text }) =>
        text === 'wait'
          ? 'yes'
          : 'one two three four five six seven eight nine ten eleven twelve '.repeat(2).trim(),
      {},
      {},
      { paceMs: 60 },
    )
    say('count')
    await until(() => ofType('response.output_audio_transcript.delta').length >= 16)
    await server.whenTold(event => event.kind === 'floor-changed' && event.floor === 'agent')
    say('wait')
    await until(
      () =>
        server.turns.some(({ text }) => text === 'wait') && ofType('conversation.item.truncated').length > 0,
    )
    await until(() => session.history.length === 4)
    const { item_id, audio_end_ms } = ofType('conversation.item.truncated')[0] ?? {}
    transport.sendEvent({ type: 'conversation.item.retrieve', item_id })
    await until(() => ofType('conversation.item.retrieved').some(({ item }) => item.id === item_id))
    const { item } = ofType('conversation.item.retrieved').find(each => each.item.id === item_id) ?? {}
    expect(Buffer.from(item.content[0].audio, 'base64').length / 48).toBeCloseTo(audio_end_ms, 0)
    session.sendMessage('and?')
    await until(() => server.turns.at(-1)?.origin === 'asked')
    const told = server.turns.at(-1)?.history.find(({ role }) => role === 'agent')?.text
    expect(told).toBe(item.content[0].transcript)
    expect(told).toMatch(/^one two/)
    expect(told?.split(' ').length).toBeLessThan(24)
    expect(errors).toEqual([])
  })

  it('interrupts an answer, and nothing where there is none', async () => {
    await connect(() => 'one two three four five six seven eight nine ten', {}, {}, { paceMs: 40 })
    session.sendMessage('count')
    await until(() => ofType('response.output_audio.delta').length > 0)
    session.interrupt()
    await until(done(1))
    session.interrupt()
    session.sendMessage('again')
    await until(done(2))
    expect(statuses()).toEqual(['cancelled', 'completed'])
    // A piece that was on its way when the answer was cut makes the SDK cut it again, further on than it was cut.
    const late = /already shorter than/
    expect(errors.filter(error => !late.test(JSON.stringify(error)))).toEqual([])
  })

  it('adds, changes and removes items, and the agent has the same conversation', async () => {
    await connect(({ history }) => `${history.length}`)
    session.sendMessage('first')
    await until(() => session.history.length === 2 && done(1)())
    session.updateHistory(history => [
      ...history.map(item =>
        item.type === 'message' && item.role === 'user'
          ? { ...item, content: [{ type: 'input_text' as const, text: 'corrected' }] }
          : item,
      ),
      {
        itemId: 'item_added',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'and this' }],
      },
    ])
    await until(() => session.history.map(wordsOf).join(' ').includes('and this'))
    await until(() => session.history.length === 3)
    session.sendMessage('second')
    await until(done(2))
    expect(server.turns.at(-1)?.history.map(({ text }) => text.trim())).toEqual([
      'corrected',
      '1',
      'and this',
      'second',
    ])
    expect(errors).toEqual([])
  })

  it('hands over to another agent, whose instructions and tools are the ones of the next answer', async () => {
    const billing = new RealtimeAgent({
      name: 'billing',
      handoffDescription: 'bills',
      instructions: 'talk of bills',
      tools: [plain('find_bill', () => 'none')],
    })
    await connect(
      ({ wishes }) =>
        wishes?.instructions === 'talk of bills'
          ? `i am billing with ${wishes.tools?.map(({ name }) => name).join(' and ')}`
          : { name: 'transfer_to_billing', arguments: {} },
      { handoffs: [billing] },
    )
    session.sendMessage('my bill please')
    await until(() => session.history.some(item => wordsOf(item).includes('i am billing with find_bill')))
    await session.updateAgent(new RealtimeAgent({ name: 'end', instructions: 'say goodbye' }))
    await until(() => ofType('session.updated').at(-1)?.session.instructions === 'say goodbye')
    expect(ofType('session.updated').at(-1)?.session.tools).toEqual([])
    expect(errors).toEqual([])
  })

  it('asks beside the conversation, and knows the answer by its metadata', async () => {
    await connect(({ history }) => (history.length === 0 ? 'yes' : 'within'))
    session.sendMessage('hello')
    await until(done(1))
    const metadata = { topic: 'classification' }
    transport.sendEvent({
      type: 'response.create',
      response: {
        conversation: 'none',
        metadata,
        output_modalities: ['text'],
        input: [],
        instructions: 'Is it a greeting?',
      },
    })
    await until(done(2))
    const { response } = ofType('response.done')[1] ?? {}
    expect(response).toMatchObject({
      metadata,
      conversation_id: null,
      output: [{ content: [{ text: 'yes ' }] }],
    })
    session.sendMessage('and now')
    await until(done(3))
    // The SDK shows it among the items; the agent was never told of it.
    expect(server.turns.at(-1)?.history.map(({ text }) => text.trim())).toEqual([
      'hello',
      'within',
      'and now',
    ])
    expect(errors).toEqual([])
  })

  it('is told of its errors', async () => {
    await connect(() => 'fine')
    transport.sendEvent({ type: 'conversation.item.delete', item_id: 'item_nobody' })
    await until(() => ofType('error').length === 1)
    expect(JSON.stringify(errors)).toContain('item_delete_invalid_item_id')
    session.sendMessage('still there?')
    await until(done(1))
    expect(statuses()).toEqual(['completed'])
  })

  it('turns on tracing, and is told so', async () => {
    await connect(() => 'fine', {}, { workflowName: 'desk', groupId: 'g1', traceMetadata: { a: 'b' } })
    await until(() => ofType('session.updated').some(({ session: { tracing } }) => tracing !== null))
    expect(ofType('session.updated').at(-1)?.session.tracing).toEqual({
      workflow_name: 'desk',
      group_id: 'g1',
      metadata: { a: 'b' },
    })
    expect(errors).toEqual([])
  })

  it('connects as a browser does, with its key among the protocols', async () => {
    let socket: WebSocket | undefined
    await connect(
      () => 'from a browser',
      {},
      {
        createWebSocket: url => {
          socket = new WebSocket(url, [
            'realtime',
            'openai-insecure-api-key.ek_x',
            'openai-agents-sdk.0.20.0',
          ])
          return socket
        },
      },
    )
    session.sendMessage('hi')
    await until(done(1))
    expect(socket?.protocol).toBe('realtime')
    expect(session.history.map(wordsOf)).toContain('from a browser ')
  })

  it('answers in text where the session is one of text', async () => {
    await connect(() => 'in text', {}, { config: { outputModalities: ['text'] } })
    session.sendMessage('hi')
    await until(done(1))
    expect(session.history.map(wordsOf)).toEqual(['hi', 'in text '])
    expect(ofType('response.output_audio.delta')).toEqual([])
    expect(errors).toEqual([])
  })
})
