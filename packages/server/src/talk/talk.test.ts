import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@parley/core'
import { type ClientMessage, clientMessageSchema, type ServerMessage } from '@parley/protocol'
import { createFrameOpener, createFrameSealer, createGatewayIdentity } from '@parley/transports'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { answerEncrypt } from '../../../transports/dist/ws/sealed/answer-encrypt.js'
import { type TalkOptions, talk } from './talk.js'

/** A far end that speaks the protocol as a test tells it to. */
class Peer {
  readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'parley.v1' })
  readonly got: ClientMessage[] = []
  loudSamples = 0
  /** Once the caller has hung up. */
  gone: Promise<unknown> | undefined
  url = ''
  #socket: WebSocket | undefined
  #react: (peer: Peer, message: ClientMessage | undefined) => void

  constructor(react: (peer: Peer, message: ClientMessage | undefined) => void) {
    this.#react = react
    this.server.on('connection', socket => {
      this.#socket = socket
      this.gone = once(socket, 'close')
      socket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary))
    })
  }

  async start(): Promise<void> {
    await once(this.server, 'listening')
    this.url = `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/voice`
  }

  say(...messages: ServerMessage[]): void {
    for (const message of messages) this.#socket?.send(JSON.stringify(message))
  }

  raw(data: string | Buffer): void {
    this.#socket?.send(data)
  }

  hangUp(code: number): void {
    this.#socket?.close(code)
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      const message = clientMessageSchema.parse(JSON.parse(data.toString()))
      this.got.push(message)
      return this.#react(this, message)
    }
    for (let at = 0; at < data.length; at += 2) if (data.readInt16LE(at) !== 0) this.loudSamples += 1
    this.#react(this, undefined)
  }
}

const ready: ServerMessage = {
  type: 'ready',
  version: 1,
  session: 'ses_1',
  resumeToken: 'tok_1',
  resumed: false,
  agent: 'demo',
  language: 'en',
  input: { codec: 'pcm16', sampleRate: 16_000 },
  output: { codec: 'pcm16', sampleRate: 24_000 },
  recogniser: 'pocketsphinx',
  voice: 'flite',
}
const turn = 't1'
const reply = 'r1'
const heard = { reply, ms: 100, text: 'At nine.', complete: true, source: 'reported', errorMs: 0 } as const
const asked: ServerMessage[] = [
  { type: 'transcript-final', atMs: 1, turn, text: 'hours', origin: 'text', startMs: 0, endMs: 0 },
  { type: 'turn-committed', atMs: 2, turn },
  { type: 'reply-started', atMs: 3, turn, reply },
  { type: 'audio-begin', reply, fromMs: 0 },
]
const answered: ServerMessage = {
  type: 'reply-ended',
  atMs: 9,
  turn,
  reply,
  said: 'At nine.',
  heard,
  interrupted: false,
}

/** Time at twenty times its pace: what is tested is order, never duration. */
const fast: Clock = {
  now: () => performance.now() * 20,
  after(ms, run) {
    const timer = setTimeout(run, ms / 20)
    return () => clearTimeout(timer)
  },
}

let peer: Peer | undefined
afterEach(() => {
  peer?.server.close()
  for (const client of peer?.server.clients ?? []) client.terminate()
})

async function talkTo(
  react: (peer: Peer, message: ClientMessage | undefined) => void,
  more: Partial<TalkOptions> = {},
) {
  peer = new Peer(react)
  await peer.start()
  return talk({ url: peer.url, clock: fast, say: { texts: ['hours?'] }, answerMs: 5_000, ...more })
}

