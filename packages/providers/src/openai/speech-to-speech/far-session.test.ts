import type { FarSessionOptions } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { greet, type ScriptedSocket, scriptedServer } from '../scripted-realtime.test-kit.js'
import { type FarRig, farRig, priceTool } from './far-rig.test-kit.js'
import { openaiRealtime } from './far-slot.js'

function setUp(options: object = {}, asked: Partial<FarSessionOptions> = {}) {
  const server = scriptedServer()
  const model = openaiRealtime.create(
    { model: 'm-1', transcription: { model: 't-1' }, ...options },
    server.context,
  )
  const far = farRig(model, { clock: server.clock, ...asked })
  return { server, model, far }
}

async function ready(options: object = {}, asked: Partial<FarSessionOptions> = {}) {
  const { server, model, far } = setUp(options, asked)
  const socket = await greet(server)
  return { server, model, far, socket, clock: server.clock }
}

const created = (id: string, ask?: string) => ({
  type: 'response.created',
  response: { id, status: 'in_progress', metadata: ask === undefined ? null : { ask } },
})
const done = (id: string, status = 'completed', more: object = {}) => ({
  type: 'response.done',
  response: { id, status, metadata: null, ...more },
})
const sound = (id: string, item = 'i-1', ms = 100) => ({
  type: 'response.output_audio.delta',
  ...{ response_id: id, item_id: item, content_index: 0 },
  delta: Buffer.alloc(ms * 48).toString('base64'),
})
const words = (id: string, delta: string, item = 'i-1') => ({
  type: 'response.output_audio_transcript.delta',
  ...{ response_id: id, item_id: item, content_index: 0, delta },
})
const refusal = (event_id: string, code: string) => ({
  type: 'error',
  error: { type: 'invalid_request_error', code, message: code, param: null, event_id },
})
const ends = (far: FarRig) => far.of('response-done').map(({ ask, outcome }) => `${ask} ${outcome}`)
const kinds = (far: FarRig) => far.events.map(({ kind }) => kind)
const sent = (socket: ScriptedSocket) =>
  socket.said.map(({ type }) => String(type)).filter(type => type !== 'session.update')

describe('a far conversation before it stands', () => {
  it('keeps what is asked, in order, and sends it behind the settings', async () => {
    const { server, far } = setUp()
    far.session.add({ kind: 'message', id: 'i-1', role: 'assistant', text: 'hello' })
    far.silence(200)
    far.session.commit()
    far.session.respond({ id: 'a-1' })
    const socket = await greet(server)
    expect(sent(socket)).toEqual([
      'conversation.item.create',
      ...Array(5).fill('input_audio_buffer.append'),
      'input_audio_buffer.commit',
      'response.create',
    ])
    expect(socket.said[0]).toMatchObject({ type: 'session.update', session: { type: 'realtime' } })
    expect(kinds(far)).toEqual(['ready'])
  })

  it('drops the sound that is too much, and says so', async () => {
    const { server, far } = setUp({ maxWaitingMs: 1_000 })
    far.silence(1_400)
    const socket = await greet(server)
    expect(socket.saidOf('input_audio_buffer.append')).toHaveLength(25)
    far.silence(100)
    await server.clock.advance(0)
    expect(far.of('refused').map(({ error }) => [error.code, error.details])).toEqual([
      ['too_large', {}],
      ['too_large', { droppedMs: 400 }],
    ])
    socket.say({ type: 'input_audio_buffer.speech_started', audio_start_ms: 740, item_id: 'u' })
    expect(far.of('speech-start')).toMatchObject([{ atMs: 1_440 }])
  })

  it('tells when it ends, on the clock of the session', async () => {
    const { server, far } = setUp()
    await server.clock.advance(0)
    const [socket] = server.sockets
    socket?.open()
    await server.clock.advance(500)
    socket?.say(
      { type: 'session.created', session: { expires_at: 3_600 } },
      { type: 'session.updated', session: { expires_at: 3_600 } },
    )
    expect(far.events).toEqual([{ kind: 'ready', expiresAtMs: 3_600_500 }])
  })

  it('is lost with what was asked if the settings are refused', async () => {
    const { server, far } = setUp()
    far.session.respond({ id: 'a-1' })
    await server.clock.advance(0)
    const [socket] = server.sockets
    socket?.open()
    socket?.say({ type: 'session.created', session: {} }, refusal('id-1', 'invalid_value'))
    expect(kinds(far)).toEqual(['response-done', 'lost'])
    expect(far.of('lost')[0]?.error).toMatchObject({ code: 'provider_rejected', retryable: false })
    expect(server.outcomes).toEqual([{ kind: 'unknown' }])
  })
})

