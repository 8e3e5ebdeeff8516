import { connect as connectPlain, type NetConnectOpts } from 'node:net'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { afterEach, describe, expect, it } from 'vitest'
import { codeSpeech, readSpeech } from '../vendors/coded-speech.js'
import { decodeAudio, encodeAudio } from '../vendors/openai-realtime/audio-format.js'
import {
  openRealtimeServer,
  type RealtimeServer,
  type RealtimeServerOptions,
} from './realtime-server.test-kit.js'

const pcm = { type: 'audio/pcm', rate: 24_000 } as const
let server: RealtimeServer
let client: OpenAIRealtimeWS
const errors: string[] = []
let events: RealtimeServerEvent[] = []
let wake = () => {}
afterEach(async () => {
  client.close()
  await server.close()
  errors.length = 0
  expect(server.faults).toEqual([])
})

type EventOf<Type extends RealtimeServerEvent['type']> = Extract<RealtimeServerEvent, { type: Type }>

async function connect(options: RealtimeServerOptions = {}): Promise<void> {
  server = await openRealtimeServer(options)
  const api = new OpenAI({
    apiKey: 'tok',
    baseURL: server.url.replace('ws', 'http').replace('/realtime', ''),
  })
  // The SDK insists on TLS; under it is the same socket.
  const createConnection = (to: NetConnectOpts) => connectPlain(to)
  client = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { createConnection } as object }, api)
  events = []
  client.on('event', event => {
    events.push(event)
    wake()
  })
  client.on('error', error => errors.push(String(error.error?.code ?? error.message)))
  await once('session.created')
}

/** The first event of this type that was not asked for yet; earlier ones are skipped. */
async function once<Type extends RealtimeServerEvent['type']>(type: Type): Promise<EventOf<Type>> {
  for (;;) {
    for (let event = events.shift(); event !== undefined; event = events.shift())
      if (event.type === type) return event as EventOf<Type>
    await new Promise<void>(resolve => {
      wake = resolve
    })
  }
}

describe('the Realtime server, with the openai SDK', () => {
  it('answers text in text, and sound in sound', async () => {
    await connect()
    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } })
    const content = [{ type: 'input_text' as const, text: 'hello' }]
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    client.send({ type: 'response.create' })
    expect((await once('response.output_text.done')).text).toBe('you said hello ')
    await once('response.done')

    client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['audio'] } })
    const sound: Int16Array[] = []
    client.on('response.output_audio.delta', ({ delta }) =>
      sound.push(decodeAudio(delta, pcm) ?? new Int16Array(0)),
    )
    const { samples } = codeSpeech('good day', 24_000)
    const padded = new Int16Array(samples.length + 24 * 800)
    padded.set(samples)
    client.send({ type: 'input_audio_buffer.append', audio: encodeAudio(padded, pcm) })
    expect((await once('response.done')).response.status).toBe('completed')
    expect(readSpeech(Int16Array.from(sound.flatMap(each => [...each])), 24_000).text).toBe(
      'you said good day',
    )
    expect(errors).toEqual([])
  })

  it('gets its errors as errors, and goes on', async () => {
    await connect()
    client.send({ type: 'response.cancel' })
    client.send({ type: 'input_audio_buffer.commit' })
    client.send({ type: 'conversation.item.delete', item_id: 'nobody' })
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'go on' } })
    const { session } = await once('session.updated')
    expect(session).toMatchObject({ instructions: 'go on' })
    expect(errors).toEqual([
      'response_cancel_not_active',
      'input_audio_buffer_commit_empty',
      'item_delete_invalid_item_id',
    ])
  })

  it('labels its responses beside the conversation', async () => {
    await connect({ think: ({ history }) => `label of ${history[0]?.text}` })
    for (const text of ['one', 'two'])
      client.send({
        type: 'response.create',
        response: {
          conversation: 'none',
          output_modalities: ['text'],
          metadata: { text },
          input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }],
        },
      })
    const done = [(await once('response.done')).response, (await once('response.done')).response]
    const said = done.map(({ metadata, output }) => [metadata?.text, JSON.stringify(output)])
    for (const [text, output] of said) expect(output).toContain(`label of ${text}`)
    expect(new Set(said.map(([text]) => text)).size).toBe(2)
  })
})
