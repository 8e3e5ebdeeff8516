import { ParleyError } from '@parley/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventOf, replyId, type Stage, startStage, tone } from './harness.test.support.js'

let stage: Stage

beforeEach(async () => {
  stage = await startStage()
})

afterEach(() => stage.close())

/** A promise and the function that resolves it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}

/** Resolves when the host has been asked. */
async function asked(): Promise<void> {
  while (stage.host.requests.length === 0) await new Promise(setImmediate)
}

describe('the handshake of a voice socket', () => {
  it('answers hello with ready, naming the session and the formats with their defaults', async () => {
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1, agent: 'reception' })
    expect(await client.next('ready')).toEqual({
      type: 'ready',
      version: 1,
      session: 'ses_1',
      resumeToken: 'tok_1',
      resumed: false,
      agent: 'reception',
      language: 'en',
      recogniser: null,
      voice: 'flite',
      input: { codec: 'pcm16', sampleRate: 16_000 },
      output: { codec: 'pcm16', sampleRate: 24_000 },
    })
    expect(stage.host.requests[0]).toMatchObject({ principal: { tenant: 'acme', subject: 'ann' } })
  })

  it('sends ready before anything the session says while it opens', async () => {
    stage.host.onOpen = ({ transport }) => {
      transport.send(eventOf({ kind: 'session-started', atMs: 0, session: 'ses_1', language: 'en' }))
      transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs: 0 }, replyId('r1'))
      transport.duck(true)
    }
    const { client } = await stage.talk()
    await client.settle()
    expect(client.order).toEqual(['ready', 'session-started', 'audio-begin', 'audio', 'duck', 'pong'])
  })

  it('hands the session what came between hello and ready, in order', async () => {
    const { opened, open } = gate()
    stage.host.gate = opened
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1 })
    client.send(new Uint8Array(320))
    client.send({ type: 'text', text: 'hi' })
    client.send({ type: 'ping', id: 7 })
    client.send(new Uint8Array(640))
    await asked()
    open()
    expect(await client.next('pong')).toEqual({ type: 'pong', id: 7 })
    await client.settle()
    const [session] = stage.host.sessions
    expect(session?.frames.map(({ samples, atMs }) => [samples.length, atMs])).toEqual([
      [160, 0],
      [320, 10],
    ])
    expect(session?.calls).toEqual(['text hi'])
  })

  it('drops what does not fit before ready and says so', async () => {
    await stage.close()
    stage = await startStage({ keptBytes: 2_000 })
    const { opened, open } = gate()
    stage.host.gate = opened
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1 })
    for (let i = 0; i < 5; i++) client.send(new Uint8Array(640))
    await asked()
    // The five frames and the hello share one connection: when this ping is in, they are.
    await new Promise(resolve => {
      client.socket.once('pong', resolve)
      client.socket.ping()
    })
    open()
    expect(await client.next('warning')).toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('3 messages'),
    })
    await client.settle()
    expect(stage.host.sessions[0]?.frames).toHaveLength(2)
  })

  it('closes with 4408 when no hello comes within 5 s', async () => {
    const client = await stage.connect()
    while (stage.sockets.length === 0) await new Promise(setImmediate)
    stage.clock.advance(4_999)
    expect(client.messages).toEqual([])
    stage.clock.advance(1)
    expect(await client.next('error')).toMatchObject({ code: 'timeout', fatal: true })
    expect(await client.closed).toEqual({ code: 4408, reason: 'no_hello' })
  })

  it.each([
    ['another message', JSON.stringify({ type: 'ping', id: 1 }), '`hello`'],
    ['sound', Buffer.alloc(320), '`hello`'],
    ['no JSON', 'hello?', 'not JSON'],
    ['an unknown version', JSON.stringify({ type: 'hello', version: 2 }), 'version 1'],
    [
      'an Opus rate that does not exist',
      JSON.stringify({ type: 'hello', version: 1, input: { codec: 'opus', sampleRate: 44_100 } }),
      '`input.sampleRate`',
    ],
    ['a language that is none', JSON.stringify({ type: 'hello', version: 1, language: 'E N' }), '`language`'],
  ])('closes with 4400 when the first message is %s', async (_, first, named) => {
    const client = await stage.connect()
    client.send(first)
    expect(await client.next('error')).toMatchObject({
      code: 'bad_message',
      fatal: true,
      message: expect.stringContaining(named),
    })
    expect(await client.closed).toEqual({ code: 4400, reason: 'bad_message' })
    expect(stage.host.requests).toEqual([])
  })

  it.each([
    ['not_found', 4404],
    ['forbidden', 4403],
    ['rate_limited', 4429],
    ['overloaded', 1013],
    ['draining', 1012],
    ['voice_unavailable', 1011],
  ] as const)('tells a refusal for %s and closes with %i', async (code, closeCode) => {
    stage.host.refusal = new ParleyError(code, 'Because.', { details: { retryAfterMs: 5000, limit: 3 } })
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1 })
    expect(await client.next('error')).toEqual({
      type: 'error',
      code,
      message: 'Because.',
      fatal: true,
      retryAfterMs: 5000,
      details: { limit: 3 },
    })
    expect(await client.closed).toEqual({ code: closeCode, reason: code })
  })

  it('keeps what a foreign fault says out of the wire and in the log', async () => {
    stage.host.refusal = new Error('password=hunter2')
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1 })
    const error = await client.next('error')
    expect(error).toMatchObject({ code: 'internal', fatal: true })
    expect(JSON.stringify(error)).not.toContain('hunter2')
    expect((await client.closed).code).toBe(1011)
    expect(stage.log.some(({ facts }) => 'error' in facts && facts.error === stage.host.refusal)).toBe(true)
  })

  it('resumes with the token and refuses a wrong one with 4404', async () => {
    const { session } = await stage.talk({ resume: 'tok_1' })
    expect(stage.host.requests[0]).toMatchObject({ token: 'tok_1' })
    expect(session.calls).toEqual([])
    const other = await stage.connect()
    other.send({ type: 'hello', version: 1, resume: 'tok_x' })
    expect(await other.next('error')).toMatchObject({ code: 'resume_failed', fatal: true })
    expect((await other.closed).code).toBe(4404)
  })

  it('never writes a resume token into the log', async () => {
    const { client } = await stage.talk({ resume: 'tok_1' })
    client.socket.terminate()
    await stage.host.sessions[0]?.closed
    expect(JSON.stringify(stage.log)).not.toContain('tok_')
  })

  it('ends a session that opens after the socket has gone, and tells the host early', async () => {
    const { opened, open } = gate()
    stage.host.gate = opened
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1 })
    await asked()
    const signal = stage.host.requests[0]?.signal
    const aborted = new Promise(resolve => signal?.addEventListener('abort', resolve))
    client.socket.terminate()
    await aborted
    open()
    while (stage.host.sessions.length === 0) await new Promise(setImmediate)
    expect(await stage.host.sessions[0]?.closed).toBe('client')
    expect(stage.host.sessions[0]?.calls).toEqual(['closed client'])
  })

  it('leaves a resumed session waiting when its new socket goes before ready', async () => {
    const { opened, open } = gate()
    stage.host.gate = opened
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1, resume: 'tok_1' })
    await asked()
    const aborted = new Promise(resolve => stage.host.requests[0]?.signal.addEventListener('abort', resolve))
    client.socket.terminate()
    await aborted
    open()
    while (stage.host.sessions.length === 0) await new Promise(setImmediate)
    expect(await stage.host.sessions[0]?.closed).toBe('lost')
  })

  it('gives up on a host that does not answer, and undoes its late answer', async () => {
    const { opened, open } = gate()
    stage.host.gate = opened
    const client = await stage.connect()
    client.send({ type: 'hello', version: 1 })
    await asked()
    stage.clock.advance(15_000)
    expect(await client.next('error')).toMatchObject({ code: 'timeout', fatal: true })
    expect((await client.closed).code).toBe(1013)
    open()
    while (stage.host.sessions.length === 0) await new Promise(setImmediate)
    expect(await stage.host.sessions[0]?.closed).toBe('error')
  })

  it('leaves no timer behind', async () => {
    const { client, session } = await stage.talk()
    client.socket.terminate()
    await session.closed
    expect(stage.clock.waiting).toBe(0)
  })
})