describe('the caller’s turns', () => {
  it('answers commits in order, those without sound by itself', async () => {
    const { far, socket, clock } = await ready()
    far.silence(200)
    far.session.commit()
    far.silence(60)
    far.session.commit()
    far.session.commit()
    await clock.advance(0)
    expect(kinds(far)).toEqual(['ready'])
    socket.say({ type: 'input_audio_buffer.committed', item_id: 'u-1' })
    expect(far.events.slice(1)).toEqual([
      { kind: 'committed', item: 'u-1' },
      { kind: 'commit-empty' },
      { kind: 'commit-empty' },
    ])
    far.session.commit()
    expect(far.of('commit-empty')).toHaveLength(2)
    await clock.advance(0)
    expect(far.of('commit-empty')).toHaveLength(3)
    expect(sent(socket).filter(type => type.endsWith('clear'))).toHaveLength(1)
    expect(socket.saidOf('input_audio_buffer.commit')).toHaveLength(1)
  })

  it('takes the vendor’s word that there was nothing', async () => {
    const { far, socket } = await ready({}, { turns: { by: 'silence' } })
    far.session.commit()
    const [{ event_id } = {}] = socket.saidOf('input_audio_buffer.commit')
    socket.say(refusal(event_id, 'input_audio_buffer_commit_empty'))
    expect(kinds(far)).toEqual(['ready', 'commit-empty'])
  })

  it('is lost when a turn is not taken in time', async () => {
    const { far, clock, server } = await ready({ firstOutputTimeoutMs: 3_000 })
    far.silence(100)
    far.session.commit()
    await clock.advance(3_000)
    expect(far.events.at(-1)).toMatchObject({ kind: 'lost', error: { code: 'timeout', retryable: true } })
    expect(clock.pending).toBe(0)
    expect(server.outcomes).toHaveLength(1)
  })

  it('forgets sound that was not committed', async () => {
    const { far, socket, clock } = await ready()
    far.silence(210)
    far.session.forgetSound()
    far.session.commit()
    await clock.advance(0)
    expect(sent(socket).at(-1)).toBe('input_audio_buffer.clear')
    expect(far.of('commit-empty')).toHaveLength(1)
  })

  it.each([
    [{ by: 'gateway' }, null],
    [
      { by: 'silence', threshold: 0.4, silenceMs: 300, prefixMs: 100 },
      { type: 'server_vad', threshold: 0.4, silence_duration_ms: 300, prefix_padding_ms: 100 },
    ],
    [
      { by: 'meaning', eagerness: 'low' },
      { type: 'semantic_vad', eagerness: 'low' },
    ],
  ] as const)('lets %j find their end, and never answer', async (turns, detection) => {
    const { socket } = await ready({}, { turns })
    const ours = { create_response: false, interrupt_response: false }
    const asked = detection === null ? null : { ...detection, ...ours }
    expect(socket.said[0]?.session.audio.input.turn_detection).toEqual(asked)
  })

  it('finds the voice within what the vendor pads, by what the session really is', async () => {
    const { far, socket } = await ready({}, { turns: { by: 'silence' } })
    far.silence(10_000)
    const turn_detection = { type: 'server_vad', prefix_padding_ms: 120, silence_duration_ms: 200 }
    socket.say({ type: 'session.updated', session: { audio: { input: { turn_detection } } } })
    const start = { type: 'input_audio_buffer.speech_started', item_id: 'u' }
    const end = { type: 'input_audio_buffer.speech_stopped', item_id: 'u' }
    socket.say({ ...start, audio_start_ms: 880 }, { ...end, audio_end_ms: 2_200 })
    socket.say({ ...start, audio_start_ms: 0 }, { ...end, audio_end_ms: 100 })
    expect(far.events.slice(1)).toEqual([
      { kind: 'speech-start', atMs: 1_000 },
      { kind: 'speech-end', atMs: 2_000 },
      { kind: 'speech-start', atMs: 0 },
      { kind: 'speech-end', atMs: 0 },
    ])
  })

  it('gathers words to a whole, and tells nothing of a turn that was told', async () => {
    const { far, socket } = await ready()
    const event = (name: string, more: object) => ({
      type: `conversation.item.input_audio_transcription.${name}`,
      item_id: 'u-1',
      ...more,
    })
    socket.say(event('delta', { delta: 'Good' }), event('delta', { delta: ' morning' }))
    socket.say(event('completed', { transcript: ' Good morning. ' }), event('delta', { delta: 'x' }))
    socket.say({ ...event('failed', { error: { code: 'audio_unintelligible' } }), item_id: 'u-2' })
    expect(far.events.slice(1)).toMatchObject([
      { kind: 'transcript', item: 'u-1', text: 'Good', final: false },
      { kind: 'transcript', item: 'u-1', text: 'Good morning', final: false },
      { kind: 'transcript', item: 'u-1', text: 'Good morning.', final: true },
      { kind: 'transcript-failed', item: 'u-2', error: { code: 'provider_rejected' } },
    ])
  })
})

