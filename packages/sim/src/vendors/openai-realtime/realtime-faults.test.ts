import { systemClock } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { VirtualClock } from '../../virtual-clock.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech } from '../coded-speech.js'
import type { VendorSim } from '../vendor-sim.js'
import { decodeAudio, encodeAudio } from './audio-format.js'
import { asTyped, type RealtimeClient, realtimeClient, schemaCheck } from './realtime-client.test-kit.js'
import type { RealtimeQuirks } from './realtime-quirks.js'
import { openOpenAiRealtimeSim, type RealtimeSimOptions } from './realtime-sim.js'

const pcm = { type: 'audio/pcm', rate: 24_000 } as const
const strict = schemaCheck('realtime.strict.schema.json', 'ServerEvent')

let sim: VendorSim
afterEach(async () => {
  for (const { message } of sim.sent) expect(strict(asTyped(message)), JSON.stringify(message)).toBe('')
  await sim.close()
})

async function open(options: Partial<RealtimeSimOptions> = {}): Promise<RealtimeClient> {
  const random = seededRandom(1)
  sim = await openOpenAiRealtimeSim({ clock: systemClock, random, brains: codedBrains(), ...options })
  return realtimeClient(sim, 'model=m-1')
}

function ask(client: RealtimeClient, text: string): void {
  const content = [{ type: 'input_text', text }]
  client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
  client.send({ type: 'response.create' })
}

/** What was sent before this has been handled when it resolves. */
async function handled(client: RealtimeClient): Promise<void> {
  client.send({ type: 'session.update', session: { type: 'realtime' } })
  await client.next('session.updated')
}

function say(client: RealtimeClient, samples: Int16Array): void {
  for (let at = 0; at < samples.length; at += 2_400)
    client.send({
      type: 'input_audio_buffer.append',
      audio: encodeAudio(samples.subarray(at, at + 2_400), pcm),
    })
}

const update = (input: object) => ({
  type: 'session.update',
  session: { type: 'realtime', audio: { input } },
})

describe('faults of the simulated OpenAI Realtime', () => {
  it('keeps the first output back for as long as it is told', async () => {
    const clock = new VirtualClock()
    const client = await open({ clock })
    sim.behave({ firstMs: 3_000 })
    ask(client, 'hello')
    await client.next('response.created')
    await clock.advance(2_999)
    await handled(client)
    expect(client.events.some(({ type }) => type.endsWith('.delta'))).toBe(false)
    await clock.advance(1)
    await client.next('response.output_audio.delta')
    await client.next('response.done')
  })

  it('hangs in the middle of an answer, and only of that', async () => {
    const clock = new VirtualClock()
    const client = await open({ clock })
    sim.behave({ fault: { kind: 'hang', stage: 'middle', times: 1 } })
    ask(client, 'hello there')
    const { response_id } = await client.next('response.output_audio.delta')
    await clock.advance(600_000)
    await handled(client)
    expect(client.events.some(({ type }) => type === 'response.done')).toBe(false)
    client.send({ type: 'response.cancel', response_id })
    expect((await client.next('response.done')).response.status).toBe('cancelled')
  })

  it('breaks the connection in the middle of an answer', async () => {
    const client = await open()
    client.socket.on('error', () => {})
    sim.behave({ fault: { kind: 'drop', stage: 'middle' } })
    ask(client, 'hello there')
    expect(await client.closed).toBe(1006)
    expect(client.events.some(({ type }) => type === 'response.output_audio.delta')).toBe(true)
    expect(client.events.some(({ type }) => type === 'response.done')).toBe(false)
  })

  it('ends the session in the middle of an answer as it does at its longest', async () => {
    const client = await open()
    sim.behave({ fault: { kind: 'expired', stage: 'middle' } })
    ask(client, 'hello there')
    expect((await client.next('error')).error.code).toBe('session_expired')
    expect(await client.closed).toBe(1001)
  })

  it('refuses a key only when the socket is open', async () => {
    const client = await open({ keys: ['another'], quirks: { refusesAfterUpgrade: true } })
    expect((await client.next('error')).error.code).toBe('invalid_api_key')
    expect(await client.closed).toBe(3000)
    expect(client.events).toHaveLength(1)
  })

  it('leaves out that a response was created', async () => {
    const client = await open({ quirks: { unseenCreated: 1 } })
    ask(client, 'hello')
    const { response } = await client.next('response.done')
    expect(client.events.some(({ type }) => type === 'response.created')).toBe(false)
    ask(client, 'again')
    expect((await client.next('response.created')).response.id).not.toBe(response.id)
    await client.next('response.done')
  })

  it('cannot write down what was said, once', async () => {
    const client = await open({ quirks: { failedTranscripts: 1 } })
    client.send(update({ turn_detection: null, transcription: { model: 't-1' } }))
    const { samples } = codeSpeech('one two three', 24_000)
    for (const name of ['failed', 'completed']) {
      say(client, samples)
      client.send({ type: 'input_audio_buffer.commit' })
      const { item_id } = await client.next('input_audio_buffer.committed')
      const told = await client.next(`conversation.item.input_audio_transcription.${name}`)
      expect(told.item_id).toBe(item_id)
    }
  })

  it('says that nothing is left', async () => {
    const quirks: RealtimeQuirks = { left: { requests: 0, tokens: 12, resetSeconds: 7 } }
    const client = await open({ quirks })
    ask(client, 'hello')
    expect((await client.next('rate_limits.updated')).rate_limits).toMatchObject([
      { name: 'requests', remaining: 0, reset_seconds: 7 },
      { name: 'tokens', remaining: 12 },
    ])
  })

  it('is busy with a response nobody asked for, and tells its end', async () => {
    const client = await open({ quirks: { busyFor: 1 } })
    ask(client, 'hello')
    const code = 'conversation_already_has_active_response'
    expect((await client.next('error')).error.code).toBe(code)
    expect((await client.next('response.done')).response.id).toBe('resp_elsewhere')
    client.send({ type: 'response.create' })
    expect((await client.next('response.done')).response.status).toBe('completed')
  })

  it('remembers a cut of an answer that is under way', async () => {
    const clock = new VirtualClock()
    const client = await open({ clock })
    sim.behave({ everyMs: 1_000 })
    ask(client, 'hello my friend')
    const { item_id, response_id } = await client.next('response.output_audio.delta')
    client.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 60 })
    client.send({ type: 'response.cancel', response_id })
    await client.next('response.done')
    client.send({ type: 'conversation.item.retrieve', item_id })
    const { content } = (await client.next('conversation.item.retrieved')).item
    expect(decodeAudio(content[0].audio, pcm)).toHaveLength(60 * 24)
    expect(content[0].transcript).toBe('')
  })

  it('counts the sound in which it looked for no turns', async () => {
    const client = await open()
    client.send(update({ turn_detection: null }))
    say(client, new Int16Array(24_000))
    const turn_detection = { type: 'server_vad', prefix_padding_ms: 100, create_response: false }
    client.send(update({ turn_detection }))
    say(client, codeSpeech('hello there', 24_000).samples)
    expect((await client.next('input_audio_buffer.speech_started')).audio_start_ms).toBe(900)
  })
})
