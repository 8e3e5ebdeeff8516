/** Conversations over WebRTC at the gateway: real HTTP, a real call in this process, and a host the test writes. */
import { once } from 'node:events'
import { loadOpus, loadResampling } from '@parley/audio'
import { createTicker, noSteering, systemClock } from '@parley/core'
import {
  defaultVoiceLimits,
  loadRtcLibrary,
  type OpenedSession,
  type Seat,
  serveVoiceSocket,
  type VoiceHost,
  type VoiceOpenRequest,
} from '@parley/transports'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Rig, type RigOptions, startRig, tokenFor } from '../testing/gateway-rig.js'
import { attachWebrtc } from './attach-webrtc.js'

let rig: Rig | undefined
const leave: (() => void)[] = []
afterEach(async () => {
  for (const each of leave.splice(0)) each()
  await rig?.stop()
  rig = undefined
})

const loaded = Promise.all([loadRtcLibrary(), loadOpus(), loadResampling()])

/** A gateway with both edges; a session is a token, and what each of its legs was told. */
async function start(env: RigOptions['env'] = {}) {
  const [, opus, resampling] = await loaded
  const told: string[] = []
  const place = (request: VoiceOpenRequest, resumed: boolean): OpenedSession => {
    const { transport, edge = 'voice-ws' } = request
    transport.open({
      steering: noSteering,
      audio() {},
      interrupt: () => undefined,
      commit() {},
      text: text => void told.push(`${edge}: ${text}`),
      dtmf() {},
      played() {},
      closed(reason) {
        told.push(`${edge} closed: ${reason}`)
        transport.close(reason)
      },
    })
    const facts = { agent: 'desk', language: 'en', recogniser: null, voice: null }
    return { session: 'ses_1', resumeToken: 'tok_1', resumed, ...facts }
  }
  const host: VoiceHost = {
    open: async request => place(request, false),
    resume: async request => place(request, true),
    join: async ({ join }) => ({
      outputRate: 24_000,
      async sit({ line }) {
        told.push(`${line.name} joins ${join.session} as ${join.as}`)
        line.tell({ type: 'history', entries: [], truncated: false })
        const act = (what: string) => () => void told.push(what)
        const [takeOver, leave, interrupt, commit] = ['takes over', 'leaves', 'interrupts', 'commits'].map(
          act,
        )
        const seat = { id: 'dev_2', role: join.as, takeOver, leave, interrupt, commit } as unknown as Seat
        const facts = { agent: 'desk', language: 'en', recogniser: null, voice: null }
        return { session: join.session, resumeToken: '', resumed: false, ...facts, seat }
      },
    }),
  }
  const ticker = createTicker(systemClock)
  let nowMs = 1_800_000_000_000
  rig = await startRig({
    env,
    edge(parts) {
      const { door, clock, log } = parts
      door.routes.set('/v1/voice', {
        scope: 'talk',
        protocols: ['parley.v1'],
        handle: (socket, _request, principal) =>
          void serveVoiceSocket({ socket, principal, host, clock, opus, log, limits: defaultVoiceLimits }),
      })
      const webrtc = attachWebrtc({
        ...parts,
        ...{ host, opus, resampling, ticker, random: Math.random, epochMs: () => nowMs++ },
      })
      return webrtc.routes
    },
  })
  return { url: rig.url, door: rig.door, told }
}

/** A far end on the same stack, in this process. */
async function farEnd(label = 'parley') {
  const [{ PeerConnection, Audio }] = await loaded
  const connection = new PeerConnection('far', { iceServers: [] })
  const audio = new Audio('0', 'SendRecv')
  audio.addOpusCodec(111)
  audio.addSSRC(42, 'far', 'far', 'audio')
  const track = connection.addTrack(audio)
  track.onClosed(() => {})
  const messages: { type: string; code?: string; resumed?: boolean }[] = []
  const gathered = new Promise<void>(resolve =>
    connection.onGatheringStateChange(state => state === 'complete' && resolve()),
  )
  const channel = connection.createDataChannel(label)
  const heard = new Map<string, () => void>()
  channel.onMessage(text => {
    const message = JSON.parse(String(text))
    messages.push(message)
    heard.get(message.type)?.()
  })
  const open = new Promise<void>(resolve => channel.onOpen(() => resolve()))
  const closed = new Promise<void>(resolve => channel.onClosed(() => resolve()))
  connection.setLocalDescription('offer')
  await gathered
  leave.push(() => {
    channel.close()
    track.close()
    connection.close()
  })
  return {
    offer: connection.localDescription()?.sdp ?? '',
    messages,
    open,
    closed,
    accept: (sdp: string) => connection.setRemoteDescription(sdp, 'answer'),
    send: (message: object) => channel.sendMessage(JSON.stringify(message)),
    next: (type: string) =>
      new Promise<void>(resolve => {
        if (messages.some(message => message.type === type)) return resolve()
        heard.set(type, resolve)
      }),
  }
}