describe('answers', () => {
  it('are given one at a time, those beside the conversation at once', async () => {
    const { far, socket } = await ready()
    for (const id of ['a-1', 'a-2']) far.session.respond({ id })
    far.session.respond({ id: 'b-1', beside: true, input: [], silent: true, toolChoice: { name: 'x' } })
    const asked = socket.saidOf('response.create').map(({ response }) => response)
    expect(asked).toEqual([
      { metadata: { ask: 'a-1' } },
      {
        conversation: 'none',
        input: [],
        output_modalities: ['text'],
        tool_choice: { type: 'function', name: 'x' },
        metadata: { ask: 'b-1' },
      },
    ])
    socket.say(created('r-b', 'b-1'), created('r-1', 'a-1'), done('r-1'))
    expect(socket.saidOf('response.create')).toHaveLength(3)
    socket.say(created('r-2', 'a-2'), done('r-2'), done('r-b', 'cancelled'), done('r-1'))
    expect(ends(far)).toEqual(['a-1 complete', 'a-2 complete', 'b-1 cancelled'])
  })

  it('tell sound, words and calls under the name they were asked for with', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    const call = { type: 'function_call', call_id: 'c-1', name: 'get_price', arguments: '{"of":"tea"}' }
    const item = (id: string, status: string) => ({
      type: 'response.output_item.done',
      response_id: 'r-1',
      item: { ...call, id, status },
    })
    socket.say(created('r-1', 'a-1'), words('r-1', 'One'), sound('r-1'), words('r-1', ' moment.'))
    socket.say(words('r-1', 'It', 'i-2'), item('f-1', 'completed'), item('f-1', 'completed'))
    socket.say(item('f-2', 'incomplete'), item('f-3', 'in_progress'))
    const usage = { input_tokens: 9, output_tokens: 4, input_token_details: { cached_tokens: 3 } }
    socket.say(done('r-1', 'completed', { usage }))
    expect(far.words('a-1')).toBe('One moment. It')
    expect(far.of('audio')).toMatchObject([{ ask: 'a-1', item: 'i-1', samples: { length: 2_400 } }])
    expect(far.of('tool-call')).toEqual([
      {
        kind: 'tool-call',
        ...{ ask: 'a-1', item: 'f-1' },
        call: { id: 'c-1', name: 'get_price', arguments: { of: 'tea' } },
      },
    ])
    expect(far.events.at(-1)).toEqual({
      kind: 'response-done',
      ...{ ask: 'a-1', outcome: 'complete' },
      usage: { inputTokens: 9, outputTokens: 4, cachedTokens: 3 },
    })
  })

  it('tell words that came only as a whole', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    const whole = { type: 'response.output_audio_transcript.done', response_id: 'r-1', item_id: 'i-1' }
    socket.say(
      created('r-1', 'a-1'),
      { ...whole, transcript: 'All of it.' },
      { ...whole, transcript: 'All of it.' },
    )
    expect(far.words('a-1')).toBe('All of it.')
  })

  it('join halves of samples', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    const delta = (bytes: number[]) => ({ ...sound('r-1'), delta: Buffer.from(bytes).toString('base64') })
    socket.say(created('r-1', 'a-1'), delta([1, 0, 2]), delta([0]), delta([3, 0]))
    expect(far.of('audio').map(({ samples }) => [...samples])).toEqual([[1], [2], [3]])
  })

  it('say nothing more once cancelled, but that they are over', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    socket.say(created('r-1', 'a-1'), sound('r-1'))
    far.session.cancel('a-1')
    far.session.cancel('a-1')
    const call = { id: 'f', type: 'function_call', name: 'x', arguments: '{}', status: 'completed' }
    socket.say(sound('r-1'), words('r-1', 'late'))
    socket.say({ type: 'response.output_item.done', response_id: 'r-1', item: call })
    socket.say(done('r-1'), sound('r-1'), done('r-1'))
    expect(kinds(far)).toEqual(['ready', 'audio', 'response-done'])
    expect(ends(far)).toEqual(['a-1 cancelled'])
    expect(socket.saidOf('response.cancel')).toMatchObject([{ response_id: 'r-1' }])
    socket.say(refusal('cancel.a-1', 'response_cancel_not_active'))
    expect(far.of('refused')).toEqual([])
  })

  it('are cancelled before they have a name, and again when they get one', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    far.session.respond({ id: 'a-2' })
    far.session.cancel('a-2')
    far.session.cancel('a-1')
    expect(socket.saidOf('response.cancel')).toEqual([{ type: 'response.cancel', event_id: 'cancel.a-1' }])
    socket.say(created('r-1', 'a-1'), done('r-1', 'cancelled'))
    expect(socket.saidOf('response.cancel')[1]).toMatchObject({ response_id: 'r-1' })
    expect(ends(far)).toEqual(['a-2 cancelled', 'a-1 cancelled'])
    expect(socket.saidOf('response.create')).toHaveLength(1)
  })

  it('fail when nothing comes, and what comes late is stopped and dropped', async () => {
    const { far, socket, clock } = await ready({ firstOutputTimeoutMs: 2_000 })
    far.session.respond({ id: 'a-1' })
    far.session.respond({ id: 'a-2' })
    await clock.advance(2_000)
    expect(far.of('response-done')).toMatchObject([
      { ask: 'a-1', error: { code: 'timeout', retryable: true } },
    ])
    socket.say(created('r-1', 'a-1'), sound('r-1'))
    expect(socket.saidOf('response.cancel').at(-1)).toMatchObject({ response_id: 'r-1' })
    const [, second] = socket.saidOf('response.create')
    socket.say(refusal(second?.event_id, 'conversation_already_has_active_response'))
    expect(socket.saidOf('response.create')).toHaveLength(2)
    socket.say(done('r-1', 'cancelled'))
    expect(socket.saidOf('response.create')).toHaveLength(3)
    socket.say(created('r-2', 'a-2'), sound('r-2'), done('r-2'))
    expect(far.of('audio').map(({ ask }) => ask)).toEqual(['a-2'])
    expect(ends(far)).toEqual(['a-1 failed', 'a-2 complete'])
  })

  it('fail when they stand still', async () => {
    const { far, socket, clock } = await ready({ idleTimeoutMs: 1_000 })
    far.session.respond({ id: 'a-1' })
    socket.say(created('r-1', 'a-1'), sound('r-1'))
    await clock.advance(999)
    socket.say(sound('r-1'))
    await clock.advance(999)
    expect(ends(far)).toEqual([])
    await clock.advance(1)
    expect(ends(far)).toEqual(['a-1 failed'])
    expect(socket.saidOf('response.cancel')).toMatchObject([{ response_id: 'r-1' }])
    expect(clock.pending).toBeLessThanOrEqual(1)
  })

  it('fail when the vendor is busy twice', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    const busy = refusal('respond.a-1', 'conversation_already_has_active_response')
    socket.say(busy, done('r-other'), busy)
    expect(far.of('response-done')).toMatchObject([
      { outcome: 'failed', error: { code: 'provider_failed', retryable: true } },
    ])
  })

  it('are found without a name, and without a beginning, where there is no doubt', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    socket.say(created('r-1'), sound('r-1'), done('r-1'))
    far.session.respond({ id: 'a-2' })
    socket.say(sound('r-1'), sound('r-2'), done('r-2'))
    far.session.respond({ id: 'a-3' })
    socket.say(done('r-3', 'completed', { metadata: { ask: 'a-3' } }))
    expect(far.of('audio').map(({ ask }) => ask)).toEqual(['a-1', 'a-2'])
    expect(ends(far)).toEqual(['a-1 complete', 'a-2 complete', 'a-3 complete'])
  })

  it.each([
    [
      { type: 'requests', code: 'rate_limit_exceeded', message: 'Try again in 1.5s.' },
      'provider_limited',
      1_500,
    ],
    [{ type: 'requests', code: 'rate_limit_exceeded', message: 'Slow.' }, 'provider_limited', 4_000],
    [{ type: 'server_error', code: 'server_error', message: 'Sorry.' }, 'provider_failed', undefined],
    [{ type: 'x', code: 'insufficient_quota', message: 'Pay.' }, 'provider_quota', undefined],
    [undefined, 'provider_failed', undefined],
  ])('fail with %j as %s', async (error, code, retryAfterMs) => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    socket.say({
      type: 'rate_limits.updated',
      rate_limits: [{ name: 'tokens', remaining: 0, reset_seconds: 4 }],
    })
    socket.say(created('r-1', 'a-1'), done('r-1', 'failed', { status_details: { type: 'failed', error } }))
    const [{ error: told } = {}] = far.of('response-done')
    expect(told?.code).toBe(code)
    expect(told?.details.retryAfterMs).toBe(retryAfterMs)
  })

  it('are cut short by a limit of tokens or for what they say', async () => {
    const { far, socket } = await ready()
    for (const reason of ['max_output_tokens', 'content_filter']) {
      far.session.respond({ id: reason })
      socket.say(created(reason, reason), done(reason, 'incomplete', { status_details: { reason } }))
    }
    expect(far.of('response-done').map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['cut-short', undefined],
      ['cut-short', 'provider_rejected'],
    ])
  })

  it('are refused when too many wait', async () => {
    const { far, clock } = await ready()
    for (let count = 0; count < 40; count++) far.session.respond({ id: `a-${count}` })
    expect(far.of('response-done')).toEqual([])
    await clock.advance(0)
    expect(far.of('response-done')).toHaveLength(8)
    expect(far.of('response-done')[0]).toMatchObject({ ask: 'a-32', error: { code: 'too_large' } })
  })
})

