/** Time to the first token on loopback, through the adapter and by a raw client that sends the same bytes. */

import type { LanguageModel } from '@parley/core'
import type { VendorSim } from '@parley/sim'
import { WebSocket } from 'ws'
import { quantile } from '../turns/statistics.js'
import { contextOf, type Mind, openSim, rawBody, request } from './minds.js'

export interface FirstToken {
  readonly name: string
  readonly ownMs: Percentiles
  readonly rawMs: Percentiles
  /** Of pairs that ran right after each other. */
  readonly addedMs: Percentiles
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
}

const PAIRS = 1_000
const WARM_UP = 200
const TOKENS = 5

export async function measureFirstToken(mind: Mind): Promise<FirstToken> {
  const sim = await openSim(mind, TOKENS)
  const body = await rawBody(mind, sim)
  const own = mind.create(contextOf(sim.baseUrl))
  await own.warm?.()
  const raw = mind.path === undefined ? await rawSocket(mind, sim, body) : rawPost(mind, sim, body)
  const pairs: { readonly own: number; readonly raw: number }[] = []
  for (let pair = 0; pair < WARM_UP + PAIRS; pair++) {
    // Which is first changes, so that neither has the other's garbage to collect.
    const isOwnFirst = pair % 2 === 0
    const first = isOwnFirst ? await firstOf(own) : await raw.first()
    const second = isOwnFirst ? await raw.first() : await firstOf(own)
    if (pair >= WARM_UP) pairs.push(isOwnFirst ? { own: first, raw: second } : { own: second, raw: first })
  }
  raw.close()
  await own.close?.()
  await sim.close()
  return {
    name: mind.name,
    ownMs: percentiles(pairs.map(pair => pair.own)),
    rawMs: percentiles(pairs.map(pair => pair.raw)),
    addedMs: percentiles(pairs.map(pair => pair.own - pair.raw)),
  }
}

async function firstOf(mind: LanguageModel): Promise<number> {
  const from = performance.now()
  let firstMs = Number.NaN
  for await (const part of mind.stream(request, new AbortController().signal))
    if (part.kind === 'text' && Number.isNaN(firstMs)) firstMs = performance.now() - from
  return firstMs
}

interface RawClient {
  /** ms from the request to the bytes that hold the first word; the rest is read, too. */
  first(): Promise<number>
  close(): void
}

function rawPost(mind: Mind, sim: VendorSim, body: string): RawClient {
  const headers = { 'content-type': 'application/json', ...mind.headers }
  return {
    async first() {
      const from = performance.now()
      const response = await fetch(sim.baseUrl + mind.path, { method: 'POST', headers, body })
      let firstMs = Number.NaN
      for await (const chunk of response.body ?? [])
        if (Number.isNaN(firstMs) && Buffer.from(chunk).includes(mind.firstWord))
          firstMs = performance.now() - from
      return firstMs
    },
    close() {},
  }
}

async function rawSocket(mind: Mind, sim: VendorSim, body: string): Promise<RawClient> {
  const url = `${sim.baseUrl.replace('http', 'ws')}/responses`
  const socket = new WebSocket(url, { headers: mind.headers, perMessageDeflate: false })
  await new Promise(resolve => socket.once('open', resolve))
  return {
    first: () =>
      new Promise(resolve => {
        const from = performance.now()
        let firstMs = Number.NaN
        const take = (data: Buffer) => {
          if (Number.isNaN(firstMs) && data.includes(mind.firstWord)) firstMs = performance.now() - from
          if (!data.includes('"response.completed"')) return
          socket.off('message', take)
          resolve(firstMs)
        }
        socket.on('message', take)
        socket.send(body)
      }),
    close: () => socket.close(),
  }
}

function percentiles(numbers: readonly number[]): Percentiles {
  return { p50: quantile(numbers, 0.5), p99: quantile(numbers, 0.99) }
}
