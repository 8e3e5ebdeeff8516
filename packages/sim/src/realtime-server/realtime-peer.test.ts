import { afterEach, describe, expect, it } from 'vitest'
import { PeerStage, type PeerStageOptions } from './realtime-peer.test-kit.js'

let stage: PeerStage
afterEach(() => {
  expect(stage.faults).toEqual([])
  const ids = stage.events.map(({ event_id }) => event_id)
  expect(new Set(ids).size).toBe(ids.length)
})

const open = async (options: PeerStageOptions = {}) => {
  stage = await new PeerStage().open(options)
  return stage
}
const userSays = (text: string, more: object = {}) => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }], ...more },
})
const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } })
const errorOf = () => stage.last('error')?.error

describe('a Realtime session', () => {
  it('begins at once, and says the whole of itself with every change', async () => {
    stage = new PeerStage().start()
    expect(stage.types()).toEqual(['session.created'])
    stage.send(update({ tracing: 'auto' }))
    stage.send(
      update({
        instructions: 'be brief',
        model: 'gpt-realtime',
        audio: { input: { turn_detection: { type: 'semantic_vad' } } },
      }),
    )
    expect(stage.types()).toEqual(['session.created', 'session.updated', 'session.updated'])
    expect(stage.events[2]?.session).toMatchObject({
      id: stage.events[0]?.session.id,
      model: 'gpt-realtime',
      instructions: 'be brief',
      tracing: 'auto',
      expires_at: 1_795_003_600,
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24_000 },
          turn_detection: {
            type: 'semantic_vad',
            eagerness: 'auto',
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 },
      },
    })
    await stage.clock.advance(150)
    expect(stage.requests).toHaveLength(1)
    expect(stage.requests[0]).toMatchObject({ model: 'gpt-realtime', kind: 'realtime', outputRate: 24_000 })
  })

  it('opens at the rate of the format that the client names first', async () => {
    stage = new PeerStage().start()
    stage.send(update({ audio: { output: { format: { type: 'audio/pcmu' } } } }))
    await stage.clock.advance(0)
    expect(stage.requests[0]?.outputRate).toBe(8_000)
  })

  it.each([
    [{ type: 'session.update', session: {} }, 'missing_required_parameter', 'session.type'],
    [{ type: 'session.update' }, 'missing_required_parameter', 'session'],
    [update({ modalities: ['text'] }), 'unknown_parameter', 'session.modalities'],
    [update({ output_modalities: ['text', 'audio'] }), 'invalid_value', 'session.output_modalities'],
    [update({ instructions: 5 }), 'invalid_type', 'session.instructions'],
    [
      update({ audio: { input: { format: { type: 'audio/pcm', rate: 16_000 } } } }),
      'invalid_value',
      'session.audio.input.format.rate',
    ],
    [
      update({ audio: { input: { turn_detection: { type: 'vad' } } } }),
      'invalid_value',
      'session.audio.input.turn_detection.type',
    ],
    [update({ audio: { output: { speed: 9 } } }), 'invalid_value', 'session.audio.output.speed'],
    [update({ tools: [{ type: 'mcp' }] }), 'invalid_value', 'session.tools[0].type'],
    [{ type: 'session.update', session: { type: 'transcription' } }, 'invalid_parameter', null],
  ])('refuses %j', async (event, code, param) => {
    await open()
    stage.send({ ...event, event_id: 'mine' })
    expect(stage.types()).toEqual(['session.created', 'error'])
    expect(errorOf()).toMatchObject({ type: 'invalid_request_error', code, param, event_id: 'mine' })
  })

  it('refuses the beta and closes', () => {
    stage = new PeerStage().start({ beta: true })
    expect(stage.types()).toEqual(['error'])
    expect(errorOf().code).toBe('beta_api_shape_disabled')
    expect(stage.closings).toEqual([{ code: 4000, reason: 'invalid_request_error.beta_api_shape_disabled' }])
  })

  it('keeps what comes before the session stands, in order', async () => {
    let stands = () => {}
    const gate = new Promise<void>(resolve => {
      stands = resolve
    })
    stage = new PeerStage().start({ gate })
    stage.append(100)
    stage.send(userSays('one'))
    stage.send(update({ instructions: 'late' }))
    await stage.clock.advance(1_000)
    expect(stage.types()).toEqual(['session.created'])
    stands()
    await stage.clock.advance(0)
    expect(stage.heardSamples).toBe(2_400)
    expect(stage.types().slice(1)).toEqual([
      'conversation.item.added',
      'conversation.item.done',
      'session.updated',
    ])
    expect(stage.calls.map(([name]) => name)).toEqual(['configure', 'remember', 'configure'])
  })

  it('closes rather than drop an event that does not fit before the session stands', async () => {
    stage = new PeerStage().start({ gate: new Promise(() => {}), limits: { queuedBytes: 1_000 } })
    stage.append(100)
    expect(stage.closings).toEqual([{ code: 1008, reason: 'too_many_waiting' }])
    expect(errorOf().code).toBe('rate_limit_exceeded')
  })

  it('says what became of a session that cannot be opened', async () => {
    const { ParleyError } = await import('./realtime-peer.test-kit.js')
    await open({ refusal: new ParleyError('overloaded') })
    expect(errorOf().code).toBe('overloaded')
    expect(stage.closings).toEqual([{ code: 1013, reason: 'overloaded' }])
  })

  it.each([
    ['server_vad', { silence_duration_ms: 600 }, { minMs: 600, maxMs: 600, vendor: 'ignored' }],
    ['semantic_vad', { eagerness: 'low' }, { maxMs: 8_000, confidence: 0.97 }],
    ['semantic_vad', { eagerness: 'high' }, { maxMs: 2_000, confidence: 0.75 }],
  ])('steers by %s %j', async (type, more, endpoint) => {
    await open()
    stage.send(update({ audio: { input: { turn_detection: { type, ...more } } } }))
    expect(stage.calls.at(-1)).toMatchObject([
      'configure',
      { turnsEnd: 'heard', answers: 'itself', overheard: 'dropped', turns: { endpoint, bargeIn: 'any' } },
    ])
  })

  it('steers by what is answered and interrupted', async () => {
    await open()
    const quiet = { type: 'server_vad', create_response: false, interrupt_response: false }
    stage.send(update({ audio: { input: { turn_detection: quiet } } }))
    expect(stage.calls.at(-1)).toMatchObject([
      'configure',
      { turnsEnd: 'heard', answers: 'asked', overheard: 'kept', turns: { bargeIn: 'none' } },
    ])
    stage.send(update({ audio: { input: { turn_detection: null } }, output_modalities: ['text'] }))
    expect(stage.calls.at(-1)).toMatchObject([
      'configure',
      { turnsEnd: 'told', answers: 'asked', turns: { bargeIn: 'none' }, wishes: { silent: true } },
    ])
  })

  it('keeps the voice once it was heard', async () => {
    await open()
    stage.reply('rpl', 'trn', 'hi')
    stage.send(update({ audio: { output: { voice: 'cedar' } } }))
    expect(errorOf().code).toBe('cannot_update_voice')
    stage.send(update({ audio: { output: { voice: 'marin' } } }))
    expect(stage.types().at(-1)).toBe('session.updated')
  })

  it('begins as its client secret says, and takes the model from where it is named', async () => {
    await open({ query: {}, seed: { type: 'realtime', model: 'sales', instructions: 'sell' } })
    expect(stage.events[0]?.session).toMatchObject({ model: 'sales', instructions: 'sell' })
    expect(stage.requests[0]?.model).toBe('sales')
    stage = new PeerStage().start({ query: {} })
    stage.send(update({ model: 'late' }))
    await stage.clock.advance(150)
    expect(stage.requests[0]?.model).toBe('late')
  })

  it('takes settings that name another model than the URL, and keeps the model', async () => {
    await open()
    stage.send(update({ model: 'gpt-realtime-2.1', instructions: 'sell' }))
    expect(stage.types().at(-1)).toBe('session.updated')
    expect(stage.events.at(-1)?.session).toMatchObject({ model: 'gpt-realtime', instructions: 'sell' })
  })

  it('refuses what is nested too deeply', async () => {
    await open()
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const tool = `{"type":"function","name":"n","parameters":{"a":${deep}}}`
    stage.send(`{"type":"session.update","session":{"type":"realtime","tools":[${tool}]}}`)
    expect(stage.types()).toEqual(['session.created', 'error'])
    stage.send(update({ instructions: 'still there' }))
    expect(stage.last('session.updated')?.session.tools).toEqual([])
  })

  it('ends at its longest time with a word', async () => {
    await open({ limits: { maxSessionMs: 60_000 } })
    await stage.clock.advance(60_000)
    expect(errorOf()).toMatchObject({ code: 'session_expired', type: 'invalid_request_error' })
    expect(stage.closings).toEqual([
      { code: 1001, reason: 'Your session hit the maximum duration of 1 minutes.' },
    ])
    expect(stage.calls.at(-1)).toEqual(['closed', 'expired'])
  })

  it('finishes the response under way before it drains', async () => {
    await open()
    stage.reply('rpl', 'trn', 'hi')
    stage.peer.drain()
    await stage.clock.advance(1_000)
    expect(stage.closings).toEqual([])
    stage.sent('rpl', 'trn')
    await stage.clock.advance(0)
    expect(stage.types().at(-1)).toBe('rate_limits.updated')
    expect(stage.closings).toEqual([{ code: 1001, reason: 'draining' }])
    expect(stage.calls.at(-1)).toEqual(['closed', 'draining'])
  })

  it('gives up a client that does not read', async () => {
    await open()
    stage.backlogBytes = 100_000_000
    stage.send(userSays('hi'))
    await stage.clock.advance(0)
    expect(stage.closings).toEqual([{ code: 1013, reason: 'slow_consumer' }])
  })

  it('gives up a client that sends too many events', async () => {
    await open({ limits: { eventBurst: 3 } })
    for (let count = 0; count < 5; count++) stage.send({ type: 'input_audio_buffer.clear' })
    expect(stage.closings).toEqual([{ code: 1008, reason: 'rate_limit_exceeded' }])
  })

  it('tells the session that the far end is gone, once', async () => {
    await open()
    stage.peer.gone('client')
    stage.peer.gone('client')
    stage.send(userSays('hi'))
    expect(stage.called('closed')).toEqual([['closed', 'client']])
  })
})