describe('the conversation', () => {
  it('takes items of every kind where they are wanted', async () => {
    const { far, socket } = await ready()
    const call = { id: 'c-1', name: 'get_price', arguments: { of: 'tea' } }
    far.session.add({ kind: 'message', id: 'i-1', role: 'system', text: 'be kind' }, null)
    far.session.add({ kind: 'message', id: 'i-2', role: 'assistant', text: 'Hi.' }, 'i-1')
    far.session.add({ kind: 'tool-call', id: 'i-3', call })
    far.session.add({ kind: 'tool-result', id: 'i-4', call: 'c-1', text: '2' })
    const text = (type: string, said: string) => [{ type, text: said }]
    expect(
      socket.saidOf('conversation.item.create').map(({ previous_item_id, item }) => [previous_item_id, item]),
    ).toEqual([
      ['root', { id: 'i-1', type: 'message', role: 'system', content: text('input_text', 'be kind') }],
      ['i-1', { id: 'i-2', type: 'message', role: 'assistant', content: text('output_text', 'Hi.') }],
      [
        undefined,
        { id: 'i-3', type: 'function_call', call_id: 'c-1', name: 'get_price', arguments: '{"of":"tea"}' },
      ],
      [undefined, { id: 'i-4', type: 'function_call_output', call_id: 'c-1', output: '2' }],
    ])
  })

  it('cuts an answer where its sound reaches, takes away what was not heard at all, and leaves what was whole', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    socket.say(created('r-1', 'a-1'), sound('r-1', 'i-1', 100))
    far.session.truncate('i-1', 40.9)
    far.session.truncate('i-1', 250)
    far.session.truncate('i-1', 0)
    far.session.truncate('i-1', Number.NaN)
    const cut = { type: 'conversation.item.truncate', item_id: 'i-1', content_index: 0 }
    expect(socket.said.slice(-4)).toMatchObject([
      { ...cut, audio_end_ms: 40 },
      { ...cut, audio_end_ms: 100 },
      { type: 'conversation.item.delete', item_id: 'i-1' },
      { type: 'conversation.item.delete', item_id: 'i-1' },
    ])
    socket.say({ type: 'response.output_audio.done', response_id: 'r-1', item_id: 'i-1' })
    far.session.truncate('i-1', 120)
    expect(socket.said).toHaveLength(6)
  })

  it('goes on when an item is not known, and says which', async () => {
    const { far, socket } = await ready()
    far.session.remove('i-9')
    const [{ event_id } = {}] = socket.saidOf('conversation.item.delete')
    socket.say(refusal(event_id, 'item_delete_invalid_item_id'))
    expect(far.events.at(-1)).toMatchObject({
      kind: 'refused',
      error: { code: 'provider_rejected', details: { refused: 'remove', item: 'i-9' } },
    })
    expect(socket.closed).toBe(false)
  })

  it('changes only what is different, and all again after a refusal', async () => {
    const { far, socket } = await ready()
    far.session.change({ instructions: 'be brief' })
    far.session.change({ instructions: 'be kind', tools: [], turns: { by: 'gateway' } })
    far.session.change({ tools: [priceTool] })
    const [, first, second] = socket.saidOf('session.update')
    expect(first?.session).toEqual({ type: 'realtime', instructions: 'be kind' })
    expect(second?.session).toEqual({ type: 'realtime', tools: [{ type: 'function', ...priceTool }] })
    socket.say(refusal(second?.event_id, 'invalid_value'))
    expect(far.events.at(-1)).toMatchObject({ kind: 'refused', error: { details: { refused: 'change' } } })
    far.session.change({ instructions: 'be kind' })
    expect(socket.saidOf('session.update')).toHaveLength(4)
  })
})

