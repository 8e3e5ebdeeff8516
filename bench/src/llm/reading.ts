/** µs per token of reading an answer that is there already: a recorded body, or the messages of a socket. */

import type { LanguageModel, LanguageModelRequest } from '@parley/core'
import type { OpenSocket, VendorContext } from '@parley/providers'
import { quantile } from '../turns/statistics.js'
import { contextOf, type Mind, openSim, rawBody, request } from './minds.js'

export interface Reading {
  readonly name: string
  /** Reading through the adapter, µs per token: median and 95th percentile over the rounds. */
  readonly usPerToken: number
  readonly p95UsPerToken: number
  /** CPU time of the process over all rounds, which other processes do not raise by waiting. */
  readonly cpuUsPerToken: number
  /** Only taking the same chunks or messages, µs per token. */
  readonly rawUsPerToken: number
  readonly bytesPerToken: number
}

const TOKENS = 1_000
const ROUNDS = 60
const WARM_UP = 20

export async function measureReading(mind: Mind): Promise<Reading> {
  const chunks = await recorded(mind)
  const own: number[] = []
  const raw: number[] = []
  let cpuUs = 0
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const before = process.cpuUsage()
    const through = await timed(() => drain(mind, chunks))
    const { user, system } = process.cpuUsage(before)
    const taken = await timed(() => take(mind, chunks))
    if (round < WARM_UP) continue
    cpuUs += user + system
    own.push((through * 1_000) / TOKENS)
    raw.push((taken * 1_000) / TOKENS)
  }
  return {
    name: mind.name,
    usPerToken: quantile(own, 0.5),
    p95UsPerToken: quantile(own, 0.95),
    cpuUsPerToken: cpuUs / ROUNDS / TOKENS,
    rawUsPerToken: quantile(raw, 0.5),
    bytesPerToken: Math.round(chunks.reduce((sum, chunk) => sum + chunk.length, 0) / TOKENS),
  }
}

/** The answer as it comes over the wire, an event or message each. */
async function recorded(mind: Mind): Promise<readonly Buffer[]> {
  const sim = await openSim(mind, TOKENS)
  const body = await rawBody(mind, sim)
  const chunks: Buffer[] = []
  if (mind.path === undefined) {
    const before = await messagesOf(mind, sim.baseUrl)
    chunks.push(...before)
  } else {
    const headers = { 'content-type': 'application/json', ...mind.headers }
    const response = await fetch(sim.baseUrl + mind.path, { method: 'POST', headers, body })
    for (const event of (await response.text()).split('\n\n'))
      if (event !== '') chunks.push(Buffer.from(`${event}\n\n`))
  }
  await sim.close()
  return chunks
}

async function messagesOf(mind: Mind, baseUrl: string): Promise<Buffer[]> {
  const messages: Buffer[] = []
  const plain = contextOf(baseUrl)
  const openSocket: OpenSocket = options =>
    plain.openSocket({
      ...options,
      onText(text) {
        messages.push(Buffer.from(text))
        options.onText(text)
      },
    })
  const own = mind.create({ ...plain, openSocket })
  await read(own)
  await own.close?.()
  return messages
}

/** The adapter over a body or a socket that is there at once. */
async function drain(mind: Mind, chunks: readonly Buffer[]): Promise<void> {
  const context: VendorContext = contextOf('http://localhost', {
    fetch: () => Promise.resolve(new Response(bodyOf(chunks))),
    openSocket: instantSocket(chunks),
  })
  const own = mind.create(context)
  await read(own)
  await own.close?.()
}

async function take(mind: Mind, chunks: readonly Buffer[]): Promise<void> {
  if (mind.path === undefined) {
    await new Promise<void>(resolve => {
      let left = chunks.length
      const { clock, epochMs } = contextOf('')
      const socket = instantSocket(chunks)({
        vendor: '',
        url: '',
        clock,
        epochMs,
        connectTimeoutMs: 0,
        onText() {
          left--
          if (left === 0) resolve()
        },
        onLost() {},
      })
      socket.send('')
    })
    return
  }
  for await (const _ of new Response(bodyOf(chunks)).body ?? []) {
    // As fast as it comes.
  }
}

function bodyOf(chunks: readonly Buffer[]): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[at++]
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
  })
}

/** Answers what is sent with all messages, one after the other; the bytes are made text as a socket does it. */
function instantSocket(chunks: readonly Buffer[]): OpenSocket {
  return options => ({
    state: 'open',
    bufferedBytes: 0,
    send() {
      queueMicrotask(() => {
        for (const chunk of chunks) options.onText(chunk.toString('utf8'))
      })
      return true
    },
    close() {},
  })
}

async function read(mind: LanguageModel, asked: LanguageModelRequest = request): Promise<void> {
  let tokens = 0
  for await (const part of mind.stream(asked, new AbortController().signal))
    if (part.kind === 'text') tokens++
  if (tokens !== TOKENS) throw new Error(`${mind.name} gave ${tokens} tokens instead of ${TOKENS}`)
}

async function timed(run: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await run()
  return performance.now() - from
}