describe('a turn of sound', () => {
  it('is told in the vendor’s order, from the first voice to the end of the answer', async () => {
    await open()
    stage.send(update({ audio: { input: { transcription: { model: 'whisper-1' } } } }))
    stage.append(400)
    const from = stage.events.length
    stage.turn('trn', 'hello there')
    stage.reply('rpl', 'trn', 'good day')
    stage.sent('rpl', 'trn')
    expect(stage.types(from)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'conversation.item.input_audio_transcription.delta',
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      ...Array.from({ length: 2 }, () => 'response.output_audio.delta'),
      'response.output_audio_transcript.delta',
      ...Array.from({ length: 2 }, () => 'response.output_audio.delta'),
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ])
    await stage.clock.advance(200)
    const [started, committed] = [
      stage.last('input_audio_buffer.speech_started'),
      stage.last('input_audio_buffer.committed'),
    ]
    expect(committed).toMatchObject({ item_id: started?.item_id, previous_item_id: null })
    expect(stage.last('conversation.item.input_audio_transcription.completed')).toMatchObject({
      item_id: started?.item_id,
      transcript: 'hello there',
      usage: { type: 'duration', seconds: 0.4 },
    })
    const done = stage.last('response.done')?.response
    expect(done).toMatchObject({
      status: 'completed',
      output: [{ role: 'assistant', content: [{ type: 'output_audio', transcript: 'good day ' }] }],
      usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
    })
    expect(stage.all('conversation.item.added')[1]?.previous_item_id).toBe(started?.item_id)
    const sound = stage
      .all('response.output_audio.delta')
      .map(({ delta }) => Buffer.from(delta, 'base64').length)
    expect(sound.reduce((sum, bytes) => sum + bytes, 0)).toBe(400 * 48)
    expect(Math.max(...sound)).toBeLessThanOrEqual(200 * 48)
  })

  it('that interrupts is told before the end of the answer that it cut', async () => {
    await open()
    stage.reply('rpl', 'trn', 'a long story')
    const from = stage.events.length
    stage.tell({ kind: 'judged', reply: 'rpl', ruling: 'claim', afterOnsetMs: 0, reasons: [] })
    stage.tell({ kind: 'floor-changed', floor: 'user' })
    stage.transport?.clear('rpl' as never)
    stage.tell({ kind: 'speech-started', turn: 'trn2', mediaMs: 0 })
    expect(stage.types(from)).toEqual([
      'input_audio_buffer.speech_started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ])
    expect(stage.last('response.output_item.done')?.item.status).toBe('incomplete')
    expect(stage.last('response.done')?.response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
    })
    const itemId = stage.last('response.output_item.done')?.item.id
    stage.send({ type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: 450 })
    expect(stage.calls.at(-1)).toEqual(['played', 'rpl', 450])
    stage.ended('rpl', 'trn', 450, true)
    expect(stage.called('amend')).toEqual([])
    stage.send({ type: 'conversation.item.retrieve', item_id: itemId })
    const part = stage.last('conversation.item.retrieved')?.item.content[0]
    expect(part.transcript).toBe('a long')
    expect(Buffer.from(part.audio, 'base64').length).toBe(450 * 48)
  })

  it('that only holds the agent back cuts nothing, and no sound is sent twice', async () => {
    await open()
    stage.reply('rpl', 'trn', 'a long story')
    stage.tell({ kind: 'judged', reply: 'rpl', ruling: 'hold', afterOnsetMs: 0, reasons: [] })
    stage.transport?.clear('rpl' as never)
    stage.tell({ kind: 'judged', reply: 'rpl', ruling: 'pass', afterOnsetMs: 0, reasons: [] })
    stage.tell({ kind: 'resumed', reply: 'rpl' })
    stage.play('rpl', 400, 310)
    stage.sent('rpl', 'trn')
    expect(stage.last('response.done')?.response.status).toBe('completed')
    const bytes = stage
      .all('response.output_audio.delta')
      .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0)
    expect(bytes).toBe(710 * 48)
  })

  it('that was answered is cut off by the next answer alone', async () => {
    await open()
    stage.reply('rpl', 'trn', 'a long story')
    stage.transport?.clear('rpl' as never)
    stage.reply('rpl2', 'trn2', 'another')
    await stage.clock.advance(1)
    expect(stage.all('response.done').map(({ response }) => response.status)).toEqual(['cancelled'])
    stage.sent('rpl2', 'trn2')
    expect(stage.last('response.done')?.response.status).toBe('completed')
  })

  it('that goes on after its answer began becomes a second item with the new words', async () => {
    await open()
    stage.send(update({ audio: { input: { transcription: { model: 'whisper-1' } } } }))
    stage.append(500)
    stage.turn('trn', 'I want')
    stage.tell({ kind: 'reply-started', turn: 'trn', reply: 'rpl' })
    stage.append(500)
    const from = stage.events.length
    stage.tell({ kind: 'turn-reopened', turn: 'trn' })
    stage.tell({ kind: 'speech-started', turn: 'trn', mediaMs: 600 })
    expect(stage.types(from)).toEqual([
      'conversation.item.input_audio_transcription.completed',
      'input_audio_buffer.speech_started',
      'response.done',
      'rate_limits.updated',
    ])
    expect(stage.last('response.done')?.response.status_details.reason).toBe('turn_detected')
    const final = { kind: 'transcript-final', turn: 'trn', origin: 'speech', startMs: 0, endMs: 0 }
    stage.tell({ ...final, text: 'I want a table' })
    stage.tell({ kind: 'turn-committed', turn: 'trn' })
    await stage.clock.advance(300)
    const told = stage.all('conversation.item.input_audio_transcription.completed')
    expect(told.map(({ transcript }) => transcript)).toEqual(['I want', 'a table'])
    expect(new Set(told.map(({ item_id }) => item_id)).size).toBe(2)
  })

  it('is committed by the client where it ends turns, and needs 100 ms', async () => {
    await open()
    stage.send(update({ audio: { input: { turn_detection: null } } }))
    stage.append(60)
    stage.send({ type: 'input_audio_buffer.commit', event_id: 'c1' })
    expect(errorOf()).toMatchObject({
      code: 'input_audio_buffer_commit_empty',
      message:
        'Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has 60.00ms of audio.',
      event_id: 'c1',
    })
    stage.append(60)
    const from = stage.events.length
    stage.onCommit = () => stage.tell({ kind: 'turn-committed', turn: 'trn' })
    stage.send({ type: 'input_audio_buffer.commit' })
    expect(stage.types(from)).toEqual([
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
    ])
    stage.tell({
      kind: 'transcript-final',
      turn: 'trn',
      text: 'late words',
      origin: 'speech',
      startMs: 0,
      endMs: 0,
    })
    const { item_id } = stage.last('input_audio_buffer.committed') ?? {}
    stage.send({ type: 'conversation.item.delete', item_id })
    expect(stage.calls.at(-1)).toEqual(['forget', { turn: 'trn' }])
  })

  it('is taken back by clear', async () => {
    await open()
    stage.append(300)
    stage.tell({ kind: 'speech-started', turn: 'trn', mediaMs: 0 })
    stage.onCommit = () => stage.tell({ kind: 'turn-committed', turn: 'trn' })
    stage.send({ type: 'input_audio_buffer.clear' })
    expect(stage.types().at(-1)).toBe('input_audio_buffer.cleared')
    expect(stage.all('input_audio_buffer.committed')).toEqual([])
    expect(stage.called('forget')).toEqual([['forget', { turn: 'trn' }]])
    expect(stage.called('configure').at(-1)).toMatchObject(['configure', { answers: 'itself' }])
    stage.send({ type: 'input_audio_buffer.commit' })
    expect(errorOf().code).toBe('input_audio_buffer_commit_empty')
  })

  it('is only transcribed in a transcription session', async () => {
    await open({ query: { intent: 'transcription' } })
    expect(stage.requests[0]?.kind).toBe('transcription')
    stage.send({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { transcription: { model: 'gpt-transcribe' } } } },
    })
    expect(stage.calls.at(-1)).toMatchObject(['configure', { answers: 'asked' }])
    stage.append(400)
    stage.turn('trn', 'write this')
    await stage.clock.advance(300)
    expect(stage.last('conversation.item.input_audio_transcription.completed')?.transcript).toBe('write this')
    stage.send({ type: 'response.create' })
    expect(errorOf().code).toBe('invalid_event')
  })

  it('fails to be transcribed where nobody can hear words', async () => {
    await open({ recogniser: null })
    stage.send(update({ audio: { input: { transcription: { model: 'whisper-1' } } } }))
    stage.append(400)
    stage.tell({ kind: 'speech-started', turn: 'trn', mediaMs: 0 })
    stage.tell({ kind: 'turn-committed', turn: 'trn' })
    expect(stage.last('conversation.item.input_audio_transcription.failed')?.error.code).toBe('no_recogniser')
  })

  it('of silence is committed and answered after the idle time', async () => {
    await open()
    stage.send(
      update({ audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 5_000 } } } }),
    )
    stage.append(300)
    stage.reply('rpl', 'trn', 'anything else')
    stage.sent('rpl', 'trn')
    const from = stage.events.length
    // 400 ms of sound play before the wait begins.
    await stage.clock.advance(5_399)
    expect(stage.types(from)).toEqual([])
    await stage.clock.advance(1)
    expect(stage.types(from)).toEqual([
      'input_audio_buffer.timeout_triggered',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ])
    expect(stage.called('answer')).toMatchObject([
      ['answer', { instructions: expect.stringContaining('nothing') }],
    ])
  })

  it('feeds a long piece in steps, and what comes behind it waits', async () => {
    await open()
    stage.append(60_000)
    stage.send(userSays('after'))
    expect(stage.heardSamples).toBe(400 * 24)
    expect(stage.called('remember')).toEqual([])
    await stage.clock.advance(1)
    expect(stage.heardSamples).toBe(60_000 * 24)
    expect(stage.called('remember')).toHaveLength(1)
  })
})

