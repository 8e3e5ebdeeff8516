import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ReplyId } from '@parley/core'
import { createGatewayIdentity } from '@parley/transports'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import {
  createVoiceClient,
  type VoiceClient,
  type VoiceClientOptions,
} from '../../packages/client/dist/index.js'
import {
  eventOf,
  type Stage,
  startStage,
  tone,
} from '../../packages/transports/dist/ws/harness.test.support.js'
import { answerEncrypt } from '../../packages/transports/dist/ws/sealed/answer-encrypt.js'
import { sealClient } from '../../packages/transports/dist/ws/sealed/sealed-client.test-kit.js'
import { sealedWire, type VoiceWire } from '../../packages/transports/dist/ws/voice-wire.js'
import { type ListeningProxy, openListeningProxy, type ProxyOptions } from './support/listening-proxy.js'

const identity = createGatewayIdentity(new Uint8Array(32).fill(5))
const gatewayKey = identity.pin
const spoken = tone(320, 16_000)
const played = tone(480, 24_000, 99)
const bytes = ({ buffer, byteOffset, byteLength }: Int16Array) => Buffer.from(buffer, byteOffset, byteLength)

describe('a client and a gateway with a proxy between', () => {
  let stage: Stage
  let proxy: ListeningProxy | undefined
  let client: VoiceClient | undefined
  const setUp = async (encryption: object = {}) => {
    stage = await startStage({}, { encryption: { identity, required: false, ...encryption } })
  }
  beforeEach(() => setUp())
  afterEach(async () => {
    client?.close()
    await proxy?.close()
    await stage.close()
    proxy = undefined
  })

  async function behindProxy(
    options: Partial<VoiceClientOptions>,
    change?: ProxyOptions['change'],
  ): Promise<VoiceClient> {
    proxy = await openListeningProxy({ gateway: stage.address, ...(change ? { change } : {}) })
    return clientOf(proxy.address, options)
  }

  function clientOf(url: string, options: Partial<VoiceClientOptions>): VoiceClient {
    client = createVoiceClient({
      url,
      codec: 'pcm16',
      reconnect: { firstDelayMs: 1 },
      ...options,
      environment: {
        openSocket: (address, protocols) => new WebSocket(address, [...protocols]) as never,
        whyRefused: async () => undefined,
        ...options.environment,
      },
    })
    return client
  }

  const next = <Name extends Parameters<VoiceClient['on']>[0]>(from: VoiceClient, name: Name) =>
    new Promise<Parameters<Parameters<VoiceClient['on']>[1]>[0]>(resolve => {
      const stop = from.on(name, event => {
        stop()
        resolve(event)
      })
    })

  /** A turn and its answer; what the client and the session had of each other. */
  async function converse(talking: VoiceClient) {
    const heard = next(talking, 'audio')
    const told = next(talking, 'transcript-final')
    const session = stage.host.sessions.at(-1)
    if (session === undefined) throw new Error('There is no session.')
    const answered = next(talking, 'interrupted')
    talking.sendAudio(spoken.slice() as Int16Array<ArrayBuffer>)
    talking.sendText('a secret question')
    void talking.interrupt()
    await answered
    session.transport.send(
      eventOf({
        ...{ kind: 'transcript-final', atMs: 1, turn: 'trn_1', text: 'a secret answer', origin: 'speech' },
        ...{ startMs: 0, endMs: 1 },
      }),
    )
    session.transport.play({ samples: played, rate: 24_000, atMs: 0 }, 'rpl_1' as ReplyId)
    return { told: await told, heard: await heard, frames: session.frames, calls: session.calls }
  }

  const secrets = ['a secret question', 'a secret answer', 'tok_1', 'ses_1', '"hello"']
  const inSight = () => {
    const seen = proxy?.seen() ?? Buffer.alloc(0)
    const sound = [spoken, played].filter(samples => seen.includes(bytes(samples).subarray(40, 56)))
    return [...secrets.filter(secret => seen.includes(secret)), ...sound.map(() => 'sound')]
  }

  it('talk, and nothing of it is readable on the way', async () => {
    const talking = await behindProxy({ gatewayKey })
    expect(await talking.connect()).toMatchObject({ session: 'ses_1' })
    const { told, heard, frames, calls } = await converse(talking)
    expect(told).toMatchObject({ text: 'a secret answer' })
    expect(heard).toEqual({ samples: played })
    expect(frames[0]?.samples).toEqual(spoken)
    expect(calls).toEqual(['text a secret question', 'interrupt'])
    expect(inSight()).toEqual([])
  })

  it('hide nothing where no encryption is asked for', async () => {
    const talking = await behindProxy({})
    await talking.connect()
    await converse(talking)
    expect(inSight()).toEqual([...secrets, 'sound', 'sound'])
  })

  it('end with a bye that arrives', async () => {
    const talking = await behindProxy({ gatewayKey })
    await talking.connect()
    const session = stage.host.sessions[0]
    talking.close()
    expect(await session?.closed).toBe('client')
  })

  it('go on after the proxy died, with new keys', async () => {
    const talking = await behindProxy({ gatewayKey })
    await talking.connect()
    const again = next(talking, 'ready')
    proxy?.cut()
    expect(await again).toMatchObject({ resumed: true })
    await converse(talking)
    expect(inSight()).toEqual([])
  })

  it('go on with new keys once the old ones are used up', async () => {
    await stage.close()
    await setUp({ framesPerKey: 3 })
    const talking = await behindProxy({ gatewayKey })
    await talking.connect()
    const again = next(talking, 'ready')
    for (let i = 0; i < 3; i++) stage.host.sessions[0]?.transport.duck(true)
    expect(await again).toMatchObject({ resumed: true })
  })

  it('drop what was changed, tell of it once, and give up when it goes on', async () => {
    let changing = false
    const talking = await behindProxy({ gatewayKey }, (message, isBinary, from) => {
      if (!changing || !isBinary || from !== 'gateway') return message
      const changed = Buffer.from(message)
      changed[9] = (changed[9] ?? 0) ^ 1
      return changed
    })
    await talking.connect()
    const faults: unknown[] = []
    talking.on('encryption-fault', ({ code }) => faults.push(code))
    const failed = next(talking, 'failed')
    const ducked: unknown[] = []
    talking.on('duck', event => ducked.push(event))
    changing = true
    for (let i = 0; i < 10; i++) stage.host.sessions[0]?.transport.duck(true)
    expect(await failed).toMatchObject({ code: 'encryption-failed' })
    expect(faults).toEqual(['encryption-failed'])
    expect(ducked).toEqual([])
  })

  it('are not fooled by text that is put in between', async () => {
    let socket: WebSocket | undefined
    const talking = clientOf(stage.address, {
      gatewayKey,
      environment: {
        openSocket: (address, protocols) => {
          socket = new WebSocket(address, [...protocols])
          return socket as never
        },
      },
    })
    await talking.connect()
    const ducked: unknown[] = []
    talking.on('duck', event => ducked.push(event))
    const fault = next(talking, 'encryption-fault')
    socket?.onmessage?.({ data: '{"type":"duck","on":true}' } as never)
    await fault
    await converse(talking)
    expect(ducked).toEqual([])
  })

  it('do not talk without encryption when `encrypt` is taken away', async () => {
    const talking = await behindProxy({ encryption: true }, (message, isBinary, from) =>
      from === 'client' && !isBinary ? Buffer.from('{"type":"hello","version":1}') : message,
    )
    const bad = next(talking, 'bad-message')
    talking.connect().catch(() => {})
    expect(await bad).toEqual({ reason: 'a message that is not sealed' })
    expect(talking.state).toBe('connecting')
  })

  it.each([
    ['no cryptography', { subtle: () => undefined }],
    ['no X25519', { subtle: () => ({ generateKey: async () => Promise.reject(new Error('no')) }) as never }],
  ])('do not talk at all where the page has %s', async (_name, environment) => {
    const talking = await behindProxy({ encryption: true, environment })
    await expect(talking.connect()).rejects.toMatchObject({ code: 'unsupported' })
    expect(stage.serverSockets).toEqual([])
  })

  it('do not talk with a pin that is none', async () => {
    const talking = await behindProxy({ gatewayKey: 'fingerprint' })
    await expect(talking.connect()).rejects.toMatchObject({ code: 'bad-option' })
  })

  it('may know several keys while the gateway’s changes', async () => {
    const other = createGatewayIdentity(new Uint8Array(32).fill(6)).pin
    await (await behindProxy({ gatewayKey: [other, gatewayKey] })).connect()
  })

  it('are refused by a gateway that requires what they do not ask for', async () => {
    await stage.close()
    await setUp({ required: true })
    const talking = await behindProxy({})
    await expect(talking.connect()).rejects.toMatchObject({
      code: 'refused',
      details: { serverCode: 'encryption_required' },
    })
  })

  describe('that puts keys of its own in the place of theirs', () => {
    const own = createGatewayIdentity(new Uint8Array(32).fill(9))
    const read: string[] = []
    let middle: WebSocketServer
    let claimed = own.pin
    beforeEach(async () => {
      read.length = 0
      claimed = own.pin
      middle = new WebSocketServer({ port: 0, host: '127.0.0.1' })
      middle.on('connection', near => void sitBetween(near))
      await once(middle, 'listening')
    })
    afterEach(() => {
      for (const socket of middle.clients) socket.terminate()
      middle.close()
    })
    const between = (options: Partial<VoiceClientOptions>) =>
      clientOf(`ws://127.0.0.1:${(middle.address() as AddressInfo).port}`, options)

    /** A gateway to the client and a client to the gateway. */
    async function sitBetween(near: WebSocket): Promise<void> {
      const [first]: Buffer[] = await once(near, 'message')
      const { message, ...keys } = answerEncrypt(JSON.parse(String(first)).key, own)
      const wire = sealedWire({ socket: near, keys, onSpent() {} })
      near.on('message', (data: Buffer, isBinary: boolean) => {
        const { bytes: opened } = wire.read(data, isBinary)
        read.push(opened.toString())
        if (read.length === 1) void passOn(JSON.parse(opened.toString()), wire)
      })
      near.send(JSON.stringify({ ...message, identity: claimed }))
    }

    async function passOn(hello: object, wire: VoiceWire): Promise<void> {
      const socket = new WebSocket(stage.address)
      await once(socket, 'open')
      const far = await sealClient(socket)
      far.send(hello)
      wire.send(JSON.stringify(await far.until('ready')), { binary: false, compress: false })
      socket.terminate()
    }

    it('is noticed by whoever pinned the gateway’s, before anything was said', async () => {
      await expect(between({ gatewayKey }).connect()).rejects.toMatchObject({ code: 'gateway-not-trusted' })
      expect(read).toEqual([])
    })

    it('is noticed even if it claims to be the gateway', async () => {
      claimed = gatewayKey
      await expect(between({ gatewayKey }).connect()).rejects.toMatchObject({ code: 'gateway-not-trusted' })
      expect(read).toEqual([])
    })

    it('reads everything of whoever pinned nothing', async () => {
      await between({ encryption: true }).connect()
      expect(read[0]).toContain('"hello"')
    })
  })
})
