import { describe, expect, it } from 'vitest'
import { checkWhatIsSent, kinds, ready, refusal, sent } from './far-script.test-kit.js'

checkWhatIsSent()

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

  it('counts what is heard while a turn is not yet taken to the next', async () => {
    const { far, socket } = await ready()
    far.silence(200)
    far.session.commit()
    far.silence(80)
    socket.say({ type: 'input_audio_buffer.committed', item_id: 'u-1' })
    far.silence(40)
    far.session.commit()
    expect(socket.saidOf('input_audio_buffer.commit')).toHaveLength(2)
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
