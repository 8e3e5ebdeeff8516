import { afterEach, describe, expect, it } from 'vitest'
import { PeerStage, type PeerStageOptions } from './realtime-peer.test-kit.js'

let stage: PeerStage
afterEach(() => expect(stage.faults).toEqual([]))

const open = async (options: PeerStageOptions = {}) => {
  stage = await new PeerStage().open(options)
  return stage
}
const errorOf = () => stage.last('error')?.error
const remove = (item_id: string) => stage.send({ type: 'conversation.item.delete', item_id })

describe('an item that is deleted', () => {
  it('takes what was said from the history, also where it is still heard', async () => {
    await open()
    stage.reply('rpl', 'trn', 'a long story')
    const { item } = stage.last('conversation.item.added') ?? {}
    remove(item.id)
    expect(stage.called('forget')).toHaveLength(1)
    const from = stage.events.length
    stage.sent('rpl', 'trn')
    expect(stage.types(from)).toContain('response.output_item.done')
    expect(stage.types(from)).not.toContain('conversation.item.done')
    // Only now does the session know what was heard of it.
    stage.ended('rpl', 'trn', 600)
    expect(stage.called('forget')).toEqual([
      ['forget', { reply: 'rpl' }],
      ['forget', { reply: 'rpl' }],
    ])
  })

  it('leaves what was said where it was only a call', async () => {
    await open()
    stage.tell({ kind: 'reply-started', turn: 'trn', reply: 'rpl' })
    stage.say('rpl', 'one moment')
    stage.tell({
      kind: 'tool-called',
      turn: 'trn',
      reply: 'rpl',
      call: { id: 'c', name: 'n', arguments: {} },
    })
    stage.sent('rpl', 'trn')
    const { item } = stage.last('conversation.item.added') ?? {}
    expect(item.type).toBe('function_call')
    remove(item.id)
    expect(stage.last('conversation.item.deleted')?.item_id).toBe(item.id)
    expect(stage.called('forget')).toEqual([['forget', { call: 'c' }]])
  })

  it('gets no words any more', async () => {
    await open()
    stage.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { transcription: { model: 'whisper-1' } } } },
    })
    stage.append(400)
    stage.tell({ kind: 'speech-started', turn: 'trn', mediaMs: 0 })
    stage.tell({ kind: 'turn-committed', turn: 'trn' })
    const from = stage.events.length
    remove(stage.last('input_audio_buffer.committed')?.item_id)
    stage.tell({
      kind: 'transcript-final',
      turn: 'trn',
      text: 'late',
      origin: 'speech',
      startMs: 0,
      endMs: 9,
    })
    await stage.clock.advance(5_000)
    expect(stage.types(from)).toEqual(['conversation.item.deleted'])
  })
})

describe('an item that is truncated', () => {
  it('is never longer again', async () => {
    await open()
    stage.reply('rpl', 'trn', 'one two three')
    stage.sent('rpl', 'trn')
    stage.ended('rpl', 'trn', 600)
    const { item } = stage.last('response.output_item.done') ?? {}
    const truncate = (audio_end_ms: number) =>
      stage.send({ type: 'conversation.item.truncate', item_id: item.id, content_index: 0, audio_end_ms })
    truncate(210)
    truncate(410)
    expect(errorOf().message).toBe('Audio content of 210ms is already shorter than 410ms')
    truncate(210)
    truncate(0)
    expect(stage.called('amend').map(call => call[2])).toEqual([
      { ms: 210, text: 'one' },
      { ms: 210, text: 'one' },
      { ms: 0, text: '' },
    ])
  })
})

describe('an item of sound', () => {
  const words = (turn: string, text: string) => ({
    ...{ kind: 'transcript-final', turn, text, origin: 'speech', startMs: 0, endMs: 100 },
  })

  it('does not come of what was cleared, also where its words come late', async () => {
    await open()
    stage.append(300)
    stage.tell({ kind: 'speech-started', turn: 'trn', mediaMs: 0 })
    stage.onCommit = () => stage.tell({ kind: 'turn-committed', turn: 'trn' })
    stage.send({ type: 'input_audio_buffer.clear' })
    stage.tell(words('trn', 'never mind'))
    expect(stage.all('conversation.item.added')).toEqual([])
  })

  it('is not lost under another that nobody saw begin', async () => {
    await open()
    stage.append(300)
    stage.tell({ kind: 'turn-committed', turn: 'trn' })
    stage.tell({ kind: 'speech-started', turn: 'trn2', mediaMs: 200 })
    stage.tell(words('trn', 'unseen'))
    stage.append(300)
    stage.tell({ kind: 'turn-committed', turn: 'trn2' })
    const started = stage.last('input_audio_buffer.speech_started')?.item_id
    expect(stage.all('input_audio_buffer.committed')).toHaveLength(2)
    expect(stage.last('input_audio_buffer.committed')?.item_id).toBe(started)
  })
})

describe('items of a client that sends very much', () => {
  it('are forgotten from the oldest on, by the session, too', async () => {
    await open({ limits: { itemCharacters: 300_000 } })
    for (const id of ['a', 'b', 'c'])
      stage.send({
        type: 'conversation.item.create',
        item: {
          id,
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: 'x'.repeat(140_000) }],
        },
      })
    expect(stage.called('forget')).toEqual([['forget', { turn: 'a' }]])
    stage.send({ type: 'conversation.item.retrieve', item_id: 'a' })
    expect(errorOf().code).toBe('item_retrieve_invalid_item_id')
    for (const id of ['b', 'c']) remove(id)
    expect(stage.all('conversation.item.deleted')).toHaveLength(2)
  })
})
