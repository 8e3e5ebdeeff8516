import type { ReplyPart } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { PeerStage, type PeerStageOptions } from './realtime-peer.test-kit.js'

let stage: PeerStage
afterEach(() => expect(stage.faults).toEqual([]))

const open = async (options: PeerStageOptions = {}) => {
  stage = await new PeerStage().open(options)
  return stage
}
const update = (session: object) => ({ type: 'session.update', session: { type: 'realtime', ...session } })
const turns = (turn_detection: object | null) => update({ audio: { input: { turn_detection } } })
const errorOf = () => stage.last('error')?.error
const endings = () => stage.all('response.done').map(({ response }) => response.status)
const names = () => stage.calls.map(([name]) => name)

/** Words of 200 ms, all at once, and then no end before `signal`. */
async function* speaking(text: string, signal?: AbortSignal): AsyncGenerator<ReplyPart> {
  let untilMs = 0
  for (const word of text.split(' ')) {
    untilMs += 200
    yield { kind: 'words', text: `${word} `, untilMs }
    yield { kind: 'audio', samples: new Int16Array(4_800), rate: 24_000 }
  }
  if (signal !== undefined) await new Promise(resolve => signal.addEventListener('abort', resolve))
}

describe('a response that has to wait', () => {
  it('is called off by a cancel, and what is heard goes on', async () => {
    await open()
    stage.reply('rpl', 'trn', 'a long story')
    stage.sent('rpl', 'trn')
    stage.send({ type: 'response.create' })
    stage.send({ type: 'response.cancel' })
    expect(endings()).toEqual(['completed', 'cancelled'])
    expect(names()).toContain('callOff')
    expect(names()).not.toContain('interrupt')
  })

  it('is called off by the caller’s voice', async () => {
    await open()
    stage.send({ type: 'response.create' })
    stage.tell({ kind: 'speech-started', turn: 'trn2', mediaMs: 0 })
    expect(stage.last('response.done')?.response.status_details.reason).toBe('turn_detected')
    expect(stage.called('callOff')).toHaveLength(1)
  })

  it('is called off when it waited too long', async () => {
    await open({ limits: { answerMs: 5_000 } })
    stage.send({ type: 'response.create' })
    await stage.clock.advance(5_000)
    expect(endings()).toEqual(['failed'])
    expect(stage.called('callOff')).toHaveLength(1)
  })

  it('is over when its reply is thrown away', async () => {
    await open()
    stage.send({ type: 'response.create' })
    stage.tell({ kind: 'reply-started', turn: 'trn', reply: 'rpl' })
    stage.tell({ kind: 'reply-discarded', turn: 'trn', reply: 'rpl' })
    expect(endings()).toEqual(['cancelled'])
  })
})

describe('a response with an input of its own', () => {
  const create = { type: 'response.create', response: { input: [] } }

  it('is truncated like any other once it is over', async () => {
    await open({ aside: () => speaking('one two three') })
    stage.send(create)
    await stage.clock.advance(10)
    const { item } = stage.last('response.output_item.done') ?? {}
    const [, entry] = stage.called('remember')[0] ?? []
    expect(entry).toMatchObject({ kind: 'agent', text: 'one two three' })
    stage.send({ type: 'conversation.item.truncate', item_id: item.id, content_index: 0, audio_end_ms: 601 })
    expect(errorOf().message).toBe('Audio content of 600ms is already shorter than 601ms')
    stage.send({ type: 'conversation.item.truncate', item_id: item.id, content_index: 0, audio_end_ms: 410 })
    expect(stage.types().at(-1)).toBe('conversation.item.truncated')
    expect(stage.calls.at(-1)).toEqual(['amend', (entry as { id: string }).id, { ms: 410, text: 'one two' }])
  })

  it('ends where it is truncated, and what was heard is remembered', async () => {
    await open({ aside: (_, signal) => speaking('one two three', signal) })
    stage.send(create)
    await stage.clock.advance(10)
    const { item } = stage.last('conversation.item.added') ?? {}
    stage.send({ type: 'conversation.item.truncate', item_id: item.id, content_index: 0, audio_end_ms: 210 })
    await stage.clock.advance(10)
    expect(endings()).toEqual(['cancelled'])
    expect(stage.last('conversation.item.truncated')?.item_id).toBe(item.id)
    expect(stage.called('remember')).toMatchObject([['remember', { kind: 'agent', text: 'one' }, null]])
    expect(names()).not.toContain('interrupt')
  })

  it('stands before the turn that interrupted it', async () => {
    await open({ aside: (_, signal) => speaking('one two three', signal) })
    stage.append(300)
    stage.turn('trn', 'hello')
    stage.send(create)
    await stage.clock.advance(10)
    stage.tell({ kind: 'speech-started', turn: 'trn2', mediaMs: 0 })
    await stage.clock.advance(10)
    expect(stage.last('response.done')?.response.status_details.reason).toBe('turn_detected')
    expect(stage.called('remember').at(-1)?.[2]).toBe('trn')
  })

  it('fails where nothing comes', async () => {
    await open({ limits: { answerMs: 5_000 }, aside: (_, signal) => speaking('one', signal) })
    stage.send(create)
    await stage.clock.advance(5_000)
    expect(endings()).toEqual(['failed'])
    stage.send(create)
    expect(stage.types().filter(type => type === 'error')).toEqual([])
  })
})

