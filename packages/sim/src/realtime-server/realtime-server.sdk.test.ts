import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession, type tool } from '@openai/agents-realtime'
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
})
