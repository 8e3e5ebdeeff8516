import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { failureOf } from '../conformance/rig.test-kit.js'
import { type TextContext, textContext } from '../conformance/text-rig.test-kit.js'
import { until } from '../conformance/voice-suite.test-kit.js'
import { type AnswerReader, eventAnswer } from './event-answer.js'

interface Word {
  readonly kind: 'word' | 'usage'
  readonly text: string
}

let server: ReturnType<typeof createServer>
let response: ServerResponse | undefined
let context: TextContext

beforeEach(async () => {
  response = undefined
  server = createServer((_, answer) => {
    response = answer
    answer.writeHead(200)
    answer.flushHeaders()
  })
  connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  context = textContext(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

let connections = 0

const reader = (isShort = false): AnswerReader<Word> => ({
  done: isShort,
  read: ({ event, data }) =>
    event === 'ping' ? [] : [{ kind: event === 'usage' ? 'usage' : 'word', text: data }],
  end: () => [{ kind: 'word', text: 'end' }],
})

function open(signal = new AbortController().signal, isShort = false): AsyncIterator<Word> {
  const call = { vendor: 'Server', path: '/', headers: () => ({}), body: {}, timeoutMs: 1_000 }
  const limits = { firstOutputTimeoutMs: 1_000, idleTimeoutMs: 500 }
  return eventAnswer({ context, call, reader: reader(isShort), ...limits }, signal)[Symbol.asyncIterator]()
}

const say = (text: string, event = 'message') => response?.write(`event: ${event}\ndata: ${text}\n\n`)
const finish = () => response?.end('data: [DONE]\n\n')
const begun = () => until(() => response !== undefined)
/** Lets what was written arrive, without time. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise(resolve => setImmediate(resolve))
}

it('waits for the first word as long as it is told, whatever else comes', async () => {
  const answer = open()
  const first = failureOf(answer.next())
  await begun()
  await context.clock.advance(600)
  say('', 'ping')
  await arrive()
  await context.clock.advance(399)
  await context.clock.advance(1)
  expect(await first).toMatchObject({ code: 'timeout', message: expect.stringContaining('begin') })
})

it('does not take a cost for a first word', async () => {
  const answer = open()
  const first = answer.next()
  await begun()
  say('9', 'usage')
  expect((await first).value).toEqual({ kind: 'usage', text: '9' })
  const second = failureOf(answer.next())
  await context.clock.advance(1_000)
  expect(await second).toMatchObject({ message: expect.stringContaining('begin') })
})

it('takes pings for life between words, and silence for none', async () => {
  const answer = open()
  const first = answer.next()
  await begun()
  say('one')
  await first
  const second = failureOf(answer.next())
  for (let ping = 0; ping < 4; ping++) {
    await context.clock.advance(400)
    say('', 'ping')
    await arrive()
  }
  await context.clock.advance(500)
  expect(await second).toMatchObject({ code: 'timeout', message: expect.stringContaining('go on') })
  expect(context.clock.now()).toBeGreaterThanOrEqual(2_000)
})

it('does not hold the time of who draws against the vendor', async () => {
  const answer = open()
  const first = answer.next()
  await begun()
  say('one')
  await first
  await context.clock.advance(60_000)
  say('two')
  expect((await answer.next()).value).toEqual({ kind: 'word', text: 'two' })
  response?.end()
  expect((await answer.next()).value).toEqual({ kind: 'word', text: 'end' })
  expect((await answer.next()).done).toBe(true)
  expect(context.clock.pending).toBe(0)
})

it('ends the request when it is left, and when it is aborted', async () => {
  for (const leave of ['return', 'abort'] as const) {
    const own = new AbortController()
    const answer = open(own.signal)
    const first = answer.next()
    await until(() => response !== undefined)
    say('one')
    await first
    const gone = new Promise<void>(resolve => response?.once('close', resolve))
    if (leave === 'return') await answer.return?.()
    else {
      const rest = answer.next()
      own.abort()
      expect((await rest).done).toBe(true)
    }
    await gone
    expect(context.clock.pending).toBe(0)
    response = undefined
  }
})

it('says that an answer broke off whose connection did', async () => {
  const answer = open()
  const first = answer.next()
  await begun()
  say('one')
  await first
  const second = failureOf(answer.next())
  response?.destroy()
  expect(await second).toMatchObject({ code: 'provider_failed', retryable: true })
})

it('leaves its connection to the next answer when it is complete before its body', async () => {
  for (let answers = 0; answers < 3; answers++) {
    response = undefined
    const answer = open(undefined, true)
    const first = answer.next()
    await begun()
    say('all')
    await first
    expect((await answer.next()).done).toBe(true)
    expect(context.clock.pending).toBe(1)
    finish()
    await until(() => context.clock.pending === 0)
    await arrive()
  }
  expect(connections).toBe(1)
})

it('gives up a body that does not end after its answer', async () => {
  const answer = open(undefined, true)
  const first = answer.next()
  await begun()
  say('all')
  await first
  expect((await answer.next()).done).toBe(true)
  const gone = new Promise<void>(resolve => response?.once('close', resolve))
  await context.clock.advance(1_000)
  await gone
  expect(context.clock.pending).toBe(0)
})
