import { ParleyError } from '@parley/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, replyId, type Stage, startStage, tone } from './harness.test.support.js'

let stage: Stage

beforeEach(async () => {
  stage = await startStage()
})

afterEach(() => stage.close())

describe('what a client sends in a voice session', () => {
  it('reaches the session as frames on one media time, whatever the pauses between them', async () => {
    const { client, session } = await stage.talk({ input: { codec: 'pcm16', sampleRate: 8000 } })
    const sound = tone(480, 8000)
    client.send(bytesOf(sound.subarray(0, 160)))
    await client.settle()
    stage.clock.advance(7_000)
    client.send(bytesOf(sound.subarray(160, 240)))
    client.send(bytesOf(sound.subarray(240)))
    await client.settle()
    expect(session.frames.map(({ rate, atMs }) => [rate, atMs])).toEqual([
      [8000, 0],
      [8000, 20],
      [8000, 30],
    ])
    expect(session.frames.flatMap(({ samples }) => [...samples])).toEqual([...sound])
  })

  it('becomes calls of the inbox', async () => {
    const { client, session } = await stage.talk()
    client.send({ type: 'text', text: '  what time is it?  ' })
    client.send({ type: 'commit' })
    client.send({ type: 'interrupt' })
    expect(await client.next('interrupted')).toEqual({ type: 'interrupted', heard: null })
    session.heard = {
      reply: replyId('r1'),
      ms: 120,
      text: 'It is',
      complete: false,
      source: 'reported',
      errorMs: 20,
    }
    client.send({ type: 'interrupt' })
    expect(await client.next('interrupted')).toEqual({ type: 'interrupted', heard: session.heard })
    expect(session.calls).toEqual(['text what time is it?', 'commit', 'interrupt', 'interrupt'])
  })

  it('says bye and is closed with 1000 by the session, or after a grace by the socket', async () => {
    const first = await stage.talk()
    first.client.send({ type: 'bye' })
    expect(await first.session.closed).toBe('client')
    first.session.transport.close('client')
    expect(await first.client.closed).toEqual({ code: 1000, reason: 'client' })
    const second = await stage.talk()
    second.client.send({ type: 'bye' })
    second.client.send({ type: 'text', text: 'too late' })
    expect(await second.session.closed).toBe('client')
    stage.clock.advance(6_000)
    expect((await second.client.closed).code).toBe(1000)
    expect(second.session.calls).toEqual(['closed client'])
  })

  it.each([
    ['a normal close', 1000, 'client'],
    ['going away', 1001, 'lost'],
    ['a close without a code', undefined, 'client'],
    ['a cancelled client', 4499, 'client'],
    ['a client in trouble', 1011, 'lost'],
  ])('ends by %s and tells the session so', async (_, code, reason) => {
    const { client, session } = await stage.talk()
    client.socket.close(code)
    expect(await session.closed).toBe(reason)
  })

  it('breaks without a word and the session is told that the leg is lost', async () => {
    const { client, session } = await stage.talk()
    client.socket.terminate()
    expect(await session.closed).toBe('lost')
    expect(session.calls).toEqual(['closed lost'])
  })
})

describe('reports of what was played', () => {
  it('count when they grow, up to what was sent, and while the reply goes on', async () => {
    const { client, session } = await stage.talk({ reportsPlayed: true })
    const { transport } = session
    expect(transport.reportsPlayed).toBe(true)
    const played = (reply: string, ms: number) => client.send({ type: 'played', reply, ms })
    transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs: 0 }, replyId('r1'))
    transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs: 20 }, replyId('r1'))
    played('unknown', 10)
    played('r1', 15)
    played('r1', 10)
    played('r1', 15)
    played('r1', 5_000)
    await client.settle()
    expect(session.calls).toEqual(['played r1 15', 'played r1 40'])
    const heard = {
      reply: replyId('r1'),
      ms: 40,
      text: '',
      complete: true,
      source: 'reported',
      errorMs: 0,
    } as const
    transport.send({
      kind: 'reply-ended',
      atMs: 9,
      turn: 't1' as never,
      reply: replyId('r1'),
      said: '',
      heard,
      interrupted: false,
    })
    transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs: 0 }, replyId('r2'))
    played('r1', 41)
    played('r2', 20)
    await client.settle()
    expect(session.calls.slice(2)).toEqual(['played r2 20'])
  })

  it('still count after a clear, for the last one corrects what was heard', async () => {
    const { client, session } = await stage.talk({ reportsPlayed: true })
    session.transport.play({ samples: tone(480, 24_000), rate: 24_000, atMs: 0 }, replyId('r1'))
    session.transport.clear(replyId('r1'))
    await client.next('clear')
    client.send({ type: 'played', reply: 'r1', ms: 12 })
    await client.settle()
    expect(session.calls).toEqual(['played r1 12'])
  })
})

