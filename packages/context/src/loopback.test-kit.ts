/** A web server of the test's own on loopback, and the world that sources get. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VirtualClock } from '@parley/sim'
import { afterAll } from 'vitest'
import type { SourceWorld } from './sources/source-world.js'

export interface Loopback {
  readonly url: string
  /** Paths asked for, in order. */
  readonly asked: string[]
  answer: (request: IncomingMessage, response: ServerResponse) => void
}

/** Answers as told; closed with all its connections after the tests. */
export async function openLoopback(answer: Loopback['answer'] = () => {}): Promise<Loopback> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    loopback.answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo
  const loopback = { url: `http://127.0.0.1:${port}`, asked, answer }
  return loopback
}

export function json(value: unknown): Loopback['answer'] {
  return (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(value))
  }
}

export function text(body: string, status = 200): Loopback['answer'] {
  return (_, response) => {
    response.statusCode = status
    response.end(body)
  }
}

/** Begins to answer and never ends; `begun` resolves once a request was there. */
export function hang(): { readonly answer: Loopback['answer']; readonly begun: Promise<void> } {
  let begin = () => {}
  const begun = new Promise<void>(resolve => {
    begin = resolve
  })
  return {
    begun,
    answer(_, response) {
      response.write('{')
      begin()
    },
  }
}

export const NOW = Date.UTC(2026, 0, 15, 12)

export function testWorld(world: Partial<SourceWorld> = {}) {
  const clock = new VirtualClock()
  return {
    clock,
    world: {
      fetch,
      clock,
      epochMs: () => NOW + clock.now(),
      secretOf: (name: string) => (name === 'SHOP_KEY' ? 'sesame-sesame' : undefined),
      ...world,
    } satisfies SourceWorld,
  }
}

export const signal = (): AbortSignal => new AbortController().signal
