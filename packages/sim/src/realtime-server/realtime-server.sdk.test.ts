import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime'
import { afterEach, describe, expect, it } from 'vitest'
import { codeSpeech, readSpeech } from '../vendors/coded-speech.js'
import type { Event } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import {
  openRealtimeServer,
  type RealtimeServer,
  type RealtimeServerOptions,
} from './realtime-server.test-kit.js'

let server: RealtimeServer
let session: RealtimeSession
afterEach(async () => {
  session.close()
  await server.close()
  expect(server.faults).toEqual([])
})

type Options = ConstructorParameters<typeof RealtimeSession>[1]

async function connect(
  options: RealtimeServerOptions = {},
  { tools = [], ...sessionOptions }: Options & { tools?: ReturnType<typeof tool>[] } = {},
): Promise<OpenAIRealtimeWebSocket> {
  server = await openRealtimeServer(options)
  const url = `${server.url}?model=gpt-realtime-2.1`
  const transport = new OpenAIRealtimeWebSocket({ url })
  const agent = new RealtimeAgent({ name: 'a', instructions: 'be brief', tools })
  session = new RealtimeSession(agent, { transport, model: 'gpt-realtime-2.1', ...sessionOptions })
  await session.connect({ apiKey: 'sk-test', url })
  return transport
}

/** Resolves with the server event of this type that is the `count`th since the call. */
function serverEvent(transport: OpenAIRealtimeWebSocket, type: string, count = 1): Promise<Event> {
  let seen = 0
  return new Promise(resolve =>
    transport.on('*', (event: Record<string, unknown>) => {
      if (event.type === type && ++seen === count) resolve(event)
    }),
  )
}

/** As a microphone: in pieces of 20 ms, as fast as it goes. */
function say(text: string, silenceMs = 900): void {
  const { samples } = codeSpeech(text, 24_000)
  const padded = new Int16Array(samples.length + 24 * silenceMs)
  padded.set(samples)
  for (let at = 0; at < padded.length; at += 2_400)
    session.sendAudio(padded.slice(at, at + 2_400).buffer as ArrayBuffer)
}

describe('the Realtime server, with the agents SDK', () => {
  it('hears a turn of sound and answers with sound', async () => {
    const transport = await connect()
    const sound: Int16Array[] = []
    transport.on('audio', ({ data }) => sound.push(new Int16Array(data.slice(0))))
    const done = serverEvent(transport, 'response.done')
    const heard = serverEvent(transport, 'conversation.item.retrieved')
    say('hello there')
    expect((await done).response).toMatchObject({ status: 'completed', usage: { total_tokens: 18 } })
    expect(readSpeech(Int16Array.from(sound.flatMap(each => [...each])), 24_000).text).toBe(
      'you said hello there',
    )
    expect((await heard).item.content[0]).toMatchObject({ type: 'input_audio', transcript: 'hello there' })
    const texts = session.history.map(item => ('content' in item ? item.content : []))
    expect(texts).toEqual([
      [expect.objectContaining({ type: 'input_audio', transcript: 'hello there' })],
      [expect.objectContaining({ type: 'output_audio', transcript: 'you said hello there ' })],
    ])
  })

  it('holds a turn of text with a tool of the client’s', async () => {
    let asked: unknown
    const price = tool({
      name: 'get_price',
      description: 'price',
      strict: false,
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      execute: async input => {
        asked = input
        return 'BTC=100'
      },
    })
    const transport = await connect(
      {
        think: ({ history, wishes }) => {
          const last = history.at(-1)
          if (JSON.stringify(last).includes('BTC=100')) return 'it is 100'
          return { name: wishes?.tools?.[0]?.name ?? 'none', arguments: { symbol: 'BTC' } }
        },
      },
      { tools: [price] },
    )
    const said = serverEvent(transport, 'response.output_audio_transcript.done')
    const done = serverEvent(transport, 'response.done', 2)
    session.sendMessage('price of btc?')
    expect((await said).transcript).toBe('it is 100 ')
    expect(asked).toEqual({ symbol: 'BTC' })
    expect((await done).response.status).toBe('completed')
    expect(server.turns[0]?.wishes).toMatchObject({
      instructions: 'be brief',
      tools: [{ name: 'get_price' }],
    })
    expect(session.history.map(({ type }) => type)).toEqual(['message', 'function_call', 'message'])
  })

  it('is interrupted by voice, and remembers what was heard', async () => {
    const transport = await connect({
      think: ({ text }) =>
        text === 'wait' ? 'yes' : 'this is a very long story about the sea and all its ships',
    })
    const spoken = serverEvent(transport, 'response.output_audio.delta')
    const cut = serverEvent(transport, 'conversation.item.truncated')
    const cancelled = serverEvent(transport, 'response.done')
    const again = serverEvent(transport, 'response.done', 2)
    say('tell me')
    await spoken
    await server.whenTold(event => event.kind === 'floor-changed' && event.floor === 'agent')
    say('wait')
    expect(['completed', 'cancelled']).toContain((await cancelled).response.status)
    const { audio_end_ms } = await cut
    expect((await again).response.status).toBe('completed')
    const ended = server.told.find(event => event.kind === 'reply-ended' && event.interrupted)
    expect(ended).toMatchObject({ heard: { ms: audio_end_ms, source: 'reported' } })
    expect(server.turns.at(-1)?.text).toBe('wait')
  })

  it('cancels an answer when the application interrupts', async () => {
    const transport = await connect(
      { paceMs: 40, think: () => 'one two three four five six seven eight nine ten' },
      { config: { audio: { input: { turnDetection: { type: 'semantic_vad', interruptResponse: false } } } } },
    )
    const spoken = serverEvent(transport, 'response.output_audio.delta')
    const over = serverEvent(transport, 'response.done')
    session.sendMessage('count')
    await spoken
    session.interrupt()
    expect((await over).response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
    })
    expect(server.sent.filter(({ type }) => type === 'error')).toEqual([])
  })

  it('changes the history that it holds', async () => {
    const transport = await connect()
    const done = serverEvent(transport, 'response.done')
    session.sendMessage('first')
    await done
    const deleted = serverEvent(transport, 'conversation.item.deleted')
    session.updateHistory(history => history.slice(1))
    await deleted
    const answered = serverEvent(transport, 'response.done')
    session.sendMessage('second')
    await answered
    const told = server.turns.at(-1)?.history.map(({ text }) => text)
    expect(told).not.toContain('first')
    expect(told).toContain('second')
  })
})
