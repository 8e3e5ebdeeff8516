import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { codeSpeech, readSpeech } from '../vendors/coded-speech.js'
import { decodeAudio, encodeAudio } from '../vendors/openai-realtime/audio-format.js'
import { type Event, protocolFile } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import {
  openRealtimeServer,
  type RealtimeServer,
  type RealtimeServerOptions,
} from './realtime-server.test-kit.js'

const pcm = { type: 'audio/pcm', rate: 24_000 } as const
let server: RealtimeServer
afterEach(async () => {
  await server.close()
  expect(server.faults).toEqual([])
})

interface Client {
  readonly events: Event[]
  readonly socket: WebSocket
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  send(event: object): void
  next(type: string): Promise<Event>
}

async function connect(
  options: RealtimeServerOptions = {},
  query = 'model=gpt-realtime',
  protocols: string[] = [],
  headers: Record<string, string> = {},
): Promise<Client> {
  server = await openRealtimeServer(options)
  const socket = new WebSocket(`${server.url}?${query}`, protocols, { headers })
  const events: Event[] = []
  let taken = 0
  let wake = () => {}
  socket.on('message', data => {
    events.push(JSON.parse(String(data)))
    wake()
  })
  const closed = new Promise<{ code: number; reason: string }>(resolve =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return {
    events,
    socket,
    closed,
    send: event => socket.send(JSON.stringify(event)),
    async next(type) {
      for (;;) {
        while (taken < events.length) {
          const event = events[taken++] as Event
          if (event.type === type) return event
        }
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
}

const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } })
const userSays = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

function say(client: Client, text: string, silenceMs = 0): void {
  const { samples } = codeSpeech(text, 24_000)
  const padded = new Int16Array(samples.length + silenceMs * 24)
  padded.set(samples)
  for (let at = 0; at < padded.length; at += 2_400)
    client.send({
      type: 'input_audio_buffer.append',
      audio: encodeAudio(padded.subarray(at, at + 2_400), pcm),
    })
}

function soundOf(client: Client, responseId: string): string {
  const pieces = client.events
    .filter(({ type, response_id }) => type === 'response.output_audio.delta' && response_id === responseId)
    .map(({ delta }) => decodeAudio(delta, pcm) ?? new Int16Array(0))
  return readSpeech(Int16Array.from(pieces.flatMap(piece => [...piece])), 24_000).text
}

describe('the Realtime server', () => {
  it('says back the protocol and never the key of a browser', async () => {
    const client = await connect({}, 'model=m', [
      'realtime',
      'openai-insecure-api-key.sk-secret',
      'openai-agents-sdk.0.20.0',
    ])
    expect(client.socket.protocol).toBe('realtime')
    await client.next('session.created')
  })

  it('refuses the beta by its header', async () => {
    const client = await connect({}, 'model=m', [], { 'openai-beta': 'realtime=v1' })
    expect(await client.closed).toEqual({
      code: 4000,
      reason: 'invalid_request_error.beta_api_shape_disabled',
    })
    expect(client.events.map(({ type }) => type)).toEqual(['error'])
  })

  it('answers what was pushed to talk, when it is asked to', async () => {
    const client = await connect()
    client.send(update({ audio: { input: { turn_detection: null, transcription: { model: 'whisper-1' } } } }))
    say(client, 'push to talk', 200)
    client.send({ type: 'input_audio_buffer.commit' })
    const { item_id } = await client.next('input_audio_buffer.committed')
    client.send({ type: 'response.create' })
    const { response } = await client.next('response.done')
    expect(soundOf(client, response.id)).toBe('you said push to talk')
    const completed =
      client.events.find(({ type }) => type.endsWith('transcription.completed')) ??
      (await client.next('conversation.item.input_audio_transcription.completed'))
    expect(completed).toMatchObject({ item_id, transcript: 'push to talk' })
    expect(client.events.some(({ type }) => type.startsWith('input_audio_buffer.speech'))).toBe(false)
  })

  it('makes an item of what the client commits, though a voice would end it, and answers when asked', async () => {
    const client = await connect()
    say(client, 'right now', 20)
    await client.next('input_audio_buffer.speech_started')
    client.send({ type: 'input_audio_buffer.commit' })
    await client.next('input_audio_buffer.committed')
    client.send({ type: 'response.create', response: { metadata: { asked: 'yes' } } })
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({ status: 'completed', metadata: { asked: 'yes' } })
    expect(soundOf(client, response.id)).toBe('you said right now')
    expect(client.events.filter(({ type }) => type === 'error')).toEqual([])
  })

  it('says nothing in a transcription session, though the agent would speak first', async () => {
    const client = await connect({ opens: true, think: () => 'good day' }, 'intent=transcription')
    client.send({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription: { model: 'gpt-transcribe' } } } },
    })
    say(client, 'write this', 1_500)
    const { transcript } = await client.next('conversation.item.input_audio_transcription.completed')
    expect(transcript).toBe('write this')
    expect(client.events.filter(({ type }) => type.startsWith('response.'))).toEqual([])
  })

  it('answers by an item as the client changed it', async () => {
    const client = await connect({ think: ({ history }) => history.map(({ text }) => text).join(' ') })
    const note = (text: string) => ({
      type: 'conversation.item.create',
      previous_item_id: 'root',
      item: { id: 'note', type: 'message', role: 'system', content: [{ type: 'input_text', text }] },
    })
    client.send(note('old'))
    client.send(userSays('hello'))
    client.send({ type: 'conversation.item.delete', item_id: 'note' })
    client.send(note('new'))
    client.send({ type: 'response.create' })
    const { response } = await client.next('response.done')
    expect(soundOf(client, response.id)).toBe('new hello')
  })

  it('forgets what was said before a clear', async () => {
    const client = await connect()
    client.send(update({ audio: { input: { turn_detection: null } } }))
    say(client, 'never mind', 200)
    client.send({ type: 'input_audio_buffer.clear' })
    await client.next('input_audio_buffer.cleared')
    say(client, 'this one', 200)
    client.send({ type: 'input_audio_buffer.commit' })
    client.send({ type: 'response.create' })
    const { response } = await client.next('response.done')
    expect(soundOf(client, response.id)).toBe('you said this one')
  })

  it('hears turns and leaves the answers to the client where it wants that', async () => {
    const client = await connect()
    const quiet = { type: 'server_vad', create_response: false, interrupt_response: false }
    client.send(update({ audio: { input: { turn_detection: quiet } } }))
    say(client, 'just listen', 800)
    await client.next('input_audio_buffer.committed')
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } })
    const { response } = await client.next('response.done')
    expect(response.output[0].content).toEqual([{ type: 'output_text', text: 'you said just listen ' }])
    expect(client.events.some(({ type }) => type === 'response.output_audio.delta')).toBe(false)
  })

  it('speaks on over a caller who may not interrupt, and keeps what they said', async () => {
    const client = await connect({
      think: ({ text }) => (text === '' ? 'and then it ended' : 'a story that nobody may interrupt'),
    })
    client.send(
      update({ audio: { input: { turn_detection: { type: 'server_vad', interrupt_response: false } } } }),
    )
    say(client, 'tell', 800)
    const { response } = await client.next('response.done')
    expect(response.status).toBe('completed')
    await server.whenTold(event => event.kind === 'floor-changed' && event.floor === 'agent')
    say(client, 'over', 800)
    await client.next('input_audio_buffer.committed')
    await server.whenTold(event => event.kind === 'reply-ended')
    expect(client.events.filter(({ type }) => type === 'response.created')).toHaveLength(1)
    expect(server.told).toContainEqual(expect.objectContaining({ kind: 'reply-ended', interrupted: false }))
  })

  it('sends an answer loud and whole under an overlap that comes to nothing', async () => {
    const text = 'one two three four five six seven eight nine'
    const client = await connect({ paceMs: 60, think: () => text })
    client.send(update({ audio: { input: { turn_detection: { type: 'semantic_vad' } } } }))
    client.send(userSays('count'))
    client.send({ type: 'response.create' })
    await server.whenTold(event => event.kind === 'floor-changed' && event.floor === 'agent')
    say(client, 'a', 20)
    await server.whenTold(event => event.kind === 'ducked')
    await client.next('response.output_audio.delta')
    say(client, '', 500)
    const { response } = await client.next('response.done')
    expect(response.status).toBe('completed')
    expect(soundOf(client, response.id)).toBe(text)
    expect(client.events.some(({ type }) => type === 'input_audio_buffer.speech_started')).toBe(false)
  })

  it('goes on with the result of a tool while the sound before it still plays', async () => {
    const client = await connect({
      think: ({ history }) =>
        JSON.stringify(history).includes('sunny')
          ? 'sunny'
          : ['let me look', { name: 'weather', arguments: {} }],
    })
    client.send(update({ tools: [{ type: 'function', name: 'weather' }] }))
    client.send(userSays('weather?'))
    client.send({ type: 'response.create' })
    const first = (await client.next('response.done')).response
    expect(first.output.map((item: Event) => item.type)).toEqual(['message', 'function_call'])
    const { call_id } = first.output[1]
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id, output: 'sunny' },
    })
    client.send({ type: 'response.create' })
    const created = (await client.next('response.created')).response
    const done = (await client.next('response.done')).response
    expect(done).toMatchObject({ id: created.id, status: 'completed' })
    expect(soundOf(client, done.id)).toBe('sunny')
  })

  it('answers beside the conversation while it goes on', async () => {
    const client = await connect({ think: ({ history, origin }) => `${origin} ${history.length}` })
    client.send(userSays('one'))
    const aside = {
      conversation: 'none',
      output_modalities: ['text'],
      input: [],
      metadata: { beside: 'yes' },
    }
    client.send({ type: 'response.create', response: aside })
    client.send({ type: 'response.create' })
    const done = [await client.next('response.done'), await client.next('response.done')].map(
      each => each.response,
    )
    const beside = done.find(({ metadata }) => metadata !== null)
    const within = done.find(({ metadata }) => metadata === null)
    expect(beside).toMatchObject({ conversation_id: null, output: [{ content: [{ text: 'asked 0 ' }] }] })
    expect(within.output[0].content[0].transcript).toBe('asked 1 ')
  })

  it('speaks G.711 from a session that has 24 kHz', async () => {
    const client = await connect({ think: () => 'word' })
    client.send(update({ audio: { output: { format: { type: 'audio/pcm', rate: 24_000 } } } }))
    client.send(userSays('hi'))
    client.send({
      type: 'response.create',
      response: { audio: { output: { format: { type: 'audio/pcmu' } } } },
    })
    const { response } = await client.next('response.done')
    expect(response.audio.output.format).toEqual({ type: 'audio/pcmu' })
    const bytes = client.events
      .filter(({ type }) => type === 'response.output_audio.delta')
      .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0)
    expect(bytes).toBe(codeSpeech('word', 8_000).samples.length)
  })

  it('hears and speaks G.711 without another rate between', async () => {
    const client = await connect({ think: () => 'word' })
    const format = { type: 'audio/pcmu' }
    client.send(update({ audio: { input: { format }, output: { format } } }))
    await client.next('session.updated')
    const { samples } = codeSpeech('hello', 8_000)
    const padded = new Int16Array(samples.length + 8 * 800)
    padded.set(samples)
    client.send({ type: 'input_audio_buffer.append', audio: encodeAudio(padded, { type: 'audio/pcmu' }) })
    const { response } = await client.next('response.done')
    expect(response.status).toBe('completed')
    expect(server.requests[0]?.outputRate).toBe(8_000)
  })

  it('plays the client’s side of the recorded exchange', async () => {
    const client = await connect(
      {
        think: ({ history }) =>
          JSON.stringify(history).includes('BTC=')
            ? 'it is 100'
            : { name: 'get_price', arguments: { symbol: 'BTC' } },
      },
      'model=gpt-realtime-2.1',
    )
    const { events } = protocolFile('agents-realtime-0.20-loopback.json')
    const asked: string[] = []
    let itemId: string | undefined
    let callId: string | undefined
    for (const { dir, msg } of events) {
      if (dir !== 'client' || msg.type === 'input_audio_buffer.append') continue
      const sent = { ...msg }
      if (sent.item_id !== undefined) sent.item_id = itemId ?? sent.item_id
      if (sent.item?.call_id !== undefined) sent.item = { ...sent.item, call_id: callId }
      if (sent.audio_end_ms !== undefined) sent.audio_end_ms = Math.min(sent.audio_end_ms, 100)
      asked.push(sent.type)
      client.send(sent)
      if (sent.type !== 'response.create') continue
      const { response } = await client.next('response.done')
      const output: Event = response.output[0]
      if (output.type === 'function_call') callId = output.call_id
      else itemId = output.id
    }
    await client.next('conversation.item.retrieved')
    expect(asked).toContain('conversation.item.truncate')
    expect(client.events.filter(({ type }) => type === 'error')).toEqual([])
  })
})