describe('bad messages', () => {
  it.each([
    ['no JSON', '{"type":', 'bad_message', 'not JSON'],
    ['a list', '[]', 'bad_message', 'JSON object'],
    ['an unknown type', '{"type":"sing"}', 'bad_message', '`type`'],
    ['no type', '{}', 'bad_message', '`type`'],
    ['a wrong field', '{"type":"played","reply":"r1","ms":"9"}', 'bad_message', '`ms` of `played`'],
    ['empty text', '{"type":"text","text":"   "}', 'bad_message', '`text` of `text`'],
    ['a second hello', '{"type":"hello","version":1}', 'bad_message', 'comes once'],
    ['an odd number of bytes', Buffer.alloc(321), 'bad_audio', '321 bytes'],
    ['over a second of sound', Buffer.alloc(32_002), 'bad_audio', 'over 1 s'],
    ['an over-long message', Buffer.alloc(140_000), 'too_large', '131072'],
  ])(
    'of the kind "%s" are answered by an error that leaves the session alive',
    async (_, bad, code, named) => {
      const { client, session } = await stage.talk()
      client.send(bad)
      expect(await client.next('error')).toMatchObject({
        code,
        fatal: false,
        message: expect.stringContaining(named),
      })
      client.send({ type: 'text', text: 'still here' })
      await client.settle()
      expect(session.calls).toEqual(['text still here'])
    },
  )

  it('end the session with 1008 when three come in a row', async () => {
    const { client, session } = await stage.talk()
    for (const bad of ['x', Buffer.alloc(3), '{"type":"sing"}', '{"type":"text","text":"late"}'])
      client.send(bad)
    expect(await session.closed).toBe('protocol')
    expect(await client.closed).toEqual({ code: 1008, reason: 'bad_message;in_a_row=3' })
    expect(client.messages.filter(({ type }) => type === 'error')).toMatchObject([
      { fatal: false },
      { fatal: false },
      { fatal: true },
    ])
    expect(session.calls).toEqual(['closed protocol'])
  })

  it('are forgiven by a good message, typed or spoken, but not by an empty one', async () => {
    const { client, session } = await stage.talk()
    for (const good of ['{"type":"commit"}', Buffer.alloc(320)]) {
      client.send('x')
      client.send('x')
      client.send(good)
    }
    await client.settle()
    expect(session.calls).toEqual(['commit'])
    client.send('x')
    client.send('x')
    client.send(Buffer.alloc(0))
    client.send('x')
    expect(await session.closed).toBe('protocol')
  })

  it('over what ws takes break the leg with 1009', async () => {
    const { client, session } = await stage.talk()
    client.send(Buffer.alloc(600_000))
    expect((await client.closed).code).toBe(1009)
    expect(await session.closed).toBe('lost')
  })
})

describe('too much', () => {
  it('is more messages than 200 a second for long: 4429', async () => {
    const { client, session } = await stage.talk()
    for (let i = 0; i < 1_001; i++) client.send('{"type":"commit"}')
    expect(await client.next('error')).toMatchObject({ code: 'rate_limited', fatal: true })
    expect((await client.closed).code).toBe(4429)
    expect(await session.closed).toBe('protocol')
  })

  it('is not 200 messages a second', async () => {
    const { client, session } = await stage.talk()
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 199; i++) client.send('{"type":"commit"}')
      await client.settle()
      stage.clock.advance(1_000)
    }
    expect(session.calls).toHaveLength(1_990)
  })

  it('is ten seconds more of sound than of time: 4429', async () => {
    const { client, session } = await stage.talk()
    const second = Buffer.alloc(32_000)
    for (let i = 0; i < 10; i++) client.send(second)
    await client.settle()
    stage.clock.advance(1_000)
    client.send(second)
    await client.settle()
    expect(session.frames).toHaveLength(11)
    client.send(second)
    expect((await client.closed).code).toBe(4429)
  })
})

describe('a fault of the session', () => {
  it('closes the socket with 1011 and tells the client nothing of it', async () => {
    const { client, session } = await stage.talk()
    session.failure = new Error('secret')
    client.send(Buffer.alloc(320))
    const error = await client.next('error')
    expect(error).toMatchObject({ code: 'internal', fatal: true })
    expect(JSON.stringify(error)).not.toContain('secret')
    expect((await client.closed).code).toBe(1011)
    expect(await session.closed).toBe('error')
  })

  it('is told apart from a fault of the client', async () => {
    const { client, session } = await stage.talk()
    session.failure = new ParleyError('engine_failed')
    client.send(Buffer.alloc(320))
    expect((await client.closed).code).toBe(1011)
  })
})
