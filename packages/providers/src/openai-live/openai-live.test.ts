import { encodeUlaw } from '@parley/audio'
import { type DuplexEvent, type DuplexMessage, type DuplexSession, systemClock } from '@parley/core'
import {
  codedBrains,
  codeSpeech,
  openOpenAiLiveSim,
  readSpeech,
  seededRandom,
  type VendorSim,
} from '@parley/sim'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { type ScriptedSocket, type ScriptedWorld, scriptedWorld } from '../wire/scripted-socket.test-kit.js'
import { eventually, rigFor, tellingKey } from '../wire/vendor-rig.test-kit.js'
import { appendPieces } from './append-pieces.js'
import { openaiLive } from './index.js'
import { readLiveMessage } from './read-event.js'

interface Scene extends ScriptedWorld {
  readonly session: DuplexSession
  readonly events: DuplexEvent[]
  readonly socket: ScriptedSocket
  readonly outcomes: ReturnType<typeof tellingKey>['outcomes']
}

const started = { type: 'session.started', event_id: 'e', session: { expires_at: 100 } }

async function scene(
  options: object = {},
  asked: { rate?: number; memory?: readonly DuplexMessage[] } = {},
): Promise<Scene> {
  const { keys, outcomes } = tellingKey()
  let ids = 0
  const world = scriptedWorld({ keys, newId: () => `id-${++ids}` })
  const events: DuplexEvent[] = []
  const session = model(options, world.context).open({
    language: 'en',
    rate: asked.rate ?? 24_000,
    instructions: 'be brief',
    memory: asked.memory ?? [],
    clock: world.clock,
    onEvent: event => void events.push(event),
  })
  await world.settle()
  const [socket] = world.sockets
  if (socket === undefined) throw new Error('no socket')
  return { ...world, session, events, socket, outcomes }
}

function model(options: object, context: ScriptedWorld['context']) {
  const made = openaiLive.live?.create({ model: 'gpt-live-1', ...options }, context)
  if (made === undefined) throw new Error('no slot')
  return made
}

const clientMisfits = misfitsOf('openai/live.strict', 'ClientEvent')

function fits(socket: ScriptedSocket): void {
  expect(clientMisfits(socket.said.map(message => ({ path: '', message })))).toEqual([])
}

