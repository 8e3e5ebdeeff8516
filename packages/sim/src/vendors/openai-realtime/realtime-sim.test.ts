import { systemClock } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech, readSpeech } from '../coded-speech.js'
import type { SimBrains } from '../sim-brains.js'
import type { VendorSim } from '../vendor-sim.js'
import { decodeAudio, encodeAudio } from './audio-format.js'
import {
  asTyped,
  type Event,
  protocolFile,
  type RealtimeClient,
  realtimeClient,
  schemaCheck,
} from './realtime-client.test-kit.js'
import { openOpenAiRealtimeSim, type RealtimeSimOptions } from './realtime-sim.js'

const pcm = { type: 'audio/pcm', rate: 24_000 } as const
const strict = schemaCheck('realtime.strict.schema.json', 'ServerEvent')

let sim: VendorSim | undefined
afterEach(async () => {
  for (const { message } of sim?.sent ?? [])
    expect(strict(asTyped(message)), JSON.stringify(message)).toBe('')
  await sim?.close()
  sim = undefined
})

async function open(
  query: string,
  options: Partial<RealtimeSimOptions> = {},
  headers?: Readonly<Record<string, string>>,
): Promise<RealtimeClient> {
  sim ??= await openOpenAiRealtimeSim({
    clock: systemClock,
    random: seededRandom(1),
    brains: codedBrains(),
    ...options,
  })
  return realtimeClient(sim, query, headers)
}

function say(client: RealtimeClient, text: string, silenceMs = 0): void {
  const { samples } = codeSpeech(text, 24_000)
  const padded = new Int16Array(samples.length + silenceMs * 24)
  padded.set(samples)
  for (let at = 0; at < padded.length; at += 2_400)
    client.send({
      type: 'input_audio_buffer.append',
      audio: encodeAudio(padded.subarray(at, at + 2_400), pcm),
    })
}

async function soundOf(client: RealtimeClient, responseId: string): Promise<string> {
  await client.next('response.done', event => event.response.id === responseId)
  const pieces = client.events
    .filter(({ type, response_id }) => type === 'response.output_audio.delta' && response_id === responseId)
    .map(({ delta }) => decodeAudio(delta, pcm) ?? new Int16Array(0))
  return readSpeech(Int16Array.from(pieces.flatMap(piece => [...piece])), 24_000).text
}

const manual = { type: 'realtime', audio: { input: { turn_detection: null } } }
const userSays = (text: string) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

