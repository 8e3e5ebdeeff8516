/** A web server of the test's own on loopback, and the world that tools get. */

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { afterAll } from 'vitest'
import type { ToolRun } from './tool.js'
import type { ToolWorld } from './tools-from-config.js'

/** Closed with all its connections after the tests. */
export async function openLoopback(answer: RequestListener) {
  const loopback = { url: '', answer, close: async () => {} }
  const server = createServer((request, response) => loopback.answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  loopback.close = () => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  }
  afterAll(() => loopback.close())
  loopback.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return loopback
}

export function testWorld() {
  const clock = new VirtualClock()
  const warnings: ParleyError[] = []
  const world: ToolWorld = {
    fetch,
    clock,
    secretOf: name => (name === 'SHOP_KEY' ? 'sesame-sesame' : undefined),
    warn: error => warnings.push(error),
  }
  return { clock, world, warnings }
}

export const run = (): ToolRun => ({ language: 'en', signal: new AbortController().signal })
