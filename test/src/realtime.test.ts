/** Clients of OpenAI's Realtime API against a real gateway: unchanged but for the address. */
import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime'
import { loadResampling, measureLevel } from '@parley/audio'
import { signToken } from '@parley/platform'
import { OpenAI } from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MediaStreamTrack, RTCPeerConnection } from 'werift'
import { recording } from './support/human-speech.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { openTlsProxy } from './support/tls-proxy.js'
import { openSocket } from './support/voice-caller.js'

type Event = Record<string, unknown> & { readonly type: string }

const RATE = 24_000
const realtimeUrl = (gateway: ParleyProcess) => `${gateway.url.replace('http', 'ws')}/v1/realtime`

/** A recording at the rate of the protocol, with silence behind it. */
async function utterance(id: string, silenceMs: number): Promise<Int16Array> {
  const { samples } = await recording(id)
  const resampler = (await loadResampling()).create({ fromRate: 16_000, toRate: RATE })
  const sound = [...resampler.process(samples).slice(), ...resampler.flush()]
  resampler.close()
  const padded = new Int16Array(sound.length + (RATE * silenceMs) / 1_000)
  padded.set(sound)
  return padded
}

describe('the agents SDK, without a key anywhere', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let session: RealtimeSession
  beforeAll(async () => {
    gateway = await startParley()
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
  })
  afterEach(() => session.close())

  async function connect() {
    const url = `${realtimeUrl(gateway)}?model=gpt-realtime-2.1`
    const transport = new OpenAIRealtimeWebSocket({ url })
    session = new RealtimeSession(new RealtimeAgent({ name: 'a', instructions: 'be brief' }), { transport })
    const events: Event[] = []
    const faults: unknown[] = []
    transport.on('*', event => events.push(event as Event))
    session.on('error', fault => faults.push(fault))
    await session.connect({ apiKey: 'any-key-at-all', url })
    return { transport, events, faults }
  }

  function next(transport: OpenAIRealtimeWebSocket, type: string): Promise<Event> {
    return new Promise(resolve =>
      transport.on('*', event => {
        if ((event as Event).type === type) resolve(event as Event)
      }),
    )
  }

  /** At real-time pace, as a microphone. */
  async function speak(sound: Int16Array): Promise<void> {
    const startedMs = performance.now()
    for (let at = 0; at < sound.length; at += RATE / 50) {
      session.sendAudio(sound.slice(at, at + RATE / 50).buffer as ArrayBuffer)
      const waitMs = startedMs + (at / RATE) * 1_000 + 20 - performance.now()
      if (waitMs > 0) await new Promise(resolve => setTimeout(resolve, waitMs))
    }
  }

  it('types, and the scripted agent answers in words and sound', async () => {
    const { transport, faults } = await connect()
    const sound: Int16Array[] = []
    transport.on('audio', ({ data }) => sound.push(new Int16Array(data.slice(0))))
    const done = next(transport, 'response.done')
    session.sendMessage('What are your opening hours?')
    expect((await done).response).toMatchObject({ status: 'completed' })
    expect(JSON.stringify(session.history)).toMatch(/nine to six/)
    const all = Int16Array.from(sound.flatMap(each => [...each]))
    expect(all.length / RATE).toBeGreaterThan(2)
    expect(measureLevel(all).rmsDbfs).toBeGreaterThan(-40)
    expect(faults).toEqual([])
  })

  it('speaks, is understood and answered, and cuts the answer off by speaking again', async () => {
    const { transport, events, faults } = await connect()
    const done = next(transport, 'response.done')
    const heard = next(transport, 'conversation.item.input_audio_transcription.completed')
    await speak(await utterance('en-info-about-last-call', 1_500))
    expect(await heard).toMatchObject({ transcript: 'information about your last call' })
    expect((await done).response).toMatchObject({ status: 'completed' })
    const interrupted = new Promise(resolve => session.on('audio_interrupted', resolve))
    const truncated = next(transport, 'conversation.item.truncated')
    // The SDK takes all of the answer for playing until as much time has passed.
    await speak(await utterance('en-something-terribly-wrong', 1_000))
    await interrupted
    const { audio_end_ms: heardMs } = await truncated
    expect(heardMs).toBeGreaterThan(0)
    expect(events.map(({ type }) => type)).toContain('input_audio_buffer.speech_started')
    expect(faults).toEqual([])
  })
})

