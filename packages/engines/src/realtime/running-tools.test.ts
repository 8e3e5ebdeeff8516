import { stateOfActed } from '@parley/core'
import { describe, expect, it } from 'vitest'
import type { Tool } from '../tools/tool.js'
import { kindsOf, startLink, wordsOf } from './realtime-link.test-kit.js'
import type { ScriptedFarOptions } from './scripted-far.test-kit.js'

const definition = (name: string) => ({ name, description: name, parameters: { type: 'object' } })

/** Calls once, and then says what stands last in its memory. */
const callsOnce = (name: string): ScriptedFarOptions['answer'] => {
  let calls = 0
  return (ask, { items }) => {
    if (ask.beside === true) return ask.input?.map(item => ('text' in item ? item.text : '')).join('') ?? ''
    if (calls++ === 0) return { call: { id: 'call_1', name, arguments: { at: 'six' } } }
    const last = items.findLast(({ kind }) => kind === 'tool-result')
    return `It says ${last?.text}.`
  }
}

describe('tools of a model that hears and speaks', () => {
  it('runs a tool of the agent and goes on with its result in the same reply', async () => {
    const given: unknown[] = []
    const tool: Tool = {
      definition: definition('find_table'),
      run: async args => {
        given.push(args)
        return { text: 'free' }
      },
    }
    const { far, ask, refusals } = await startLink({
      tools: [tool],
      far: { answer: callsOnce('find_table') },
    })
    const { said } = await ask('a table at six')
    expect(given).toEqual([{ at: 'six' }])
    expect(said).toBe('It says free.')
    expect(far.last.options.tools).toEqual([tool.definition])
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: a table at six',
      'tool-call: find_table call_1',
      'tool-result: free',
      'assistant: It says free.',
    ])
    expect(refusals()).toEqual([])
  })

  it('fills the wait for a slow tool', async () => {
    const { clock, link, turnOf, draw } = await startLink({
      tools: [
        {
          definition: definition('slow'),
          filler: 'Let me look.',
          run: () => new Promise(resolve => clockOf().after(2_000, () => resolve({ text: 'there' }))),
        },
      ],
      far: { answer: callsOnce('slow') },
    })
    function clockOf() {
      return clock
    }
    const turn = turnOf({ text: 'well' })
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(1_500)
    expect(drawn.parts).toContainEqual({ kind: 'filler', text: 'Let me look.' })
    await clock.advance(4_000)
    expect(wordsOf(drawn.parts)).toBe('It says there.')
  })

  it('lets a tool that acts wait until the turn is over, and keeps what it did', async () => {
    let ran = 0
    const tool: Tool = {
      definition: definition('book'),
      acts: true,
      run: async () => ({ text: `booked ${++ran}` }),
    }
    const { clock, link, turnOf, draw } = await startLink({
      tools: [tool],
      far: { answer: callsOnce('book') },
    })
    const turn = turnOf({ text: 'book it' })
    const drawn = draw(signal => link.reply(turn, signal))
    await clock.advance(3_000)
    expect(ran).toBe(0)
    link.committed?.(turn.id)
    await clock.advance(3_000)
    expect(ran).toBe(1)
    const result = { id: 'call_1', text: 'booked 1', failed: false }
    const call = { id: 'call_1', name: 'book', arguments: { at: 'six' } }
    expect(drawn.parts.findLast(part => part.kind === 'state')).toEqual({
      kind: 'state',
      state: stateOfActed([{ text: '', calls: [call], results: [result] }]),
    })
  })

  it('tells what was done to the answer of a turn that went on', async () => {
    let calls = 0
    const tool: Tool = { definition: definition('book'), acts: true, run: async () => ({ text: 'booked' }) }
    const { far, clock, link, turnOf, draw, refusals } = await startLink({
      tools: [tool],
      far: {
        answer: () => (calls++ === 0 ? { call: { id: 'call_1', name: 'book', arguments: {} } } : 'Fine.'),
      },
    })
    const turn = turnOf({ text: 'book it' })
    const first = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(250)
    first.abort()
    await clock.advance(100)
    const second = draw(signal => link.reply({ ...turn, text: 'book it now' }, signal))
    link.committed?.(turn.id)
    await clock.advance(3_000)
    expect(second.over).toBe(true)
    expect(far.last.memory.filter(line => line.startsWith('tool'))).toEqual([
      'tool-call: book call_1',
      'tool-result: booked',
    ])
    expect(refusals()).toEqual([])
  })

  it('hands a call of the far end’s tool out and ends, and goes on with its result', async () => {
    const { far, ask, history, refusals } = await startLink({ far: { answer: callsOnce('client_tool') } })
    const wishes = {
      instructions: 'Be quick.',
      tools: [definition('client_tool')],
      toolChoice: 'required',
      maxOutputTokens: 50,
    } as const
    const { drawn } = await ask('do it', { wishes })
    expect(kindsOf(drawn.parts)).toEqual(['mark final-text', 'usage', 'tool-call'])
    expect(far.last.asks[0]).toMatchObject({
      instructions: 'Be quick.',
      tools: wishes.tools,
      toolChoice: 'required',
      maxOutputTokens: 50,
    })
    const last = history.at(-1)
    const call = { id: 'call_1', name: 'client_tool', arguments: {} }
    const result = { id: 'call_1', text: 'done', failed: false }
    if (last?.role === 'agent')
      history[history.length - 1] = {
        ...last,
        state: stateOfActed([{ text: '', calls: [call], results: [result] }]),
      }
    const { said } = await ask('', { origin: 'asked' })
    expect(said).toBe('It says done.')
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: do it',
      'tool-call: client_tool call_1',
      'tool-result: done',
      'assistant: It says done.',
    ])
    expect(refusals()).toEqual([])
  })

  it('stops a model that calls tools without end', async () => {
    let calls = 0
    const { far, ask } = await startLink({
      tools: [{ definition: definition('again'), run: async () => ({ text: 'more' }) }],
      far: {
        answer: ask =>
          ask.beside === true ? 'Sorry.' : { call: { id: `call_${++calls}`, name: 'again', arguments: {} } },
      },
      trouble: 'Sorry.',
    })
    const { said } = await ask('well')
    expect(said).toBe('Sorry.')
    expect(far.sessions.flatMap(({ asks }) => asks).length).toBeLessThan(40)
  })
})
