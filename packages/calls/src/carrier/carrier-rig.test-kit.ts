/** A carrier's far end on loopback for tests: what was asked of it, and what it answers next. */

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VirtualClock } from '@parley/sim'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Nothing is answered; `drop` breaks the connection. */
  readonly silent?: 'hang' | 'drop'
}

export interface CarrierRig {
  readonly url: string
  readonly asked: Asked[]
  readonly clock: VirtualClock
  /** The next answers, one for each request; 200 without a body after them. */
  readonly replies: Reply[]
  /** Resolves once so many requests have come. */
  came(count: number): Promise<void>
  close(): Promise<void>
}

export async function openCarrierRig(): Promise<CarrierRig> {
  const asked: Asked[] = []
  const replies: Reply[] = []
  const waiting: { readonly count: number; readonly done: () => void }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      asked.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      })
      for (const { count, done } of waiting) if (asked.length >= count) done()
      const { status = 200, headers = {}, body, silent } = replies.shift() ?? {}
      if (silent === 'hang') return
      if (silent === 'drop') {
        request.socket.destroy()
        return
      }
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    replies,
    clock: new VirtualClock(),
    came: count =>
      asked.length >= count
        ? Promise.resolve()
        : new Promise(done => {
            waiting.push({ count, done })
          }),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const never: AbortSignal = new AbortController().signal