describe('a call over WebRTC', { timeout: 60_000 }, () => {
  it('is answered in sound, seen by a socket beside it, and hung up over HTTP', async () => {
    const gateway = await startParley()
    const caller = new RTCPeerConnection({})
    const transceiver = caller.addTransceiver(new MediaStreamTrack({ kind: 'audio' }), {
      direction: 'sendrecv',
    })
    let packets = 0
    transceiver.onTrack.subscribe(track => track.onReceiveRtp.subscribe(() => (packets += 1)))
    const channel = caller.createDataChannel('oai-events')
    const next = (type: string) =>
      new Promise<Event>(resolve =>
        channel.onMessage.subscribe(data => {
          const event = JSON.parse(String(data)) as Event
          if (event.type === type) resolve(event)
        }),
      )
    const created = next('session.created')
    await caller.setLocalDescription(await caller.createOffer())
    const answer = await fetch(`${gateway.url}/v1/realtime/calls`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', authorization: 'Bearer any-key' },
      body: caller.localDescription?.sdp ?? '',
    })
    expect(answer.status).toBe(201)
    const location = answer.headers.get('location') ?? ''
    await caller.setRemoteDescription({ type: 'answer', sdp: await answer.text() })
    expect((await created).session).toMatchObject({ type: 'realtime', model: 'front-desk' })

    const call = location.split('/').at(-1)
    const beside = await openSocket(gateway.url, { path: `/v1/realtime?call_id=${call}`, protocols: [] })
    const seen = new Promise<void>(resolve =>
      beside.on('message', data => {
        if ((JSON.parse(String(data)) as Event).type === 'response.done') resolve()
      }),
    )
    const done = next('response.done')
    const content = [{ type: 'input_text', text: 'What are your opening hours?' }]
    const item = { type: 'message', role: 'user', content }
    channel.send(Buffer.from(JSON.stringify({ type: 'conversation.item.create', item })))
    channel.send(Buffer.from(JSON.stringify({ type: 'response.create' })))
    expect(JSON.stringify((await done).response)).toMatch(/nine to six/)
    expect(packets).toBeGreaterThan(20)
    await seen

    const gone = new Promise<void>(resolve => beside.once('close', () => resolve()))
    expect((await fetch(`${gateway.url}${location}/hangup`, { method: 'POST' })).status).toBe(200)
    await gone
    await caller.close()
    expect(await gateway.stop()).toBe(0)
  })
})

describe('where tokens are required', { timeout: 60_000 }, () => {
  const secret = 'a secret of more than thirty-two characters'
  let gateway: ParleyProcess
  let token: string
  beforeAll(async () => {
    gateway = await startParley({ env: { JWT_SECRET: secret, PARLEY_AUTH_REQUIRED: 'true' } })
    token = await signToken({ secret, tenant: 'acme', subject: 'ana', ttlSeconds: 600 })
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
  })

  const refused = (path: string, headers: Record<string, string>) =>
    openSocket(gateway.url, { path, protocols: [], headers }).then(
      () => undefined,
      (error: unknown) => error,
    )

  it('a key that is none is refused before there is a socket, in the words of the vendor', async () => {
    for (const key of ['sk-something', 'ek_00000000000000000000000000000000']) {
      const refusal = await refused('/v1/realtime?model=m', { authorization: `Bearer ${key}` })
      expect(refusal).toMatchObject({ status: 401, code: 'invalid_api_key' })
    }
  })

  it('the openai SDK talks over TLS with a client secret that it asked for with a token', async () => {
    const proxy = await openTlsProxy(gateway.url)
    // Its HTTP has no way to trust one certificate alone; the socket has.
    const server = new OpenAI({ apiKey: token, baseURL: `${gateway.url}/v1` })
    const { value, expires_at } = await server.realtime.clientSecrets.create({
      expires_after: { anchor: 'created_at', seconds: 60 },
      session: { type: 'realtime', model: 'recepción', output_modalities: ['text'] },
    })
    expect(expires_at).toBeGreaterThan(Date.now() / 1_000)
    const page = new OpenAI({ apiKey: value, baseURL: `${proxy.url}/v1` })
    const socket = new OpenAIRealtimeWS({ model: 'recepción', options: { ca: proxy.cert } }, page)
    const faults: unknown[] = []
    socket.on('error', fault => faults.push(fault))
    const created = await new Promise<unknown>(resolve => socket.on('session.created', resolve))
    expect(created).toMatchObject({ session: { model: 'recepción', output_modalities: ['text'] } })
    const done = new Promise<{ response: unknown }>(resolve => socket.on('response.done', resolve))
    const content = [{ type: 'input_text' as const, text: '¿Cuál es el horario?' }]
    socket.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    socket.send({ type: 'response.create' })
    expect(JSON.stringify((await done).response)).toMatch(/nueve/)
    expect(faults).toEqual([])
    const gone = new Promise<void>(resolve => socket.socket.once('close', () => resolve()))
    socket.close()
    await gone
    await proxy.close()
    const headers = { authorization: `Bearer ${token}` }
    const { sessions } = await (await fetch(`${gateway.url}/api/sessions`, { headers })).json()
    expect(sessions[0]).toMatchObject({ tenant: 'acme', agent: 'recepción', edge: 'realtime' })
  })

  it('agents are models, and the API is described', async () => {
    const models = await new OpenAI({ apiKey: token, baseURL: `${gateway.url}/v1` }).models.list()
    expect(models.data.map(({ id }) => id)).toEqual(['front-desk', 'recepción'])
    const { paths } = await (await fetch(`${gateway.url}/openapi.json`)).json()
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/realtime/client_secrets', '/v1/realtime/calls', '/v1/models']),
    )
  })
})
