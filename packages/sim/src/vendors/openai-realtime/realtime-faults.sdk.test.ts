import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime'
import { systemClock } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { VirtualClock } from '../../virtual-clock.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech } from '../coded-speech.js'
import type { VendorSim } from '../vendor-sim.js'
import { encodeAudio } from './audio-format.js'
import { openOpenAiRealtimeSim, type RealtimeSimOptions } from './realtime-sim.js'

// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
type Event = Readonly<Record<string, any>>

let sim: VendorSim
let session: RealtimeSession
afterEach(async () => {
  session.close()
  await sim.close()
})

interface Client {
  readonly transport: OpenAIRealtimeWebSocket
  readonly events: Event[]
  /** Resolves with the first event of this type that passes. */
  until(type: string, test?: (event: Event) => boolean): Promise<Event>
  readonly closed: Promise<void>
}

async function connect(options: Partial<RealtimeSimOptions> = {}): Promise<Client> {
  const random = seededRandom(1)
  sim = await openOpenAiRealtimeSim({ clock: systemClock, random, brains: codedBrains(), ...options })
  const url = `${sim.baseUrl.replace('http', 'ws')}/realtime?model=m-1`
  const transport = new OpenAIRealtimeWebSocket({ url })
  const agent = new RealtimeAgent({ name: 'a', instructions: 'be brief' })
  const events: Event[] = []
  let wake = () => {}
  transport.on('*', (event: Event) => {
    events.push(event)
    wake()
  })
  const closed = new Promise<void>(resolve =>
    transport.on('connection_change', state => {
      if (state === 'disconnected') resolve()
    }),
  )
  session = new RealtimeSession(agent, { transport, model: 'm-1' })
  session.on('error', () => {})
  await session.connect({ apiKey: 'sk-test', url })
  return {
    transport,
    events,
    closed,
    async until(type, test = () => true) {
      for (;;) {
        const found = events.find(event => event.type === type && test(event))
        if (found !== undefined) return found
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
  }
}

describe('faults of the simulated OpenAI Realtime, with the agents SDK', () => {
  it('tells it that the session is over, and closes', async () => {
    const client = await connect()
    sim.behave({ fault: { kind: 'expired', stage: 'middle' } })
    session.sendMessage('hello there')
    await client.closed
    expect((await client.until('error')).error).toMatchObject({ code: 'session_expired' })
  })

  it('loses it in the middle of an answer', async () => {
    const client = await connect()
    sim.behave({ fault: { kind: 'drop', stage: 'middle' } })
    session.sendMessage('hello there')
    await client.closed
    expect(client.events.some(({ type }) => type === 'response.output_audio.delta')).toBe(true)
  })

  it('fails an answer for its rate, and answers the next', async () => {
    const client = await connect()
    sim.behave({ fault: { kind: 'limited', stage: 'first', times: 1, retryAfterMs: 1_500 } })
    session.sendMessage('hello')
    const { response } = await client.until('response.done')
    expect(response).toMatchObject({
      status: 'failed',
      status_details: { error: { code: 'rate_limit_exceeded' } },
    })
    session.sendMessage('again')
    const said = await client.until('response.output_audio_transcript.delta')
    expect(said.delta).toBe('again')
    await client.until('response.done', event => event.response.status === 'completed')
  })

  it('gives it an answer whose beginning it was not told', async () => {
    const client = await connect({ quirks: { unseenCreated: 1 } })
    session.sendMessage('hello')
    expect((await client.until('response.done')).response.status).toBe('completed')
    expect(client.events.some(({ type }) => type === 'response.created')).toBe(false)
  })

  it('gives it sound that was on its way when it cancelled', async () => {
    const client = await connect({ strayDeltas: 3 })
    sim.behave({ everyMs: 60_000 })
    session.sendMessage('a long story about the sea and the ships on it')
    await client.until('response.output_audio.delta')
    client.transport.sendEvent({ type: 'response.cancel' })
    expect((await client.until('response.done')).response.status).toBe('cancelled')
    expect(client.events.filter(({ type }) => type === 'response.output_audio.delta')).toHaveLength(4)
  })

  it('tells it that a transcript failed', async () => {
    const client = await connect({ quirks: { failedTranscripts: 1 } })
    const { samples } = codeSpeech('one two three', 24_000)
    const padded = new Int16Array(samples.length + 24 * 1_200)
    padded.set(samples)
    const bytes = Buffer.from(encodeAudio(padded, { type: 'audio/pcm', rate: 24_000 }), 'base64')
    session.sendAudio(Uint8Array.from(bytes).buffer)
    const failed = await client.until('conversation.item.input_audio_transcription.failed')
    expect(failed.error).toMatchObject({ type: 'transcription_error' })
    expect((await client.until('response.done')).response.status).toBe('completed')
  })

  it('makes it wait for the first word', async () => {
    const clock = new VirtualClock()
    const client = await connect({ clock })
    sim.behave({ firstMs: 4_000 })
    session.sendMessage('hello')
    await client.until('response.created')
    client.transport.sendEvent({ type: 'input_audio_buffer.clear' })
    await client.until('input_audio_buffer.cleared')
    expect(client.events.some(({ type }) => type.endsWith('audio.delta'))).toBe(false)
    await clock.advance(4_000)
    await client.until('response.output_audio.delta')
  })
})