describe('the end of a far conversation', () => {
  it('comes after the ends of all answers', async () => {
    const { far, socket, server } = await ready()
    for (const id of ['a-1', 'a-2']) far.session.respond({ id })
    far.session.respond({ id: 'b-1', beside: true })
    socket.say(created('r-1', 'a-1'), sound('r-1'))
    socket.say(refusal('', 'session_expired'))
    expect(kinds(far)).toEqual(['ready', 'audio', ...Array(3).fill('response-done'), 'lost'])
    expect(far.of('lost')[0]?.error).toMatchObject({ retryable: true, details: { reason: 'expired' } })
    far.session.respond({ id: 'a-3' })
    far.silence(200)
    far.session.commit()
    await server.clock.advance(60_000)
    expect(far.events.at(-1)?.kind).toBe('lost')
    expect(server.clock.pending).toBe(0)
  })

  it('is silent when we end it', async () => {
    const { far, socket, server } = await ready()
    far.session.respond({ id: 'a-1' })
    far.session.commit()
    far.session.close()
    far.session.close()
    socket.say(created('r-1', 'a-1'))
    await server.clock.advance(60_000)
    expect(kinds(far)).toEqual(['ready'])
    expect(server.outcomes).toEqual([{ kind: 'fine' }])
    expect(server.clock.pending).toBe(0)
  })

  it('does not come with an error of the server that names nothing', async () => {
    const { far, socket } = await ready()
    socket.say({ type: 'error', error: { type: 'server_error', code: null, message: 'Oops.' } })
    expect(kinds(far)).toEqual(['ready', 'refused'])
    expect(socket.closed).toBe(false)
  })

  it('comes with bytes that are no event', async () => {
    const { far, server } = await ready()
    server.sockets[0]?.options.onText('}{')
    expect(far.of('lost')[0]?.error).toMatchObject({ code: 'provider_failed', retryable: true })
  })
})