describe('a response beside the conversation', () => {
  const create = { type: 'response.create', response: { conversation: 'none' } }

  it('is refused in sound where that would have to share a track, and made in text', async () => {
    const track = { aheadMs: 100, pathMs: 50, outputRate: 48_000, play: () => {}, clear: () => {} }
    await open({ track, aside: () => speaking('one') })
    for (const response of [{ conversation: 'none' }, { input: [] }]) {
      stage.send({ type: 'response.create', response })
      expect(errorOf()).toMatchObject({ code: 'invalid_value', param: 'response.output_modalities' })
    }
    stage.send({ type: 'response.create', response: { input: [], output_modalities: ['text'] } })
    await stage.clock.advance(10)
    expect(endings()).toEqual(['completed'])
  })

  it('is not cancelled twice', async () => {
    await open({ aside: (_, signal) => speaking('one', signal) })
    stage.send(create)
    const { id } = stage.last('response.created')?.response ?? {}
    for (const event_id of ['first', 'second'])
      stage.send({ type: 'response.cancel', response_id: id, event_id })
    expect(errorOf()).toMatchObject({ code: 'response_cancel_not_active', event_id: 'second' })
  })

  it('is finished before the far end drains', async () => {
    let finish = () => {}
    await open({
      async *aside() {
        yield* speaking('one')
        await new Promise<void>(resolve => {
          finish = resolve
        })
      },
    })
    stage.send(create)
    await stage.clock.advance(10)
    stage.peer.drain()
    await stage.clock.advance(1_000)
    expect(stage.closings).toEqual([])
    finish()
    await stage.clock.advance(10)
    expect(endings()).toEqual(['completed'])
    expect(stage.closings).toEqual([{ code: 1001, reason: 'draining' }])
  })
})

describe('who answers', () => {
  it('nobody in a transcription session, where the agent would speak first', async () => {
    await open({ query: { intent: 'transcription' } })
    stage.reply('rpl', 'trn', 'good day')
    stage.sent('rpl', 'trn')
    stage.ended('rpl', 'trn', 400)
    expect(stage.types()).toEqual(['session.created'])
    expect(names()).toContain('interrupt')
  })

  it('nobody a turn that the client commits, although a voice would have ended it', async () => {
    await open()
    stage.append(300)
    stage.tell({ kind: 'speech-started', turn: 'trn', mediaMs: 0 })
    const from = stage.calls.length
    stage.onCommit = () => stage.tell({ kind: 'turn-committed', turn: 'trn' })
    stage.send({ type: 'input_audio_buffer.commit' })
    expect(stage.calls.slice(from)).toMatchObject([
      ['configure', { answers: 'asked' }],
      ['commit'],
      ['configure', { answers: 'itself' }],
    ])
    expect(stage.all('input_audio_buffer.committed')).toHaveLength(1)
  })
})

describe('the wait for a caller who says nothing', () => {
  const idle = turns({ type: 'server_vad', idle_timeout_ms: 1_000 })

  it('does not begin while they speak', async () => {
    await open()
    stage.send(idle)
    stage.append(300)
    stage.reply('rpl', 'trn', 'a long story')
    stage.transport?.clear('rpl' as never)
    stage.tell({ kind: 'speech-started', turn: 'trn2', mediaMs: 0 })
    stage.tell({ kind: 'turn-committed', turn: 'trn2' })
    await stage.clock.advance(10_000)
    expect(stage.all('input_audio_buffer.timeout_triggered')).toEqual([])
  })

  it('begins behind the sound of an answer to an input of its own', async () => {
    await open({ aside: () => speaking('one two three four five') })
    stage.send(idle)
    stage.append(300)
    stage.send({ type: 'response.create', response: { input: [] } })
    await stage.clock.advance(1_990)
    expect(stage.last('response.done')?.response.status).toBe('completed')
    expect(stage.all('input_audio_buffer.timeout_triggered')).toEqual([])
    await stage.clock.advance(20)
    expect(stage.all('input_audio_buffer.timeout_triggered')).toHaveLength(1)
  })

  it('is over with the setting, and with the far end', async () => {
    await open()
    stage.send(idle)
    stage.append(300)
    stage.reply('rpl', 'trn', 'hi')
    stage.sent('rpl', 'trn')
    stage.send(turns({ type: 'server_vad', idle_timeout_ms: null }))
    await stage.clock.advance(10_000)
    stage.send(idle)
    stage.reply('rpl2', 'trn2', 'hi')
    stage.peer.gone('client')
    await stage.clock.advance(10_000)
    expect(stage.all('input_audio_buffer.timeout_triggered')).toEqual([])
    expect(names()).not.toContain('answer')
  })
})
