/** A page without a browser: hand-driven time, a network that can be unplugged, and sockets whose far end is the test. */
import type { ServerMessage } from '@parley/protocol'
import type { Environment, SocketLike } from '../environment.js'

export interface FarEnd extends SocketLike {
  readonly url: string
  readonly protocols: readonly string[]
  /** What the client sent: parsed messages and audio. */
  readonly received: (Record<string, unknown> | Int16Array | Uint8Array)[]
  bufferedAmount: number
  readonly closedWith: number | undefined
  accept(): void
  say(message: ServerMessage | string): void
  play(sound: Int16Array | Uint8Array): void
  die(code: number, reason?: string): void
}

export interface VirtualPage {
  readonly environment: Environment
  readonly sockets: FarEnd[]
  readonly timers: number
  readonly watchers: number
  /** Lets `ms` pass, running what falls due in order, with room for promises between. */
  pass(ms: number): Promise<void>
  setOnline(online: boolean): void
}

export function createVirtualPage(random: () => number = () => 1): VirtualPage {
  let now = 0
  let online = true
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const watchers = new Set<() => void>()
  const sockets: FarEnd[] = []

  async function settle(): Promise<void> {
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }

  async function pass(ms: number): Promise<void> {
    const until = now + ms
    await settle()
    for (;;) {
      const next = timers.filter(timer => timer.at <= until).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      timers = timers.filter(timer => timer !== next)
      now = Math.max(now, next.at)
      next.run()
      await settle()
    }
    now = until
  }

  return {
    sockets,
    pass,
    get timers() {
      return timers.length
    },
    get watchers() {
      return watchers.size
    },
    setOnline(next) {
      online = next
      for (const watcher of [...watchers]) watcher()
    },
    environment: {
      now: () => now,
      random,
      whyRefused: () => Promise.resolve(undefined),
      webCodecs: () => undefined,
      subtle: () => undefined,
      after(ms, run) {
        const timer = { at: now + ms, run }
        timers.push(timer)
        return () => {
          timers = timers.filter(each => each !== timer)
        }
      },
      network: {
        online: () => online,
        onChange(changed) {
          watchers.add(changed)
          return () => watchers.delete(changed)
        },
      },
      openSocket(url, protocols) {
        const socket = createFarEnd(url, protocols)
        sockets.push(socket)
        return socket
      },
    },
  }
}

function createFarEnd(url: string, protocols: readonly string[]): FarEnd {
  let readyState = 0
  let closedWith: number | undefined
  const received: FarEnd['received'] = []
  const socket: FarEnd = {
    url,
    protocols,
    received,
    binaryType: '',
    bufferedAmount: 0,
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    get readyState() {
      return readyState
    },
    get closedWith() {
      return closedWith
    },
    send(message) {
      if (typeof message === 'string') received.push(JSON.parse(message))
      else if (message instanceof Uint8Array) received.push(message)
      else received.push(new Int16Array(message.buffer))
    },
    close(code = 1005) {
      readyState = 3
      closedWith ??= code
    },
    accept() {
      readyState = 1
      socket.onopen?.()
    },
    say(message) {
      const text = typeof message === 'string' ? message : JSON.stringify(message)
      socket.onmessage?.({ data: text })
    },
    play(sound) {
      socket.onmessage?.({ data: sound.slice().buffer })
    },
    die(code, reason = '') {
      readyState = 3
      socket.onclose?.({ code, reason })
    },
  }
  return socket
}

/** A `ready` as a gateway sends it. */
export function readyMessage(changes: Partial<Extract<ServerMessage, { type: 'ready' }>> = {}) {
  return {
    type: 'ready',
    version: 1,
    session: 'ses_1',
    resumeToken: 'tok_1',
    resumed: false,
    agent: 'demo',
    language: 'en',
    input: { codec: 'pcm16', sampleRate: 16000 },
    output: { codec: 'pcm16', sampleRate: 24000 },
    recogniser: 'pocketsphinx',
    voice: 'flite',
    ...changes,
  } as const satisfies ServerMessage
}