describe('a conversation that the client holds', () => {
  it('answers text with text', async () => {
    await open()
    stage.send(update({ output_modalities: ['text'], instructions: 'be brief' }))
    stage.onAnswer = () => {
      stage.tell({ kind: 'turn-committed', turn: 'trn' })
      stage.tell({ kind: 'reply-started', turn: 'trn', reply: 'rpl' })
    }
    stage.send(userSays('hi', { id: 'mine_1' }))
    expect(stage.calls.at(-1)).toEqual(['remember', { kind: 'user', id: 'mine_1', text: 'hi' }, null])
    const from = stage.events.length
    stage.send({ type: 'response.create', response: { metadata: { topic: 'x' }, max_output_tokens: 50 } })
    expect(stage.calls.at(-1)).toEqual([
      'answer',
      { instructions: 'be brief', silent: true, maxOutputTokens: 50 },
    ])
    stage.tell({ kind: 'reply-words', reply: 'rpl', text: 'hello ', untilMs: 300 })
    stage.tell({ kind: 'reply-words', reply: 'rpl', text: 'you', untilMs: 500 })
    stage.tell({ kind: 'reply-made', turn: 'trn', reply: 'rpl', inputTokens: 1, outputTokens: 2 })
    await stage.clock.advance(0)
    expect(stage.types(from)).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ])
    expect(stage.last('response.done')?.response).toMatchObject({
      metadata: { topic: 'x' },
      max_output_tokens: 50,
      output_modalities: ['text'],
      output: [{ content: [{ type: 'output_text', text: 'hello you' }] }],
    })
    expect(stage.all('conversation.item.added')[1]?.previous_item_id).toBe('mine_1')
  })

  it('has one response at a time, and cancels it', async () => {
    await open()
    stage.onAnswer = () => stage.tell({ kind: 'reply-started', turn: 'trn', reply: 'rpl' })
    stage.send({ type: 'response.create' })
    stage.send({ type: 'response.create', event_id: 'second' })
    const { id } = stage.last('response.created')?.response ?? {}
    expect(errorOf()).toMatchObject({
      code: 'conversation_already_has_active_response',
      message: `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
      event_id: 'second',
    })
    stage.say('rpl', 'a long story')
    stage.onInterrupt = () => stage.transport?.clear('rpl' as never)
    stage.send({ type: 'response.cancel' })
    expect(stage.last('response.done')?.response.status_details).toEqual({
      type: 'cancelled',
      reason: 'client_cancelled',
    })
    stage.send({ type: 'response.cancel' })
    expect(errorOf()).toMatchObject({ code: 'response_cancel_not_active' })
    await stage.clock.advance(100)
    expect(stage.all('response.done')).toHaveLength(1)
  })

  it('asks again once the floor is free, and gives up at last', async () => {
    await open({ limits: { answerMs: 5_000 } })
    stage.send({ type: 'response.create' })
    expect(stage.called('answer')).toHaveLength(1)
    stage.tell({ kind: 'floor-changed', floor: 'open' })
    await stage.clock.advance(0)
    expect(stage.called('answer')).toHaveLength(2)
    await stage.clock.advance(5_000)
    expect(stage.last('response.done')?.response).toMatchObject({
      status: 'failed',
      status_details: { type: 'failed', error: { code: 'server_error' } },
    })
  })

  it('calls a tool of the client’s, and is told what it gave', async () => {
    await open()
    const price = { type: 'function', name: 'get_price', description: 'p', parameters: { type: 'object' } }
    stage.send(update({ tools: [price], tool_choice: { type: 'function', name: 'get_price' } }))
    expect(stage.calls.at(-1)).toMatchObject([
      'configure',
      {
        wishes: {
          tools: [{ name: 'get_price', description: 'p', parameters: { type: 'object' } }],
          toolChoice: { name: 'get_price' },
        },
      },
    ])
    stage.onAnswer = () => stage.tell({ kind: 'reply-started', turn: 'trn', reply: 'rpl' })
    const from = stage.events.length
    stage.send({ type: 'response.create' })
    const call = { id: 'call_9', name: 'get_price', arguments: { symbol: 'BTC' } }
    stage.tell({ kind: 'tool-called', turn: 'trn', reply: 'rpl', call })
    stage.tell({ kind: 'reply-made', turn: 'trn', reply: 'rpl', inputTokens: 0, outputTokens: 0 })
    await stage.clock.advance(0)
    expect(stage.types(from)).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ])
    expect(stage.last('response.output_item.done')?.item).toMatchObject({
      type: 'function_call',
      status: 'completed',
      call_id: 'call_9',
      name: 'get_price',
      arguments: '{"symbol":"BTC"}',
    })
    stage.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_9', output: '100' },
    })
    expect(stage.calls.at(-1)).toMatchObject([
      'remember',
      { kind: 'tool-result', call: 'call_9', text: '100' },
      'trn',
    ])
    const done = stage.last('response.output_item.done')?.item as { readonly id: string }
    stage.send({ type: 'conversation.item.delete', item_id: done.id })
    expect(stage.calls.at(-1)).toEqual(['forget', { call: 'call_9' }])
  })

  it('takes calls of a conversation that is gone on with, whatever their arguments are', async () => {
    await open()
    const written = ['{"symbol":"BTC"}', '', 'no json', `${'['.repeat(50_000)}${']'.repeat(50_000)}`]
    for (const [index, text] of written.entries())
      stage.send({
        type: 'conversation.item.create',
        item: {
          id: `i_${index}`,
          type: 'function_call',
          call_id: `c_${index}`,
          name: 'price',
          arguments: text,
        },
      })
    const call = (index: number, given: unknown) => ({
      kind: 'tool-call',
      id: `i_${index}`,
      call: { id: `c_${index}`, name: 'price', arguments: given },
    })
    expect(stage.called('remember').map(each => each[1])).toEqual([
      call(0, { symbol: 'BTC' }),
      call(1, {}),
      call(2, 'no json'),
      call(3, written[3]),
    ])
    stage.send({ type: 'conversation.item.delete', item_id: 'i_0' })
    expect(stage.calls.at(-1)).toEqual(['forget', { call: 'c_0' }])
  })

  it('puts items where the client wants them, under its own names', async () => {
    await open()
    stage.send(userSays('one', { id: 'a' }))
    stage.send({ ...userSays('zero', { id: 'b' }), previous_item_id: 'root' })
    stage.send({ ...userSays('middle', { id: 'c' }), previous_item_id: 'b' })
    expect(stage.all('conversation.item.added').map(({ previous_item_id }) => previous_item_id)).toEqual([
      null,
      null,
      'b',
    ])
    expect(stage.called('remember').map(call => call[2])).toEqual([null, null, 'b'])
    stage.send(userSays('again', { id: 'a' }))
    expect(errorOf().code).toBe('item_create_duplicate_item_id')
    stage.send({ ...userSays('lost'), previous_item_id: 'nowhere' })
    expect(errorOf().code).toBe('item_create_invalid_previous_item_id')
    stage.send({ type: 'conversation.item.delete', item_id: 'a' })
    expect(stage.calls.at(-1)).toEqual(['forget', { turn: 'a' }])
    expect(stage.last('conversation.item.deleted')?.item_id).toBe('a')
    stage.send({ type: 'conversation.item.delete', item_id: 'a' })
    expect(errorOf()).toMatchObject({ code: 'item_delete_invalid_item_id', param: 'item_id' })
    stage.send({ type: 'conversation.item.retrieve', item_id: 'a' })
    expect(errorOf().code).toBe('item_retrieve_invalid_item_id')
  })

  it('takes sound in an item by its transcript, and says what it cannot take', async () => {
    await open()
    const item = (part: object) => ({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [part] },
    })
    stage.send(item({ type: 'input_audio', audio: 'AAAA', transcript: 'heard' }))
    expect(stage.calls.at(-1)).toMatchObject(['remember', { kind: 'user', text: 'heard' }, null])
    stage.send(item({ type: 'input_audio', audio: 'AAAA' }))
    expect(errorOf()).toMatchObject({ code: 'invalid_value', param: 'item.content[0].audio' })
    stage.send(item({ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }))
    expect(errorOf()).toMatchObject({ code: 'invalid_value', param: 'item.content[0].type' })
    stage.send(item({ type: 'text', text: 'beta' }))
    expect(errorOf()).toMatchObject({ code: 'invalid_value', param: 'item.content[0].type' })
  })

  it('truncates what was played, also of an answer that is over', async () => {
    await open()
    stage.reply('rpl', 'trn', 'one two three')
    stage.sent('rpl', 'trn')
    const { item } = stage.last('response.output_item.done') ?? {}
    const truncate = (more: object) =>
      stage.send({ type: 'conversation.item.truncate', item_id: item.id, content_index: 0, ...more })
    truncate({ audio_end_ms: 601 })
    expect(errorOf()).toMatchObject({
      code: 'invalid_value',
      message: 'Audio content of 600ms is already shorter than 601ms',
    })
    truncate({ audio_end_ms: null })
    expect(errorOf().code).toBe('invalid_type')
    truncate({ audio_end_ms: 10, item_id: 'nobody' })
    expect(errorOf().code).toBe('item_truncate_invalid_item_id')
    stage.ended('rpl', 'trn', 600)
    truncate({ audio_end_ms: 410 })
    expect(stage.last('conversation.item.truncated')).toMatchObject({
      item_id: item.id,
      content_index: 0,
      audio_end_ms: 410,
    })
    expect(stage.calls.at(-1)).toEqual(['amend', 'rpl', { ms: 410, text: 'one two' }])
  })

  it('silences an answer that still plays when it is truncated', async () => {
    await open()
    stage.reply('rpl', 'trn', 'one two three')
    stage.sent('rpl', 'trn')
    const { item } = stage.last('response.output_item.done') ?? {}
    stage.send({ type: 'conversation.item.truncate', item_id: item.id, content_index: 0, audio_end_ms: 250 })
    expect(stage.calls.slice(-2)).toEqual([['interrupt'], ['played', 'rpl', 250]])
    // The session had settled it by its own estimate before the count came.
    stage.ended('rpl', 'trn', 390, true)
    expect(stage.calls.at(-1)).toEqual(['amend', 'rpl', { ms: 250, text: 'one' }])
  })

  it('gives responses beside the conversation, several at once', async () => {
    const asked: unknown[] = []
    await open({
      async *aside(ask) {
        asked.push(ask)
        yield { kind: 'words', text: 'a label' }
        yield { kind: 'usage', inputTokens: 4, outputTokens: 1 }
      },
    })
    stage.send(userSays('hi', { id: 'm1' }))
    const from = stage.events.length
    for (const topic of ['one', 'two'])
      stage.send({
        type: 'response.create',
        response: {
          conversation: 'none',
          output_modalities: ['text'],
          metadata: { topic },
          input: [
            { type: 'item_reference', id: 'm1' },
            { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'classify' }] },
          ],
        },
      })
    await stage.clock.advance(10)
    const done = stage.all('response.done').map(({ response }) => response)
    expect(done.map(({ metadata }) => metadata.topic)).toEqual(['one', 'two'])
    expect(done[0]).toMatchObject({ conversation_id: null, status: 'completed', usage: { total_tokens: 5 } })
    expect(stage.types(from)).not.toContain('conversation.item.added')
    expect(asked[0]).toMatchObject({
      wishes: { silent: true },
      history: [
        { role: 'user', text: 'hi' },
        { role: 'user', text: 'classify' },
      ],
    })
    stage.send({
      type: 'response.create',
      response: { conversation: 'none', input: [{ type: 'item_reference', id: 'gone' }] },
    })
    expect(errorOf()).toMatchObject({ code: 'invalid_value', param: 'response.input[0].id' })
  })

  it('cancels a response beside the conversation by its id', async () => {
    await open({
      async *aside(_, signal) {
        yield { kind: 'words', text: 'endless' }
        await new Promise(resolve => signal.addEventListener('abort', resolve))
      },
    })
    stage.send({ type: 'response.create', response: { conversation: 'none' } })
    await stage.clock.advance(1)
    const { id } = stage.last('response.created')?.response ?? {}
    stage.send({ type: 'response.cancel' })
    expect(errorOf().code).toBe('response_cancel_not_active')
    stage.send({ type: 'response.cancel', response_id: id })
    await stage.clock.advance(1)
    expect(stage.all('response.done')).toHaveLength(1)
    expect(stage.last('response.done')?.response).toMatchObject({ id, status: 'cancelled' })
  })

  it('answers an input of its own into the conversation', async () => {
    await open({
      async *aside() {
        yield { kind: 'words', text: 'from nothing' }
        yield { kind: 'audio', samples: new Int16Array(16_000), rate: 16_000 }
      },
    })
    stage.send({ type: 'response.create', response: { input: [] } })
    stage.send({ type: 'response.create' })
    expect(errorOf().code).toBe('conversation_already_has_active_response')
    await stage.clock.advance(200)
    expect(stage.last('response.done')?.response).toMatchObject({ status: 'completed' })
    const bytes = stage
      .all('response.output_audio.delta')
      .reduce((sum, { delta }) => sum + Buffer.from(delta, 'base64').length, 0)
    expect(bytes).toBe(48_000)
    expect(stage.calls.at(-1)).toMatchObject(['remember', { kind: 'agent', text: 'from nothing' }, null])
  })

  it('tells of an answer that failed', async () => {
    await open()
    stage.tell({ kind: 'reply-started', turn: 'trn', reply: 'rpl' })
    const made = { kind: 'reply-made', turn: 'trn', reply: 'rpl', inputTokens: 0, outputTokens: 0 }
    stage.tell({ ...made, error: 'provider_limited' })
    await stage.clock.advance(100)
    expect(stage.last('response.done')?.response).toMatchObject({
      status: 'failed',
      status_details: { type: 'failed', error: { code: 'rate_limit_exceeded' } },
    })
  })

  it('shows nothing of an answer that was prepared and thrown away', async () => {
    await open()
    const from = stage.events.length
    stage.tell({ kind: 'reply-prepared', turn: 'trn', reply: 'rpl' })
    stage.tell({
      kind: 'tool-called',
      turn: 'trn',
      reply: 'rpl',
      call: { id: 'c', name: 'n', arguments: {} },
    })
    stage.tell({ kind: 'reply-made', turn: 'trn', reply: 'rpl', inputTokens: 0, outputTokens: 0 })
    stage.tell({
      kind: 'reply-discarded',
      turn: 'trn',
      reply: 'rpl',
      audioMs: 0,
      words: 0,
      inputTokens: 0,
      outputTokens: 0,
    })
    await stage.clock.advance(100)
    expect(stage.types(from)).toEqual([])
  })

  it('tells all of an answer that was made before its turn was over', async () => {
    await open()
    stage.tell({
      kind: 'tool-called',
      turn: 'trn',
      reply: 'rpl',
      call: { id: 'c', name: 'n', arguments: 'odd' },
    })
    stage.tell({ kind: 'reply-made', turn: 'trn', reply: 'rpl', inputTokens: 8, outputTokens: 0 })
    stage.reply('rpl', 'trn', 'one moment')
    stage.tell({ kind: 'reply-sent', reply: 'rpl', totalMs: 400 })
    const { response } = stage.last('response.done') ?? {}
    expect(response.output).toMatchObject([
      { type: 'message', content: [{ transcript: 'one moment ' }] },
      { type: 'function_call', call_id: 'c', arguments: 'odd' },
    ])
    expect(response.usage.input_tokens).toBe(8)
  })

  it('does not know events of nobody', async () => {
    await open()
    for (const text of ['', '{', '[]', '7', '{"type":5}']) {
      stage.send(text)
      expect(errorOf().code).toBe('invalid_event')
    }
    stage.send({ type: 'response.creat', event_id: 'e' })
    expect(errorOf()).toMatchObject({ code: 'invalid_value', param: 'type', event_id: 'e' })
    stage.send({ type: 'output_audio_buffer.clear' })
    expect(errorOf().code).toBe('invalid_event')
    expect(stage.closings).toEqual([])
  })
})

describe('a media track', () => {
  it('takes the sound, and events tell when it plays', async () => {
    const played: string[] = []
    const track = {
      aheadMs: 100,
      pathMs: 50,
      outputRate: 48_000,
      play: () => void played.push('play'),
      clear: () => void played.push('clear'),
    }
    await open({ track })
    expect(stage.requests[0]?.outputRate).toBe(48_000)
    expect(stage.transport?.reportsCuts).toBeUndefined()
    stage.reply('rpl', 'trn', 'hello')
    stage.sent('rpl', 'trn')
    stage.ended('rpl', 'trn', 200)
    const types = stage.types().filter(type => /audio/.test(type))
    expect(types).toEqual([
      'response.output_audio_transcript.delta',
      'output_audio_buffer.started',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'output_audio_buffer.stopped',
    ])
    stage.reply('rpl2', 'trn2', 'again')
    stage.onInterrupt = () => stage.transport?.clear('rpl2' as never)
    stage.send({ type: 'output_audio_buffer.clear' })
    expect(stage.types()).toContain('output_audio_buffer.cleared')
    expect(played).toEqual([...Array.from({ length: 20 }, () => 'play'), 'clear'])
    stage.append(20)
    expect(errorOf().code).toBe('invalid_event')
  })
})
