import { decodeUlaw } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import {
  checkWhatIsSent,
  created,
  done,
  ends,
  kinds,
  ready,
  refusal,
  sound,
  words,
} from './far-script.test-kit.js'

checkWhatIsSent()

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

  it('leave nothing in the conversation of which nothing was told', async () => {
    const { far, socket } = await ready()
    const added = (response: string, id: string) => ({
      ...{ type: 'response.output_item.added', response_id: response },
      item: { id, type: 'message', role: 'assistant', content: [] },
    })
    far.session.respond({ id: 'a-1' })
    far.session.respond({ id: 'b-1', beside: true, input: [] })
    socket.say(created('r-1', 'a-1'), added('r-1', 'i-1'), words('r-1', 'One', 'i-1'))
    far.session.cancel('a-1')
    const output = [{ id: 'i-1' }, { id: 'f-1', type: 'function_call' }]
    socket.say(added('r-1', 'i-2'), sound('r-1', 'i-2'), done('r-1', 'cancelled', { output }))
    socket.say(created('r-b', 'b-1'), added('r-b', 'i-b'), done('r-b', 'cancelled'))
    expect(socket.saidOf('conversation.item.delete').map(({ item_id }) => item_id)).toEqual(['i-2', 'f-1'])
    socket.say(refusal('tidy.f-1', 'item_delete_item_not_found'))
    expect(far.of('refused')).toEqual([])
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

  it('are told apart without names by where they belong', async () => {
    const { far, socket } = await ready()
    far.session.respond({ id: 'a-1' })
    far.session.respond({ id: 'b-1', beside: true })
    const unnamed = (id: string, conversation_id: string | null) => ({
      type: 'response.created',
      response: { id, conversation_id },
    })
    socket.say(sound('r-x'), unnamed('r-b', null), unnamed('r-a', 'conv'), sound('r-a'), sound('r-b'))
    expect(far.of('audio').map(({ ask }) => ask)).toEqual(['a-1', 'b-1'])
  })

  it('come out of µ-law sample by sample', async () => {
    const { far, socket } = await ready({}, { rate: 8_000 })
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code)
    far.session.respond({ id: 'a-1' })
    socket.say(created('r-1', 'a-1'), { ...sound('r-1'), delta: Buffer.from(codes).toString('base64') })
    expect(far.of('audio')[0]?.samples).toEqual(decodeUlaw(codes))
    far.session.truncate('i-1', 90)
    expect(socket.said.at(-1)).toMatchObject({ audio_end_ms: 32 })
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
    for (let count = 0; count < 36; count++) far.session.respond({ id: `a-${count}` })
    for (let count = 36; count < 40; count++) far.session.respond({ id: `a-${count}`, beside: true })
    expect(far.of('response-done')).toEqual([])
    await clock.advance(0)
    expect(far.of('response-done')).toHaveLength(8)
    expect(far.of('response-done')[0]).toMatchObject({ ask: 'a-32', error: { code: 'too_large' } })
  })
})