describe('OpenAI Live', () => {
  it('begins with all that is fixed, and what was said before as messages of one part', async () => {
    const memory: readonly DuplexMessage[] = [
      { role: 'system', text: 'It is Monday.' },
      { role: 'user', text: 'hello' },
      { role: 'assistant', text: 'good day' },
      { role: 'user', text: ' ' },
    ]
    const { socket } = await scene({ voice: 'cedar', acknowledgementDelayMs: 300 }, { memory })
    socket.open()
    expect(socket.options.url).toBe('https://vendor.test/live/sessions')
    expect(socket.said).toEqual([
      {
        type: 'session.start',
        event_id: 'id-1',
        session: {
          model: 'gpt-live-1',
          instructions: 'be brief',
          audio: { format: { type: 'audio/pcm', rate: 24_000 }, output: { voice: 'cedar' } },
          delegation: { type: 'client', acknowledgement_delay_ms: 300 },
          input: [
            { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'It is Monday.' }] },
            { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
            { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'good day' }] },
          ],
          store: false,
        },
      },
    ])
    fits(socket)
  })

  it('begins with the newest 128 messages of a long talk', async () => {
    const memory = Array.from({ length: 300 }, (_, at) => ({ role: 'user' as const, text: `m${at}` }))
    const { socket } = await scene({}, { memory })
    socket.open()
    const { input } = socket.said[0]?.session ?? {}
    expect(input).toHaveLength(128)
    expect(input.at(-1).content[0].text).toBe('m299')
  })

  it('tells no end that is past already', async () => {
    const { socket, events } = await scene({})
    socket.open()
    socket.say({ ...started, session: { expires_at: 0 } })
    expect(events).toEqual([{ kind: 'ready' }])
  })

  it('keeps sound until the session stands, and sends it in messages of one length', async () => {
    const { session, socket, events } = await scene({ maxWaitingMs: 120 })
    socket.open()
    for (let frame = 0; frame < 12; frame++) session.hear(new Int16Array(480).fill(frame))
    expect(socket.saidOf('session.input_audio.append')).toEqual([])
    socket.say(started)
    expect(events).toEqual([{ kind: 'ready', expiresAtMs: 100_000 }])
    const kept = socket.saidOf('session.input_audio.append')
    expect(kept.map(({ audio }) => Buffer.from(audio, 'base64').readInt16LE(0))).toEqual([6, 9])
    session.hear(new Int16Array(1_440).fill(7))
    expect(socket.saidOf('session.input_audio.append')).toHaveLength(3)
    fits(socket)
  })

  it('leaves the sound of a telephone as it is', async () => {
    const { session, socket, events } = await scene({}, { rate: 8_000 })
    socket.open()
    socket.say(started)
    expect(socket.said[0]?.session.audio.format).toEqual({ type: 'audio/pcmu', rate: 8_000 })
    const samples = Int16Array.from({ length: 480 }, (_, at) => at * 8)
    session.hear(samples)
    const audio = Buffer.from(encodeUlaw(samples)).toString('base64')
    expect(socket.saidOf('session.input_audio.append')).toMatchObject([{ audio }])
    socket.say({ type: 'session.output_audio.delta', delta: audio })
    expect(events.at(-1)).toMatchObject({ kind: 'audio', samples: expect.objectContaining({ length: 480 }) })
  })

  it('gives words with their times, sound and delegations', async () => {
    const { socket, events } = await scene()
    socket.open()
    socket.say(
      started,
      { type: 'session.input_transcript.delta', event_id: 'a', delta: ' hi', start_ms: 10, end_ms: 90 },
      { type: 'session.output_transcript.delta', event_id: 'b', delta: 'Hello', start_ms: 200, end_ms: 300 },
      { type: 'session.output_audio.delta', delta: Buffer.from([1, 0, 2, 0]).toString('base64') },
      {
        type: 'session.delegation.created',
        event_id: 'c',
        delegation: { id: 'd', type: 'delegation', target: 'client' },
        offset_ms: 400,
      },
      {
        type: 'session.delegation.created',
        event_id: 'c',
        delegation: { id: 'r', type: 'delegation', target: 'responses' },
        offset_ms: 400,
      },
      { type: 'session.usage.updated', event_id: 'u', usage: { seconds: 1 } },
      { type: 'something.new' },
    )
    expect(events.slice(1)).toEqual([
      { kind: 'heard', text: ' hi', startMs: 10, endMs: 90 },
      { kind: 'said', text: 'Hello', startMs: 200, endMs: 300 },
      { kind: 'audio', samples: Int16Array.of(1, 2) },
      { kind: 'delegation', id: 'd', atMs: 400 },
    ])
  })

  it('sends context with its delegation, cut to what an append holds, and keeps it until the session stands', async () => {
    const { session, socket } = await scene()
    socket.open()
    session.instruct('be kind')
    expect(socket.saidOf('session.instructions.append')).toEqual([])
    socket.say(started)
    session.think('looking', 'd')
    session.tell('It ships on Monday. '.repeat(100), 'd')
    expect(socket.saidOf('session.instructions.append')).toMatchObject([
      { content: 'be kind', delegation_id: null },
    ])
    expect(socket.saidOf('session.thinking.append')).toMatchObject([
      { content: 'looking', delegation_id: 'd' },
    ])
    const told = socket.saidOf('session.commentary.append')
    expect(told).toHaveLength(2)
    expect(told.map(({ content }) => content).join(' ')).toBe('It ships on Monday. '.repeat(100).trim())
    expect(new Set(socket.said.map(({ event_id }) => event_id)).size).toBe(socket.said.length)
    fits(socket)
  })

  it('says of a refusal what it is, and goes on', async () => {
    const { socket, events } = await scene()
    socket.open()
    const error = {
      type: 'invalid_request_error',
      code: 'invalid_value',
      message: 'no',
      client_event_id: 'id-3',
    }
    socket.say(started, { type: 'error', event_id: 'x', error })
    expect(events.at(-1)).toMatchObject({ kind: 'refused', error: { code: 'provider_rejected' } })
    expect(socket.closed).toBe(false)
  })

  it.each([
    ['expired', { type: 'session.closed', reason: 'expired' }, 'provider_failed', true],
    ['closed for its content', { type: 'session.closed', reason: 'content' }, 'provider_rejected', false],
    [
      'out of credit',
      { type: 'error', error: { type: 'x', code: 'credit_balance_exhausted', message: 'pay' } },
      'provider_quota',
      false,
    ],
    [
      'not entitled',
      { type: 'error', error: { type: 'x', code: 'model_not_found', message: 'no' } },
      'provider_rejected',
      false,
    ],
    [
      'failing',
      { type: 'error', error: { type: 'server_error', code: 'server_error', message: 'oh' } },
      'provider_failed',
      true,
    ],
    ['not of the protocol', { type: 'session.output_audio.delta' }, 'provider_failed', true],
  ])('is lost once when the session is %s', async (_, message, code, retryable) => {
    const { socket, events, session } = await scene()
    socket.open()
    socket.say(started, message, message)
    session.hear(new Int16Array(4_800))
    session.tell('x')
    session.close()
    expect(events.slice(1)).toMatchObject([{ kind: 'lost', error: { code, retryable } }])
    expect(socket.closed).toBe(true)
  })

  it('is lost when the session does not begin in time, or is refused', async () => {
    const late = await scene({ startTimeoutMs: 1_000 })
    late.socket.open()
    await late.clock.advance(1_000)
    expect(late.events).toMatchObject([{ kind: 'lost', error: { code: 'timeout' } }])
    const refused = await scene()
    refused.socket.open()
    refused.socket.say({
      type: 'error',
      error: { type: 'invalid_request_error', code: 'unknown_parameter', message: 'no' },
    })
    expect(refused.events).toMatchObject([{ kind: 'lost', error: { code: 'provider_rejected' } }])
  })

  it('tells its key what became of it, and asks the vendor to close', async () => {
    const { socket, session, outcomes, events } = await scene()
    socket.open()
    socket.say(started)
    session.close()
    session.close()
    expect(socket.saidOf('session.close')).toHaveLength(1)
    expect(outcomes).toEqual([{ kind: 'fine' }])
    expect(events).toHaveLength(1)
  })
})