interface Asking {
  readonly method?: string
  readonly type?: string
  readonly body?: string
  readonly key?: string
  readonly match?: string
}

function ask(address: string, { method = 'POST', type, body, key, match }: Asking = {}): Promise<Response> {
  return fetch(address, {
    method,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(match === undefined ? {} : { 'if-match': match }),
    },
    ...(body === undefined ? {} : { body }),
  })
}

const sdpType = 'application/sdp'
const fragmentType = 'application/trickle-ice-sdpfrag'
interface Answer {
  readonly type: string
  readonly sdp: string
  readonly error: { readonly code: string; readonly message: string }
  readonly iceServers: readonly {
    readonly urls: string
    readonly username?: string
    readonly credential?: string
  }[]
  readonly ttlSeconds: number
}

const jsonOf = async (response: Response) => (await response.json()) as Answer
const codeOf = async (response: Response) => (await jsonOf(response)).error.code

describe('a conversation over WebRTC', () => {
  it('begins with an offer, holds one place at the door, and ends with DELETE', async () => {
    const { url, door, told } = await start()
    const far = await farEnd()
    const begun = await ask(`${url}/v1/webrtc`, { type: sdpType, body: far.offer })
    const location = begun.headers.get('location') ?? ''
    expect([begun.status, begun.headers.get('content-type')]).toEqual([201, sdpType])
    expect(location).toMatch(/^\/v1\/webrtc\/rtc_[0-9a-z]{22}$/)
    expect(begun.headers.get('etag')).toMatch(/^"\w{22}"$/)
    expect(begun.headers.get('accept-patch')).toBe(fragmentType)
    expect(door.connections).toBe(1)
    far.accept(await begun.text())
    await far.open
    far.send({ type: 'hello', version: 1 })
    await far.next('ready')
    far.send({ type: 'text', text: 'Good morning.' })
    far.send({ type: 'ping', id: 1 })
    await far.next('pong')
    const ended = await ask(url + location, { method: 'DELETE' })
    expect([ended.status, door.connections]).toEqual([200, 0])
    expect(told).toEqual(['webrtc: Good morning.', 'webrtc closed: client'])
    expect(await codeOf(await ask(url + location, { method: 'DELETE' }))).toBe('not_found')
  })

  it('joins another by its data channel, at the rate of that one, and takes over there', async () => {
    const { url, told } = await start()
    const far = await farEnd()
    const join = { session: 'ses_1', as: 'controller' }
    const hello = {
      type: 'hello',
      version: 1,
      device: 'Phone',
      join,
      output: { codec: 'opus', sampleRate: 48_000 },
    }
    const body = JSON.stringify({ sdp: far.offer, hello })
    far.accept((await jsonOf(await ask(`${url}/v1/webrtc`, { type: 'application/json', body }))).sdp)
    await far.next('history')
    expect(far.messages[0]).toMatchObject({
      type: 'ready',
      role: 'controller',
      output: { sampleRate: 24_000 },
    })
    far.send({ type: 'take-over' })
    far.send({ type: 'bye' })
    await far.closed
    expect(told).toEqual(['Phone joins ses_1 as controller', 'takes over', 'leaves'])
  })

  it('goes on over a socket where the call broke, and back over another call', async () => {
    const { url, told } = await start()
    const far = await farEnd()
    const json = 'application/json'
    const hello = { type: 'hello', version: 1 }
    const body = JSON.stringify({ sdp: far.offer, hello })
    const begun = await ask(`${url}/v1/webrtc`, { type: json, body })
    const answer = await jsonOf(begun)
    expect([begun.status, answer.type]).toEqual([201, 'answer'])
    far.accept(answer.sdp)
    await far.next('ready')
    for (const each of leave.splice(0)) each()
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/voice`)
    await once(socket, 'open')
    socket.send(JSON.stringify({ ...hello, resume: 'tok_1' }))
    const [ready] = await once(socket, 'message')
    expect(JSON.parse(String(ready))).toMatchObject({ type: 'ready', resumed: true })
    socket.send(JSON.stringify({ type: 'text', text: 'Still here.' }))
    socket.send(JSON.stringify({ type: 'ping', id: 1 }))
    await once(socket, 'message')
    socket.terminate()
    const back = await farEnd()
    const resuming = JSON.stringify({ sdp: back.offer, hello: { ...hello, resume: 'tok_1' } })
    back.accept((await jsonOf(await ask(`${url}/v1/webrtc`, { type: json, body: resuming }))).sdp)
    await back.next('ready')
    expect(back.messages[0]).toMatchObject({ resumed: true })
    back.send({ type: 'bye' })
    await back.closed
    expect(told).toContain('voice-ws: Still here.')
    expect(told).toContain('webrtc closed: lost')
    expect(told.at(-1)).toBe('webrtc closed: client')
  })

  it('takes further candidates for the ICE session it has, and says how to go on where it is another', async () => {
    const { url } = await start()
    const far = await farEnd()
    const begun = await ask(`${url}/v1/webrtc`, { type: sdpType, body: far.offer })
    const place = url + begun.headers.get('location')
    const match = begun.headers.get('etag') ?? ''
    const [, ufrag = ''] = /a=ice-ufrag:(\S+)/.exec(far.offer) ?? []
    const candidates = (count: number) =>
      Array.from({ length: count }, (_, i) => `a=candidate:${i} 1 UDP 9 192.0.2.1 ${2_000 + i} typ host\r\n`)
    const fragment = (name: string, count = 1) =>
      `a=ice-ufrag:${name}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n${candidates(count).join('')}`
    const patch = async (asking: Asking) =>
      (await ask(place, { method: 'PATCH', type: fragmentType, ...asking })).status
    expect(await patch({ body: fragment(ufrag), match })).toBe(204)
    expect(await patch({ body: fragment(ufrag) })).toBe(428)
    expect(await patch({ body: fragment(ufrag), match: '"other"' })).toBe(412)
    expect(await patch({ body: fragment('anew'), match })).toBe(422)
    expect(await patch({ body: fragment('anew'), match: '*' })).toBe(422)
    expect(await patch({ body: fragment(ufrag, 40), match })).toBe(413)
    expect(await patch({ body: 'rubbish', match })).toBe(400)
    expect(await patch({ body: fragment(ufrag), match, type: sdpType })).toBe(400)
    expect((await ask(place, { method: 'DELETE' })).status).toBe(200)
  })

  it('is refused without a token where one is needed, without an offer, and over the most there may be', async () => {
    const { url } = await start({
      PARLEY_AUTH_REQUIRED: 'true',
      MAX_CONNECTIONS: '1',
      VOICE_MAX_CONNECTIONS: '1',
    })
    const key = await tokenFor('acme')
    const begin = (asking: Asking) => ask(`${url}/v1/webrtc`, { type: sdpType, key, ...asking })
    const { offer } = await farEnd()
    expect(await codeOf(await begin({ type: 'text/plain', body: offer }))).toBe('bad_message')
    expect(await codeOf(await ask(`${url}/v1/webrtc`, { type: sdpType, body: offer }))).toBe(
      'unauthenticated',
    )
    expect(await codeOf(await begin({ body: 'v=0' }))).toBe('bad_message')
    const hello = { type: 'hello', version: 7 }
    const bad = await begin({ type: 'application/json', body: JSON.stringify({ sdp: offer, hello }) })
    expect((await jsonOf(bad)).error.message).toMatch(/^`hello.version`: this gateway speaks version 1/)
    const first = await begin({ body: offer })
    expect(first.status).toBe(201)
    expect(await codeOf(await begin({ body: offer }))).toBe('overloaded')
    const place = url + first.headers.get('location')
    const stranger = await tokenFor('other')
    expect((await ask(place, { method: 'DELETE', key: stranger })).status).toBe(404)
    expect((await ask(place, { method: 'DELETE', key })).status).toBe(200)
  })

  it('is refused where clients have to encrypt: a proxy could change its offer', async () => {
    const { url, door } = await start({ PARLEY_REQUIRE_ENCRYPTION: 'true' })
    const { offer } = await farEnd()
    const refused = await ask(`${url}/v1/webrtc`, { type: sdpType, body: offer })
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'encryption_required'])
    expect(door.connections).toBe(0)
  })

  it('hands out TURN credentials that end by themselves, and passwords of the settings as they are', async () => {
    const servers =
      'stun:stun.example:3478,turn:turn.example:3478?transport=udp,turns:ann:p%40ss@old.example:5349'
    const { url } = await start({ PARLEY_ICE_SERVERS: servers, PARLEY_TURN_SECRET: 'a shared turn secret' })
    const ice = await ask(`${url}/v1/webrtc/ice`, { method: 'GET' })
    const { iceServers, ttlSeconds } = await jsonOf(ice)
    expect([ice.headers.get('cache-control'), ttlSeconds]).toEqual(['no-store', 3_600])
    expect(iceServers[0]).toEqual({ urls: 'stun:stun.example:3478' })
    expect(iceServers[1]?.urls).toBe('turn:turn.example:3478?transport=udp')
    expect(iceServers[1]?.username).toMatch(/^1800003600:[0-9a-f]{16}$/)
    expect(iceServers[1]?.credential).toMatch(/^[\w+/]{27}=$/)
    expect(iceServers[2]).toEqual({ urls: 'turns:old.example:5349', username: 'ann', credential: 'p@ss' })
  })
})
