import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, tool } from '@openai/agents-realtime'
import { systemClock } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech, readSpeech } from '../coded-speech.js'
import type { SimBrains } from '../sim-brains.js'
import type { VendorSim } from '../vendor-sim.js'
import { decodeAudio, encodeAudio } from './audio-format.js'
import { openOpenAiRealtimeSim } from './realtime-sim.js'

const pcm = { type: 'audio/pcm', rate: 24_000 } as const

let sim: VendorSim
let session: RealtimeSession
afterEach(async () => {
  session.close()
  await sim.close()
})

type Options = ConstructorParameters<typeof RealtimeSession>[1]

async function connect(
  brains: SimBrains,
  { tools = [], ...options }: Options & { tools?: ReturnType<typeof tool>[] } = {},
): Promise<OpenAIRealtimeWebSocket> {
  sim = await openOpenAiRealtimeSim({
    clock: systemClock,
    random: seededRandom(1),
    brains,
    keys: ['sk-test'],
  })
  const url = `${sim.baseUrl.replace('http', 'ws')}/realtime?model=m-1`
  const transport = new OpenAIRealtimeWebSocket({ url })
  const agent = new RealtimeAgent({ name: 'a', instructions: 'be brief', tools })
  session = new RealtimeSession(agent, { transport, model: 'm-1', ...options })
  await session.connect({ apiKey: 'sk-test', url })
  return transport
}

/** Resolves with the server event of this type that is the `count`th since the call. */
function serverEvent(
  transport: OpenAIRealtimeWebSocket,
  type: string,
  count = 1,
): Promise<Record<string, unknown>> {
  let seen = 0
  return new Promise(resolve =>
    transport.on('*', (event: Record<string, unknown>) => {
      if (event.type === type && ++seen === count) resolve(event)
    }),
  )
}

describe('simulated OpenAI Realtime, with the agents SDK', () => {
  it('holds a text turn with a tool and gives the answer as sound', async () => {
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
    const brains = codedBrains({
      *think({ messages, tools }) {
        const last = messages.at(-1)
        if (last?.role === 'tool') yield { kind: 'text', text: `I know ${last.text}.` }
        else yield { kind: 'tool-call', name: tools[0] ?? '', arguments: '{"symbol":"BTC"}' }
      },
    })
    const transport = await connect(brains, { tools: [price] })
    const sound: Int16Array[] = []
    transport.on('audio', ({ data }) =>
      sound.push(decodeAudio(Buffer.from(data).toString('base64'), pcm) ?? new Int16Array(0)),
    )
    const said = serverEvent(transport, 'response.output_audio_transcript.done')
    session.sendMessage('price of btc?')
    expect((await said).transcript).toBe('I know BTC=100.')
    expect(asked).toEqual({ symbol: 'BTC' })
    expect(readSpeech(Int16Array.from(sound.flatMap(each => [...each])), 24_000).text).toBe('I know BTC=100.')
    expect(sim.complaints).toEqual([])
  })

  it('hears a turn of sound, is interrupted, and keeps both in the history', async () => {
    const transport = await connect(codedBrains())
    sim.behave({ everyMs: 5 })
    const say = (text: string) => {
      const { samples } = codeSpeech(text, 24_000)
      const padded = new Int16Array(samples.length + 24 * 800)
      padded.set(samples)
      const bytes = Buffer.from(encodeAudio(padded, pcm), 'base64')
      session.sendAudio(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer)
    }
    const spoken = serverEvent(transport, 'response.output_audio.delta')
    say('tell me a long story about the sea')
    await spoken
    const cut = serverEvent(transport, 'conversation.item.truncated')
    const cancelled = serverEvent(transport, 'response.done')
    const again = serverEvent(transport, 'response.done', 2)
    say('wait')
    expect((await cancelled).response).toMatchObject({ status: 'cancelled' })
    expect(await cut).toMatchObject({ content_index: 0 })
    expect((await again).response).toMatchObject({ status: 'completed' })
    const users = session.history.filter(item => item.type === 'message' && item.role === 'user')
    expect(users.map(item => ('content' in item ? item.content : []))).toEqual([
      [expect.objectContaining({ type: 'input_audio', transcript: 'tell me a long story about the sea' })],
      [expect.objectContaining({ type: 'input_audio', transcript: 'wait' })],
    ])
    expect(sim.complaints).toEqual([])
  })

  it('cancels the answer when the application interrupts', async () => {
    const transport = await connect(codedBrains(), {
      config: { audio: { input: { turnDetection: { type: 'semantic_vad', interruptResponse: false } } } },
    })
    sim.behave({ everyMs: 5 })
    const spoken = serverEvent(transport, 'response.output_audio.delta')
    const over = serverEvent(transport, 'response.done')
    session.sendMessage('tell me a long story about the sea and the ships on it')
    await spoken
    session.interrupt()
    expect((await over).response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
    })
    expect(sim.complaints).toEqual([])
  })

  it('lets a client with a wrong key stand outside', async () => {
    await connect(codedBrains())
    const transport = new OpenAIRealtimeWebSocket({
      url: `${sim.baseUrl.replace('http', 'ws')}/realtime?model=m`,
    })
    transport.on('error', () => {})
    await expect(transport.connect({ apiKey: 'sk-wrong' })).rejects.toBeDefined()
  })

  it('takes a client secret it made', async () => {
    await connect(codedBrains())
    const response = await fetch(`${sim.baseUrl}/realtime/client_secrets`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
      body: JSON.stringify({ session: { type: 'realtime', model: 'm-2' } }),
    })
    const { value, session: shape } = (await response.json()) as { value: string; session: { model: string } }
    expect(shape.model).toBe('m-2')
    const transport = new OpenAIRealtimeWebSocket({
      url: `${sim.baseUrl.replace('http', 'ws')}/realtime?model=m`,
    })
    await transport.connect({ apiKey: value })
    expect(transport.status).toBe('connected')
    transport.close()
  })
})