describe('OpenAI Live against its simulation', () => {
  let sim: VendorSim | undefined
  afterEach(() => sim?.close())

  async function open(keys: readonly string[] = ['secret-key']) {
    sim = await openOpenAiLiveSim({
      clock: systemClock,
      random: seededRandom(1),
      brains: codedBrains(),
      keys,
    })
    const events: DuplexEvent[] = []
    const live = model({}, rigFor(sim))
    const session = live.open({
      language: 'en',
      rate: 24_000,
      instructions: '',
      memory: [],
      clock: systemClock,
      onEvent: event => void events.push(event),
    })
    return { sim, session, live, events }
  }

  it('talks', async () => {
    const { sim, session, events, live } = await open()
    session.hear(codeSpeech('hi you', 24_000).samples)
    session.hear(new Int16Array(24 * 640))
    const sound = () => events.flatMap(event => (event.kind === 'audio' ? [...event.samples] : []))
    await eventually(() => readSpeech(Int16Array.from(sound()), 24_000).text === 'hi you')
    const texts = (kind: 'heard' | 'said') =>
      events.flatMap(event => (event.kind === kind ? [event.text] : [])).join('')
    expect([texts('heard'), texts('said')]).toEqual([' hi you', 'hi you'])
    expect(sim.complaints).toEqual([])
    expect(clientMisfits(sim.received)).toEqual([])
    await live.close?.()
    await eventually(() => sim.counts.open === 0)
  })

  it('names a key that is refused', async () => {
    const { events } = await open(['another'])
    await eventually(() => events.length > 0)
    expect(events).toMatchObject([{ kind: 'lost', error: { code: 'provider_refused' } }])
    expect(JSON.stringify(events)).not.toContain('secret-key')
  })

  it('is lost when the connection breaks', async () => {
    const { sim, session, events } = await open()
    sim.behave({ fault: { kind: 'drop', stage: 'middle' } })
    session.hear(codeSpeech('hello there', 24_000).samples)
    session.hear(new Int16Array(24 * 640))
    await eventually(() => events.at(-1)?.kind === 'lost')
    expect(events.filter(({ kind }) => kind === 'lost')).toHaveLength(1)
  })
})

describe('readLiveMessage', () => {
  it('never throws, and gives what it promises', () => {
    const times = fc.oneof(fc.double(), fc.string(), fc.constant(undefined), fc.nat())
    const types = fc.constantFrom(
      'session.started',
      'session.output_audio.delta',
      'session.input_transcript.delta',
      'session.output_transcript.delta',
      'session.delegation.created',
      'error',
      'session.closed',
      'x',
      '',
    )
    const event = fc.record(
      {
        type: fc.oneof(types, fc.anything()),
        delta: fc.oneof(fc.string(), fc.anything()),
        start_ms: times,
        end_ms: times,
        offset_ms: times,
        error: fc.oneof(fc.record({ client_event_id: fc.oneof(fc.string(), fc.nat()) }), fc.anything()),
        session: fc.oneof(fc.record({ expires_at: times }), fc.anything()),
        delegation: fc.oneof(
          fc.record({ id: fc.oneof(fc.string(), fc.nat()), target: fc.constantFrom('client', 'x') }),
          fc.anything(),
        ),
      },
      { requiredKeys: [] },
    )
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      event.map(value => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? 0 : each)) ?? ''),
    )
    fc.assert(
      fc.property(texts, text => {
        const read = readLiveMessage(text)
        if (read?.kind === 'heard' || read?.kind === 'said') {
          expect(Number.isFinite(read.startMs) && read.startMs >= 0 && read.endMs >= read.startMs).toBe(true)
          expect(typeof read.text).toBe('string')
        }
        if (read?.kind === 'delegation') expect(typeof read.id).toBe('string')
        if (read?.kind === 'started' && read.expiresAtS !== undefined)
          expect(Number.isFinite(read.expiresAtS)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('appendPieces', () => {
  it('loses nothing, and gives no piece that is too long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.lorem(), fc.string({ unit: 'grapheme' }), fc.constant('好的。')), {
          maxLength: 200,
        }),
        words => {
          const text = words.join(' ')
          const pieces = appendPieces(text)
          for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(1_500)
          if (pieces.length < 8) expect(pieces.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
        },
      ),
      { numRuns: 100 },
    )
  })
})