describe('simulated OpenAI Realtime', () => {
  it('begins with the whole default session and merges updates into it', async () => {
    const client = await open('model=m-1')
    const created = await client.next('session.created')
    expect(created.session).toMatchObject({ type: 'realtime', model: 'm-1', output_modalities: ['audio'] })
    client.send({ type: 'session.update', session: { type: 'realtime', instructions: 'be brief' } })
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { output: { speed: 1.2 } } } })
    await client.next('session.updated')
    const { session } = await client.next('session.updated')
    expect(session.instructions).toBe('be brief')
    expect(session.audio.output).toEqual({ format: pcm, voice: 'marin', speed: 1.2 })
    expect(session.audio.input.turn_detection.interrupt_response).toBe(true)
  })

  it.each([
    [{ modalities: ['text'], type: 'realtime' }, 'unknown_parameter', 'session.modalities'],
    [{ instructions: 'x' }, 'missing_required_parameter', 'session.type'],
    [
      { type: 'realtime', output_modalities: ['audio', 'text'] },
      'invalid_value',
      'session.output_modalities',
    ],
    [{ type: 'realtime', audio: { output: { speed: 3 } } }, 'invalid_value', 'session.audio.output.speed'],
    [{ type: 'transcription' }, 'invalid_parameter', null],
  ])('refuses %j and changes nothing', async (session, code, param) => {
    const client = await open('model=m-1')
    client.send({ type: 'session.update', event_id: 'e-1', session })
    const { error } = await client.next('error')
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param, event_id: 'e-1' })
    expect(sim?.complaints).toHaveLength(1)
    expect(client.events.some(({ type }) => type === 'session.updated')).toBe(false)
  })

  it('answers a text turn with sound in the vendor’s order of events', async () => {
    const client = await open('model=m-1')
    client.send({ type: 'session.update', session: manual })
    client.send(userSays('hola mundo.'))
    client.send({ type: 'response.create', response: { metadata: { topic: 'a' } } })
    const { response } = await client.next('response.created')
    expect(await soundOf(client, response.id)).toBe('hola mundo.')
    await client.next('rate_limits.updated')
    const names = client.events.map(({ type }) => type)
    const from = names.indexOf('response.created')
    expect([...new Set(names.slice(from))]).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ])
    const done = client.events.at(-2) as Event
    expect(done.response).toMatchObject({ status: 'completed', metadata: { topic: 'a' } })
    expect(done.response.usage.total_tokens).toBeGreaterThan(0)
  })

  it('finds turns by itself, transcribes them and answers', async () => {
    const client = await open('model=m-1')
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription: { model: 't-1' } } } },
    })
    say(client, 'one two', 600)
    const started = await client.next('input_audio_buffer.speech_started')
    const committed = await client.next('input_audio_buffer.committed')
    expect(committed.item_id).toBe(started.item_id)
    const { response } = await client.next('response.created')
    expect(await soundOf(client, response.id)).toBe('one two')
    const transcript = client.events.find(({ type }) => type.endsWith('transcription.completed'))
    expect(transcript).toMatchObject({ item_id: committed.item_id, transcript: 'one two' })
  })

  it('cancels the answer when the user begins to speak', async () => {
    const client = await open('model=m-1')
    sim?.behave({ everyMs: 20 })
    client.send(userSays('a long answer that goes on and on and on and on'))
    client.send({ type: 'response.create' })
    await client.next('response.output_audio.delta')
    say(client, 'stop', 600)
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
    })
    expect(response.output[0].status).toBe('incomplete')
  })

  it('sends stray sound after a cancel, then ends the response', async () => {
    const client = await open('model=m-1', { strayDeltas: 2 })
    sim?.behave({ everyMs: 10_000 })
    client.send(userSays('a long answer that goes on'))
    client.send({ type: 'response.create' })
    const first = await client.next('response.output_audio.delta')
    client.send({ type: 'response.cancel', response_id: first.response_id })
    const { response } = await client.next('response.done')
    expect(response.status_details).toEqual({ type: 'cancelled', reason: 'client_cancelled' })
    expect(client.events.filter(({ type }) => type === 'response.output_audio.delta')).toHaveLength(3)
    client.send({ type: 'response.cancel' })
    expect((await client.next('error')).error.code).toBe('response_cancel_not_active')
    expect(sim?.complaints).toEqual([])
  })

  it('runs out-of-band responses beside each other and keeps them out of the conversation', async () => {
    const client = await open('model=m-1')
    sim?.behave({ everyMs: 5 })
    for (const text of ['first one', 'second one'])
      client.send({
        type: 'response.create',
        response: { conversation: 'none', input: [userSays(text).item], metadata: { text } },
      })
    const one = await client.next('response.created')
    const two = await client.next('response.created')
    expect(await soundOf(client, one.response.id)).toBe('first one')
    expect(await soundOf(client, two.response.id)).toBe('second one')
    expect(client.events.some(({ type }) => type.startsWith('conversation.item'))).toBe(false)
  })

  it('lets one response at a time write to the conversation', async () => {
    const client = await open('model=m-1')
    sim?.behave({ firstMs: 10_000 })
    client.send({ type: 'response.create' })
    client.send({ type: 'response.create', event_id: 'second' })
    const { error } = await client.next('error')
    expect(error).toMatchObject({ code: 'conversation_already_has_active_response', event_id: 'second' })
  })

  it('truncates, retrieves and deletes items', async () => {
    const client = await open('model=m-1')
    client.send(userSays('hello there my friend'))
    client.send({ type: 'response.create' })
    const { item } = await client.next('response.output_item.done')
    await client.next('response.done')
    const cut = { type: 'conversation.item.truncate', item_id: item.id, content_index: 0 }
    client.send({ ...cut, audio_end_ms: 100_000 })
    expect((await client.next('error')).error.message).toContain('is already shorter than 100000ms')
    client.send({ ...cut, audio_end_ms: 100 })
    await client.next('conversation.item.truncated')
    client.send({ type: 'conversation.item.retrieve', item_id: item.id })
    const { content } = (await client.next('conversation.item.retrieved')).item
    expect(content[0].transcript).toBe('')
    expect(decodeAudio(content[0].audio, pcm)).toHaveLength(2_400)
    client.send({ type: 'conversation.item.delete', item_id: item.id })
    await client.next('conversation.item.deleted')
    client.send({ type: 'conversation.item.retrieve', item_id: item.id })
    expect((await client.next('error')).error.code).toBe('item_retrieve_invalid_item_id')
  })

  it('puts items where the client wants them', async () => {
    const client = await open('model=m-1')
    const place = (text: string, id: string, previous?: string) =>
      client.send({
        ...userSays(text),
        ...(previous && { previous_item_id: previous }),
        item: { ...userSays(text).item, id },
      })
    place('b', 'b')
    place('a', 'a', 'root')
    place('c', 'c', 'b')
    place('d', 'd', 'nowhere')
    const added = []
    for (let count = 0; count < 3; count++) added.push(await client.next('conversation.item.added'))
    expect(added.map(({ previous_item_id, item }) => [previous_item_id, item.id])).toEqual([
      [null, 'b'],
      [null, 'a'],
      ['b', 'c'],
    ])
    await client.next('error')
  })

  it('tells the words of a transcription session while they are spoken, and the whole after the commit', async () => {
    const client = await open('intent=transcription')
    client.send({
      type: 'session.update',
      session: {
        type: 'transcription',
        audio: { input: { transcription: { model: 't-1' }, turn_detection: null } },
      },
    })
    say(client, 'the quick brown fox')
    const delta = await client.next('conversation.item.input_audio_transcription.delta')
    expect(delta.delta).toBe('the')
    client.send({ type: 'input_audio_buffer.commit' })
    const committed = await client.next('input_audio_buffer.committed')
    expect(committed.item_id).toBe(delta.item_id)
    const completed = await client.next('conversation.item.input_audio_transcription.completed')
    expect(completed.transcript).toBe('the quick brown fox')
    const deltas = client.events.filter(({ type }) => type.endsWith('transcription.delta'))
    expect(deltas.map(({ delta }) => delta).join('')).toBe('the quick brown fox')
    client.send({ type: 'input_audio_buffer.commit', event_id: 'empty' })
    expect((await client.next('error')).error).toMatchObject({
      code: 'input_audio_buffer_commit_empty',
      event_id: 'empty',
    })
  })

  it('speaks and hears in G.711', async () => {
    const client = await open('model=m-1')
    const format = { type: 'audio/pcmu' }
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { format, turn_detection: null }, output: { format } } },
    })
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(1_600, 0xff).toString('base64') })
    client.send({ type: 'input_audio_buffer.commit' })
    const { item_id } = await client.next('input_audio_buffer.committed')
    client.send({ type: 'conversation.item.retrieve', item_id })
    const { item } = await client.next('conversation.item.retrieved')
    expect(decodeAudio(item.content[0].audio, pcm)).toHaveLength(1_600)
    client.send(userSays('hello'))
    client.send({ type: 'response.create' })
    const { response } = await client.next('response.done')
    expect(response.audio.output.format).toEqual(format)
    const sound = client.events.filter(({ type }) => type === 'response.output_audio.delta')
    const bytes = sound.reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0)
    expect(bytes).toBe(140 * 8)
  })

  it('stops at the most tokens a response may have', async () => {
    const client = await open('model=m-1')
    client.send(userSays('a sentence. another sentence. and a third.'))
    client.send({ type: 'response.create', response: { max_output_tokens: 7, output_modalities: ['audio'] } })
    const { response } = await client.next('response.done')
    expect(response.status_details).toEqual({ type: 'incomplete', reason: 'max_output_tokens' })
    expect(response.output[0].content[0].transcript).toBe('a sentence. ')
  })

  it('goes on by itself when nobody says anything, where it is told to', async () => {
    const client = await open('model=m-1')
    const turn_detection = { type: 'server_vad', idle_timeout_ms: 10 }
    client.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection } } },
    })
    client.send(userSays('a'))
    client.send({ type: 'response.create' })
    await client.next('response.done')
    const { item_id } = await client.next('input_audio_buffer.timeout_triggered')
    expect((await client.next('input_audio_buffer.committed')).item_id).toBe(item_id)
    await client.next('response.created')
  })

  it('closes a session that lasted its longest', async () => {
    const client = await open('model=m-1', { sessionMs: 20 })
    expect((await client.next('error')).error.code).toBe('session_expired')
    expect(await client.closed).toBe(1001)
  })

  it('refuses the beta shape', async () => {
    const client = await open('model=m-1', {}, { 'openai-beta': 'realtime=v1' })
    expect((await client.next('error')).error.code).toBe('beta_api_shape_disabled')
    expect(await client.closed).toBe(4000)
  })

  it.each(['limited', 'failing'] as const)('words the fault %s as a failed response', async kind => {
    const client = await open('model=m-1')
    sim?.behave({ fault: { kind, stage: 'middle' } })
    client.send(userSays('some words to say'))
    client.send({ type: 'response.create' })
    const { response } = await client.next('response.done')
    expect(response.status).toBe('failed')
    expect(response.status_details.error.code).toBe(
      kind === 'limited' ? 'rate_limit_exceeded' : 'server_error',
    )
  })

  it('fails the answer when the mind behind it does', async () => {
    const brains: SimBrains = {
      ...codedBrains(),
      // biome-ignore lint/correctness/useYield: it fails before it thinks
      async *think() {
        throw new Error('no idea')
      },
    }
    const client = await open('model=m-1', { brains })
    client.send({ type: 'response.create' })
    expect((await client.next('response.done')).response.status).toBe('failed')
  })

  it('takes every event a recorded agents SDK sent', async () => {
    const client = await open('model=gpt-realtime-2.1', {
      brains: codedBrains({
        *think({ messages }) {
          if (messages.at(-1)?.role === 'user')
            yield { kind: 'tool-call', name: 'get_price', arguments: '{"symbol":"BTC"}' }
          else yield { kind: 'text', text: 'It is one hundred.' }
        },
      }),
    })
    const wire = schemaCheck('realtime.wire.schema.json', 'ClientEvent')
    const recorded: { dir: string; msg: Event }[] = protocolFile('agents-realtime-0.20-loopback.json').events
    let assistant = ''
    for (const { dir, msg } of recorded) {
      if (dir !== 'client') continue
      expect(wire(msg)).toBe('')
      const item = msg.item_id === undefined ? {} : { item_id: assistant }
      client.send({ ...msg, ...item })
      if (msg.type !== 'response.create') continue
      const { response } = await client.next('response.done')
      assistant = response.output[0].id
    }
    await client.next('conversation.item.retrieved')
    expect(sim?.complaints).toEqual([])
  })
})
