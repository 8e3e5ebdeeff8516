/** A proxy that ends the socket of a client, as one that ends TLS does: it sees every message as it is, and passes it on. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

export interface ListeningProxy {
  readonly address: string
  /** Bytes of all messages, both ways. */
  seen(): Buffer
  /** Cuts all sockets as a dying proxy does. */
  cut(): void
  close(): Promise<void>
}

export interface ProxyOptions {
  readonly gateway: string
  /** What becomes of a message; undefined for nothing. */
  readonly change?: (message: Buffer, isBinary: boolean, from: 'client' | 'gateway') => Buffer | undefined
}

export async function openListeningProxy({ gateway, change = same }: ProxyOptions): Promise<ListeningProxy> {
  const seen: Buffer[] = []
  const far = new Set<WebSocket>()
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', near => {
    const onward = new WebSocket(gateway)
    far.add(onward)
    const isOpen = once(onward, 'open').catch(() => {})
    pass(near, onward, 'client', isOpen)
    pass(onward, near, 'gateway', Promise.resolve())
  })

  function pass(from: WebSocket, to: WebSocket, who: 'client' | 'gateway', ready: Promise<unknown>): void {
    from.on('message', async (data: Buffer, isBinary: boolean) => {
      seen.push(data)
      await ready
      const changed = change(data, isBinary, who)
      if (changed !== undefined && to.readyState === to.OPEN) to.send(changed, { binary: isBinary })
    })
    from.on('close', async code => {
      await ready
      if (code < 1000 || code === 1005 || code === 1006) to.terminate()
      else to.close(code)
    })
    from.on('error', () => to.terminate())
  }

  function cut(): void {
    for (const socket of [...server.clients, ...far]) socket.terminate()
  }

  return {
    address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: () => Buffer.concat(seen),
    cut,
    async close() {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function same(message: Buffer): Buffer {
  return message
}
