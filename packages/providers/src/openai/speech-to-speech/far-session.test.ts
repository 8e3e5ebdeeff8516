import { describe, expect, it } from 'vitest'
import { closeError } from '../../wire/vendor-error.js'
import { greet } from '../scripted-realtime.test-kit.js'
import { priceTool } from './far-rig.test-kit.js'
import { checkWhatIsSent, created, kinds, ready, refusal, sent, setUp, sound } from './far-script.test-kit.js'

checkWhatIsSent()

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

  it('says that a new session is to be had when the vendor goes away', async () => {
    const { far, socket } = await ready()
    socket.options.onLost(closeError('OpenAI Realtime', 1001, ''))
    expect(far.of('lost')[0]?.error).toMatchObject({ retryable: true, details: { reason: 'expired' } })
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

  it('does not come with an error that is no error', async () => {
    const { far, socket } = await ready()
    const odd = { toString: 1, valueOf: [] }
    socket.say({ type: 'error', error: { type: odd, code: odd, message: odd, event_id: odd } })
    expect(kinds(far)).toEqual(['ready', 'refused'])
  })

  it('comes with bytes that are no event', async () => {
    const { far, server } = await ready()
    server.sockets[0]?.options.onText('}{')
    expect(far.of('lost')[0]?.error).toMatchObject({ code: 'provider_failed', retryable: true })
  })
})