describe('the key of a far conversation', () => {
  it('is held to the end, and told what is left', async () => {
    const rates: object[] = []
    const outcomes: object[] = []
    const server = scriptedServer()
    const lease = {
      key: 'k',
      rate: (rate: object) => void rates.push(rate),
      done: (outcome: object) => void outcomes.push(outcome),
    }
    const context = { ...server.context, keys: { take: async () => lease } }
    const far = farRig(openaiRealtime.create({ model: 'm-1' }, context), {
      clock: server.clock,
      transcribes: false,
    })
    const socket = await greet(server)
    socket.say({
      type: 'rate_limits.updated',
      rate_limits: [
        { name: 'requests', limit: 10, remaining: 0, reset_seconds: 1.5 },
        { name: 'tokens', limit: 10, remaining: 5, reset_seconds: 60 },
      ],
    })
    far.session.respond({ id: 'a-1' })
    const error = { code: 'rate_limit_exceeded', message: 'Try again in 2s.' }
    socket.say(created('r-1', 'a-1'), done('r-1', 'failed', { status_details: { error } }))
    expect(rates).toEqual([
      {},
      { remainingRequests: 0, remainingTokens: 5, resetMs: 1_500 },
      { remainingRequests: 0, resetMs: 2_000 },
    ])
    expect(outcomes).toEqual([])
    far.session.close()
    expect(outcomes).toEqual([{ kind: 'fine' }])
  })

  it('is told at once that its credit is gone', async () => {
    const { far, socket, server } = await ready()
    far.session.respond({ id: 'a-1' })
    const error = { code: 'insufficient_quota', message: 'Pay.' }
    socket.say(created('r-1', 'a-1'), done('r-1', 'failed', { status_details: { error } }))
    expect(server.outcomes).toEqual([{ kind: 'spent' }])
  })

  it('is shown as the server wants it, with whose it is', async () => {
    const names = { organization: 'org-1', project: 'p-1', safetyIdentifier: 'user-1' }
    const { server } = await ready({ auth: 'api-key', ...names })
    expect(server.sockets[0]?.options).toMatchObject({
      url: 'https://vendor.test/realtime?model=m-1',
      headers: {
        'api-key': 'secret-key',
        'openai-organization': 'org-1',
        'openai-project': 'p-1',
        'openai-safety-identifier': 'user-1',
      },
    })
    expect(server.sockets[0]?.options.headers).not.toHaveProperty('authorization')
    const other = await ready()
    expect(other.server.sockets[0]?.options.headers).toEqual({ authorization: 'Bearer secret-key' })
  })
})

