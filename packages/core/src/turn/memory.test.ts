import { describe, expect, it } from 'vitest'
import type { ReplyId, TurnId } from '../ids.js'
import type { Heard } from './history.js'
import { Memory } from './memory.js'

const turn = (index: number) => `trn_${index}` as TurnId
const heard = (text: string, change: Partial<Heard> = {}): Heard => ({
  reply: 'rpl_1' as ReplyId,
  ms: text.length,
  text,
  complete: true,
  source: 'reported',
  errorMs: 0,
  ...change,
})
const texts = (memory: Memory, before?: TurnId) => memory.history(before).map(({ text }) => text)

describe('the memory', () => {
  it('puts words that come late where they were spoken', () => {
    const memory = new Memory()
    memory.open(turn(1), 0)
    memory.open(turn(2), 900)
    memory.user(turn(2), 'second')
    memory.user(turn(1), 'first')
    expect(texts(memory)).toEqual(['first', 'second'])
    expect(texts(memory, turn(2))).toEqual(['first'])
  })

  it('corrects what was heard of a reply instead of adding to it', () => {
    const memory = new Memory()
    memory.open(turn(1), 0)
    memory.agent(turn(1), heard('one', { complete: false }), true, undefined)
    memory.agent(turn(1), heard('one two', { complete: false }), true, undefined)
    expect(memory.history()).toEqual([
      { role: 'agent', turn: 'trn_1', reply: 'rpl_1', text: 'one two', interrupted: true },
    ])
  })

  it('keeps a state with nothing said only when the reply came to its end', () => {
    const memory = new Memory()
    memory.open(turn(1), 0)
    memory.agent(turn(1), heard('', { complete: false }), true, { at: 'start' })
    expect(memory.history()).toEqual([])
    memory.agent(turn(1), heard(''), false, { at: 'start' })
    expect(memory.history()).toMatchObject([{ text: '', state: { at: 'start' } }])
  })

  it('is not pushed out by turns in which nothing was understood', () => {
    const memory = new Memory()
    memory.open(turn(0), 0)
    memory.user(turn(0), 'my name is Ada')
    for (let index = 1; index <= 2_000; index++) {
      memory.open(turn(index), index)
      memory.agent(turn(index), heard(''), false, undefined)
    }
    expect(texts(memory)).toEqual(['my name is Ada'])
  })

  it('keeps the newest 500 turns', () => {
    const memory = new Memory()
    for (let index = 0; index < 600; index++) {
      memory.open(turn(index), index)
      memory.user(turn(index), String(index))
    }
    expect(texts(memory)).toHaveLength(500)
    expect(texts(memory)[0]).toBe('100')
    memory.user(turn(0), 'far too late')
    expect(texts(memory)).toHaveLength(500)
  })

  it('stays bounded whatever a far end puts in, and keeps a result without its call as a note', () => {
    const memory = new Memory()
    for (let index = 0; index < 600; index++)
      memory.remember({ kind: 'user', id: turn(index), text: String(index) }, null, 0)
    expect(texts(memory)).toHaveLength(500)
    memory.remember({ kind: 'tool-result', id: turn(999), call: 'call_9', text: 'Sunny.' }, undefined, 7)
    expect(memory.history().at(-1)).toEqual({
      role: 'system',
      turn: 'trn_999',
      text: 'A tool gave: Sunny.',
      atMs: 7,
    })
  })

  it('keeps a million characters of what a far end puts in, and lets the oldest go', () => {
    const memory = new Memory()
    for (let index = 0; index < 12; index++)
      memory.remember({ kind: 'user', id: turn(index), text: `${index} ${'x'.repeat(99_998)}` }, undefined, 0)
    expect(texts(memory).map(text => text.split(' ')[0])).toEqual([
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
      '11',
    ])
    memory.remember({ kind: 'agent', id: turn(50), text: 'y'.repeat(5_000_000) }, undefined, 0)
    expect(texts(memory)).toEqual(['y'.repeat(1_000_000)])
  })

  it('has what is put in while the caller speaks before their turn, and so once a turn goes on', () => {
    const memory = new Memory()
    memory.open(turn(1), 0)
    memory.remember({ kind: 'system', id: turn(2), text: 'A' }, undefined, 0, turn(1))
    memory.remember({ kind: 'system', id: turn(3), text: 'B' }, undefined, 0, turn(1))
    expect(texts(memory, turn(1))).toEqual(['A', 'B'])
    memory.remember({ kind: 'system', id: turn(4), text: 'C' }, undefined, 0)
    expect(texts(memory, turn(1))).toEqual(['A', 'B'])
    memory.reopened(turn(1))
    expect(texts(memory, turn(1))).toEqual(['A', 'B', 'C'])
    memory.reopened(turn(9))
    memory.user(turn(1), 'mine')
    expect(texts(memory)).toEqual(['A', 'B', 'C', 'mine'])
  })

  it('has a call that was put in as an exchange with its result, until either is taken out', () => {
    const memory = new Memory()
    const call = { id: 'call_1', name: 'weather', arguments: { city: 'Rome' } }
    const exchange = { text: '', state: { acted: [{ id: 'call_1', name: 'weather', text: 'Sunny.' }] } }
    memory.remember({ kind: 'tool-call', id: turn(1), call }, undefined, 0)
    memory.remember({ kind: 'tool-call', id: turn(5), call }, undefined, 0)
    expect(memory.history()).toEqual([])
    memory.remember({ kind: 'user', id: turn(3), text: 'behind' }, undefined, 0)
    const result = { kind: 'tool-result', call: 'call_1', text: 'Sunny.' } as const
    memory.remember({ ...result, id: turn(2) }, undefined, 0)
    expect(memory.history()).toMatchObject([exchange, { text: 'behind' }])
    memory.forget({ turn: turn(2) })
    expect(texts(memory)).toEqual(['behind'])
    memory.remember({ ...result, id: turn(4) }, undefined, 0)
    expect(memory.history()).toMatchObject([exchange, { text: 'behind' }])
    memory.forget({ call: 'call_1' })
    expect(texts(memory)).toEqual(['behind'])
    memory.remember({ kind: 'tool-call', id: turn(1), call }, undefined, 0)
    memory.remember({ ...result, id: turn(4) }, undefined, 0)
    expect(memory.history()).toMatchObject([{ text: 'behind' }, exchange])
  })

  it('takes a call out and leaves what the reply said', () => {
    const memory = new Memory()
    memory.open(turn(1), 0)
    memory.called(turn(1), 'rpl_1' as ReplyId, { id: 'call_1', name: 'weather', arguments: {} })
    memory.agent(turn(1), heard('Let me see.'), false, undefined)
    memory.remember({ kind: 'tool-result', id: turn(2), call: 'call_1', text: 'Sunny.' }, undefined, 0)
    expect(texts(memory)).toEqual(['Let me see.', ''])
    memory.forget({ call: 'call_1' })
    expect(texts(memory)).toEqual(['Let me see.'])
  })

  it('has a call in the history once its result is there, also of a reply that was cut unheard', () => {
    const memory = new Memory()
    const reply = 'rpl_1' as ReplyId
    const call = { id: 'call_1', name: 'weather', arguments: {} }
    memory.open(turn(1), 0)
    memory.called(turn(1), reply, call)
    memory.called(turn(1), reply, call)
    memory.agent(turn(1), heard('', { complete: false }), true, undefined)
    expect(memory.history()).toEqual([])
    memory.remember({ kind: 'tool-result', id: turn(2), call: 'call_1', text: 'Sunny.' }, undefined, 0)
    expect(memory.history()).toMatchObject([
      { role: 'agent', text: '', state: { acted: [{ id: 'call_1', text: 'Sunny.' }] } },
    ])
    memory.forget({ turn: turn(2) })
    expect(memory.history()).toEqual([])
  })

  it('puts nothing back that was taken out', () => {
    const memory = new Memory()
    memory.open(turn(1), 0)
    memory.user(turn(1), 'first')
    memory.agent(turn(1), heard('one'), false, undefined)
    memory.forget({ turn: turn(1) })
    memory.user(turn(1), 'first again')
    expect(texts(memory)).toEqual(['one'])
    memory.forget({ reply: 'rpl_1' as ReplyId })
    memory.agent(turn(1), heard('one two'), false, undefined)
    expect(texts(memory)).toEqual([])
  })

  it('takes what was taken out when it is given again, with other words and elsewhere', () => {
    const memory = new Memory()
    for (const [index, kind] of (['user', 'agent', 'system'] as const).entries())
      memory.remember({ kind, id: turn(index), text: `${index}` }, undefined, 0)
    for (const [index, kind] of (['user', 'agent', 'system'] as const).entries()) {
      memory.forget({ turn: turn(index) })
      memory.remember({ kind, id: turn(index), text: `${index} again` }, null, 0)
      memory.remember({ kind, id: turn(index), text: 'and again' }, null, 0)
    }
    expect(texts(memory)).toEqual(['2 again', '1 again', '0 again'])
    memory.forget({ turn: turn(1) })
    expect(texts(memory)).toEqual(['2 again', '0 again'])
  })
})