describe('a talk', () => {
  it('types, plays the answer to its end, reports it and hangs up politely', async () => {
    const result = await talkTo((far, message) => {
      if (message?.type === 'hello') far.say(ready)
      if (message?.type === 'text') {
        far.say(...asked)
        far.raw(Buffer.alloc(4_800, 1))
      }
      if (message?.type === 'played' && message.ms >= 100) far.say(answered)
    })
    expect(result.turns).toMatchObject([
      { turn, text: 'hours', replies: [{ said: 'At nine.', heard: 'At nine.' }] },
    ])
    expect(result.audio).toHaveLength(2_400)
    await peer?.gone
    expect([...new Set(peer?.got.map(({ type }) => type))]).toEqual(['hello', 'text', 'played', 'bye'])
    expect(peer?.got.findLast(({ type }) => type === 'played')).toEqual({ type: 'played', reply, ms: 100 })
  })

  describe('that is to be sealed', () => {
    const identity = createGatewayIdentity(new Uint8Array(32).fill(3))
    /** A gateway that seals, but for what it changes. */
    async function sealedTo(gatewayKeys: readonly string[]) {
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'parley.v1' })
      await once(server, 'listening')
      const said: string[] = []
      const plain: string[] = []
      server.on('connection', socket => {
        let keys: ReturnType<typeof answerEncrypt> | undefined
        let sealer: ReturnType<typeof createFrameSealer> | undefined
        let opener: ReturnType<typeof createFrameOpener> | undefined
        const tell = (message: ServerMessage) => socket.send(sealer?.seal(JSON.stringify(message)) ?? '')
        socket.on('message', (data: Buffer, isBinary) => {
          if (!isBinary) plain.push(JSON.parse(data.toString()).type)
          if (keys === undefined) {
            keys = answerEncrypt(JSON.parse(data.toString()).key, identity)
            sealer = createFrameSealer(keys.gateway)
            opener = createFrameOpener(keys.client)
            return socket.send(JSON.stringify(keys.message))
          }
          const opened = opener?.open(data)
          if (opened === undefined || opened.isBinary) return
          const { type } = JSON.parse(opened.bytes.toString())
          said.push(type)
          if (type === 'hello') tell(ready)
          // One in the middle says something of its own, and changes what the gateway says.
          socket.send(JSON.stringify({ type: 'error', code: 'internal', message: 'not me', fatal: true }))
          socket.send(Buffer.alloc(40, 7))
          if (type === 'text') for (const message of [...asked, answered]) tell(message)
        })
      })
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/voice`
      const over = talk({ url, clock: fast, say: { texts: ['hours?'] }, answerMs: 5_000, gatewayKeys })
      return over
        .then(result => ({ result, said, plain }))
        .finally(() => {
          for (const client of server.clients) client.terminate()
          server.close()
        })
    }

    it('says nothing in plain text but for its key, and hears nothing that is not sealed', async () => {
      const { result, said, plain } = await sealedTo([identity.pin])
      expect(result.turns).toMatchObject([{ text: 'hours', replies: [{ said: 'At nine.' }] }])
      expect([plain, said.slice(0, 2)]).toEqual([['encrypt'], ['hello', 'text']])
    })

    it('says nothing at all to a gateway of another key, or to one that does not seal', async () => {
      const other = createGatewayIdentity(new Uint8Array(32).fill(4)).pin
      await expect(sealedTo([other])).rejects.toMatchObject({ code: 'forbidden' })
      await expect(sealedTo(['short'])).rejects.toMatchObject({ code: 'bad_config' })
      const plain = talkTo(
        (far, message) => {
          if (message?.type === 'encrypt') far.say(ready)
        },
        { gatewayKeys: [] },
      )
      await expect(plain).rejects.toMatchObject({ code: 'forbidden' })
      expect(peer?.got.map(({ type }) => type)).toEqual(['encrypt'])
    })
  })

  it('speaks a recording at the pace of time, once, between silences', async () => {
    let said = false
    await talkTo(
      (far, message) => {
        if (message?.type === 'hello') far.say(ready)
        if (!message && far.loudSamples === 3_200 && !said) {
          said = true
          far.say(...asked, answered)
        }
      },
      { say: { utterances: [{ samples: new Int16Array(3_200).fill(500) }] } },
    )
    expect(peer?.loudSamples).toBe(3_200)
  })

  it('lets the agent finish its greeting before it speaks', async () => {
    const order: string[] = []
    await talkTo((far, message) => {
      if (message?.type === 'hello') {
        far.say(ready, { type: 'reply-started', atMs: 0, turn: 't0', reply: 'r0' })
        setTimeout(() => {
          order.push('greeting ended')
          far.say({ ...answered, turn: 't0', reply: 'r0' })
        }, 120)
      }
      if (message?.type === 'text') {
        order.push('text')
        far.say(...asked, answered)
      }
    })
    expect(order).toEqual(['greeting ended', 'text'])
  })

  it('says that no words were heard when nothing was', async () => {
    const failed = talkTo((far, message) => {
      if (message?.type === 'hello') far.say(ready)
    })
    await expect(failed).rejects.toMatchObject({
      code: 'timeout',
      retryable: false,
      message: /heard no words/,
    })
  })

  it('does not wait for ever for an agent that only thinks', async () => {
    const failed = talkTo((far, message) => {
      if (message?.type === 'hello') far.say(ready)
      if (message?.type === 'text')
        far.say(...asked.slice(0, 2), { type: 'floor-changed', atMs: 3, floor: 'thinking' })
    })
    await expect(failed).rejects.toMatchObject({ code: 'timeout', message: /gave no answer in time/ })
  })

  it('says what the gateway said when it ends the call, or how it hung up', async () => {
    const told = talkTo((far, message) => {
      if (message?.type !== 'hello') return
      far.say({ type: 'error', code: 'overloaded', message: 'This gateway is full.', fatal: true })
      far.hangUp(1013)
    })
    await expect(told).rejects.toThrow('The gateway ended the call: This gateway is full.')
    const cut = talkTo((far, message) => {
      if (message?.type === 'hello') far.hangUp(1011)
    })
    await expect(cut).rejects.toThrow('The gateway hung up (code 1011).')
  })

  it('passes over messages it does not know and hangs up on what is no gateway', async () => {
    const result = await talkTo((far, message) => {
      if (message?.type === 'hello') {
        far.raw('{"type":"from-the-future"}')
        far.say(ready)
      }
      if (message?.type === 'text') far.say(...asked, answered)
    })
    expect(result.session).toBe('ses_1')
    const rubbish = talkTo((far, message) => {
      if (message?.type === 'hello') far.raw('<html>')
    })
    await expect(rubbish).rejects.toThrow('hung up')
  })
})