describe('sound on its way', () => {
  it('goes in batches, the rest with the commit', async () => {
    const { far, socket } = await ready({ appendMs: 60 })
    far.silence(200)
    far.session.commit()
    const bytes = socket
      .saidOf('input_audio_buffer.append')
      .map(({ audio }) => Buffer.from(audio, 'base64').length)
    expect(bytes).toEqual([2_880, 2_880, 2_880, 960])
  })

  it('is dropped while the connection does not keep up, which is said twice', async () => {
    const { far, socket, clock } = await ready({ maxWaitingMs: 2_000 })
    socket.bufferedBytes = 200_000
    far.silence(400)
    socket.bufferedBytes = 0
    far.silence(40)
    await clock.advance(0)
    expect(far.of('refused').map(({ error }) => error.details)).toEqual([{}, { droppedMs: 400 }])
    expect(socket.saidOf('input_audio_buffer.append')).toHaveLength(1)
  })
})

describe('a Realtime model', () => {
  it('takes the connection that was made before', async () => {
    const server = scriptedServer()
    const model = openaiRealtime.create({ model: 'm-1', transcription: { model: 't-1' } }, server.context)
    await model.warm?.()
    await server.clock.advance(0)
    server.sockets[0]?.open()
    server.sockets[0]?.say({ type: 'session.created', session: {} })
    const far = farRig(model, { clock: server.clock })
    expect(server.sockets[0]?.said).toMatchObject([{ type: 'session.update' }])
    server.sockets[0]?.say({ type: 'session.updated', session: {} })
    expect(kinds(far)).toEqual(['ready'])
    expect(server.sockets).toHaveLength(1)
    await model.close?.()
    expect(server.sockets[0]?.closed).toBe(true)
  })

  it('leaves alone a connection that stood too long, and one that was lost', async () => {
    const server = scriptedServer()
    const model = openaiRealtime.create({ model: 'm-1', transcription: { model: 't-1' } }, server.context)
    await model.warm?.()
    await greet(server)
    await server.clock.advance(600_000)
    farRig(model, { clock: server.clock })
    await server.clock.advance(0)
    expect(server.sockets.map(({ closed }) => closed)).toEqual([true, false])
    await model.close?.()
  })

  it('hears as the far end does where the server can', () => {
    const { model } = setUp()
    expect([8_000, 16_000, 24_000, 48_000].map(rate => model.rateFor(rate))).toEqual([
      8_000, 24_000, 24_000, 24_000,
    ])
    expect(setUp({ pcmu: false }).model.rateFor(8_000)).toBe(24_000)
  })

  it('warns where words are wanted that nobody writes down', () => {
    const { server } = setUp({ transcription: undefined })
    expect(server.warnings).toMatchObject([{ code: 'bad_config' }])
  })

  it('asks for all that its options name', async () => {
    const { socket } = await ready(
      {
        ...{ voice: 'voice_x', speed: 1.2, noiseReduction: 'far_field', reasoningEffort: 'low' },
        ...{ maxOutputTokens: 900, parallelToolCalls: false },
        transcription: { model: 't-1', languages: ['en', 'de'], keywords: ['Parley'], delay: 'low' },
        truncation: { retentionRatio: 0.8, postInstructionsTokens: 8_000 },
      },
      { rate: 8_000, tools: [priceTool] },
    )
    expect(socket.said[0]?.session).toEqual({
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: 'be brief',
      tools: [{ type: 'function', ...priceTool }],
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          turn_detection: null,
          transcription: { model: 't-1', languages: ['en', 'de'], keywords: ['Parley'], delay: 'low' },
          noise_reduction: { type: 'far_field' },
        },
        output: { format: { type: 'audio/pcmu' }, voice: { id: 'voice_x' }, speed: 1.2 },
      },
      max_output_tokens: 900,
      parallel_tool_calls: false,
      truncation: {
        type: 'retention_ratio',
        retention_ratio: 0.8,
        token_limits: { post_instructions: 8_000 },
      },
      reasoning: { effort: 'low' },
    })
  })
})
