/// <reference types="node" />
/** A gateway for tests in a real browser: serves files, and hands each voice socket to the test as it is. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { ClientMessage, ServerMessage } from '@parley/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { readyMessage } from './virtual-page.js'

export interface Caller {
  readonly hello: Extract<ClientMessage, { type: 'hello' }>
  readonly messages: ClientMessage[]
  readonly audio: Int16Array[]
  say(message: ServerMessage): void
  play(samples: Int16Array): void
  /** Resolves with the next message (or one already there) that `fits`. */
  until<Message extends ClientMessage>(fits: (message: ClientMessage) => message is Message): Promise<Message>
  untilAudio(frames: number): Promise<void>
  /** Cuts the wire without a word. */
  cut(): void
  close(code: number): void
}

export interface TestGateway {
  readonly origin: string
  /** Resolves with the next caller that said hello. */
  nextCaller(): Promise<Caller>
  close(): Promise<void>
}

export interface TestGatewayOptions {
  /** Folders by the path they are served under. */
  readonly files: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Answers `ready` with these changes by itself. */
  readonly ready?: Parameters<typeof readyMessage>[0]
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wav': 'audio/wav',
}

export async function openTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const waiting: ((caller: Caller) => void)[] = []
  const arrived: Caller[] = []
  const http = createServer((request, response) => {
    const file = fileFor(options.files, new URL(request.url ?? '/', 'http://x').pathname)
    for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value)
    if (file === undefined) return void response.writeHead(404).end()
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  })
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'parley.v1' })
  /** The socket of the session, and what came of its sound: as a gateway, it hears nothing of one that was left. */
  const line = { socket: undefined as WebSocket | undefined, receivedMs: 0 }
  sockets.on('connection', socket => {
    const hears = (samples: number) => {
      if (line.socket === socket) line.receivedMs += samples / 16
      return line.socket === socket
    }
    const caller = createCaller(socket, hears, hello => {
      const resumed = hello.resume !== undefined
      line.socket = socket
      if (!resumed) line.receivedMs = 0
      const { receivedMs } = line
      caller.say(readyMessage({ resumed, ...(resumed ? { receivedMs } : {}), ...options.ready }))
      const next = waiting.shift()
      if (next) next(caller)
      else arrived.push(caller)
    })
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    nextCaller() {
      const caller = arrived.shift()
      return caller ? Promise.resolve(caller) : new Promise(resolve => waiting.push(resolve))
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      http.closeAllConnections()
      await new Promise(resolve => http.close(resolve))
    },
  }
}

function fileFor(roots: TestGatewayOptions['files'], path: string): string | undefined {
  for (const [prefix, folder] of Object.entries(roots)) {
    if (!path.startsWith(prefix)) continue
    const file = join(folder, normalize(`/${path.slice(prefix.length)}`))
    const found = existsSync(file) && statSync(file).isDirectory() ? join(file, 'index.html') : file
    if (existsSync(found)) return found
  }
  return undefined
}

function createCaller(
  socket: WebSocket,
  hears: (samples: number) => boolean,
  greet: (hello: Caller['hello']) => void,
): Caller {
  const messages: ClientMessage[] = []
  const audio: Int16Array[] = []
  const watchers = new Set<() => void>()
  let hello: Caller['hello'] | undefined

  function untilTrue<Value>(look: () => Value | undefined): Promise<Value> {
    return new Promise(resolve => {
      function check(): void {
        const value = look()
        if (value === undefined) return
        watchers.delete(check)
        resolve(value)
      }
      watchers.add(check)
      check()
    })
  }

  socket.on('message', (content: Buffer, isBinary) => {
    if (isBinary) {
      const samples = new Int16Array(new Uint8Array(content).buffer)
      if (hears(samples.length)) audio.push(samples)
    } else {
      const message = JSON.parse(content.toString()) as ClientMessage
      messages.push(message)
      if (message.type === 'ping') caller.say({ type: 'pong', id: message.id })
      if (message.type === 'hello') {
        hello = message
        greet(message)
      }
    }
    for (const watcher of [...watchers]) watcher()
  })

  const caller: Caller = {
    get hello() {
      if (hello === undefined) throw new Error('no hello yet')
      return hello
    },
    messages,
    audio,
    say: message => socket.send(JSON.stringify(message)),
    play: samples => socket.send(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    until: fits => untilTrue(() => messages.find(fits)),
    untilAudio: async frames => {
      await untilTrue(() => (audio.length >= frames ? true : undefined))
    },
    cut: () => socket.terminate(),
    close: code => socket.close(code),
  }
  return caller
}
