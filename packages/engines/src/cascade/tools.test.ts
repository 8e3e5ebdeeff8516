import type { LanguageModel, ReplyPart, ToolCall, TurnId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { hangUpTool } from '../tools/action-tool.js'
import { functionTool } from '../tools/function-tool.js'
import { withTools } from '../tools/with-tools.js'
import { drawAll, handClock, said, settle, setUp, signal, turnOf } from './cascade-rig.test-kit.js'

/** Calls a tool in its first step and says what it gave in the second. */
function askingMind(before: string, name: string): LanguageModel {
  const call: ToolCall = { id: 'one', name, arguments: {} }
  return {
    name: 'asker',
    async *stream({ exchanges = [] }) {
      const result = exchanges[0]?.results[0]
      yield { kind: 'text', text: result === undefined ? before : `It is ${result.text}.` }
      if (result === undefined) yield { kind: 'tool-call', call }
    },
  }
}

async function withSlowTool(before: string, options: { readonly acts?: boolean } = {}) {
  const { clock, advance } = handClock()
  let runs = 0
  const look = functionTool({
    name: 'look',
    description: 'Looks.',
    parameters: z.object({}),
    ...options,
    run: () => {
      runs++
      return new Promise<string>(resolve => clock.after(12_000, () => resolve('ready')))
    },
    timeoutMs: 20_000,
  })
  const mind = withTools(askingMind(before, 'look'), {
    tools: [look, hangUpTool()],
    clock,
    filler: 'One moment.',
  })
  const rig = await setUp({ mind })
  const parts: ReplyPart[] = []
  const drawing = (async () => {
    for await (const part of rig.link.reply(turnOf({ text: 'hi' }), signal())) parts.push(part)
  })()
  return {
    ...rig,
    /** Tools stand in more promises than `settle` lets pass. */
    async advance(ms: number) {
      await Promise.all([advance(ms), rig.advance(ms)])
      for (let round = 0; round < 5; round++) await settle()
    },
    parts,
    drawing,
    runs: () => runs,
  }
}

describe('a cascade whose mind has tools', () => {
  it('speaks what was said before a call while the tool runs, and the rest when it has', async () => {
    const { advance, parts, drawing } = await withSlowTool('Let me check')
    await advance(100)
    expect(said(parts).trim()).toBe('Let me check')
    expect(parts.some(part => part.kind === 'audio')).toBe(true)
    for (let second = 0; second < 13; second++) await advance(1_000)
    await drawing
    expect(said(parts).replace(/\s+/g, ' ')).toBe('Let me check It is ready.')
  })

  it('speaks a filler once somebody listens, and waits longer for a tool than for a mind that is silent', async () => {
    const { advance, parts, drawing, warnings, log, link } = await withSlowTool('')
    await advance(1_500)
    expect(said(parts)).toBe('')
    link.committed?.(turnOf({}).id)
    await advance(0)
    await advance(700)
    expect(said(parts).trim()).toBe('One moment.')
    for (let second = 0; second < 13; second++) await advance(1_000)
    await drawing
    expect(log.asked).toEqual(['One moment.', 'It is ready.'])
    expect(warnings).toEqual([])
  })

  it('runs a tool that acts once the turn is over', async () => {
    const { advance, drawing, link, runs, parts } = await withSlowTool('', { acts: true })
    await advance(3_000)
    expect([runs(), said(parts)]).toEqual([0, ''])
    link.committed?.(turnOf({}).id)
    for (let second = 0; second < 13; second++) await advance(1_000)
    await drawing
    expect(runs()).toBe(1)
  })

  it('acts once for a turn that goes on after it was over', async () => {
    const { advance, link, runs, parts } = await withSlowTool('', { acts: true })
    await advance(0)
    link.committed?.(turnOf({}).id)
    for (let second = 0; second < 13; second++) await advance(1_000)
    parts.length = 0
    const again = await drawAll(link.reply(turnOf({ text: 'hi there' }), signal()))
    expect([runs(), said(again)]).toEqual([1, 'It is ready.'])
    const next = link.reply(turnOf({ id: 'trn_other' as TurnId, text: 'hi there' }), signal())
    void drawAll(next)
    await advance(0)
    link.committed?.('trn_other' as TurnId)
    await advance(100)
    expect(runs()).toBe(2)
  })

  it('apologises when the mind fails behind what was said before a call', async () => {
    const { clock } = handClock()
    const asking = askingMind('One moment.', 'nothing')
    const mind: LanguageModel = {
      name: 'lost',
      stream(request, signal) {
        if (request.exchanges !== undefined) throw new Error('line cut')
        return asking.stream(request, signal)
      },
    }
    const tools = [hangUpTool()]
    const { link } = await setUp({ mind: withTools(mind, { tools, clock }), trouble: 'Sorry about that.' })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(said(parts).replace(/\s+/g, ' ')).toBe('One moment. Sorry about that.')
  })

  it('hangs up after what was said', async () => {
    const { clock } = handClock()
    const mind = withTools(askingMind('Goodbye.', 'hang_up'), { tools: [hangUpTool()], clock })
    const { link } = await setUp({ mind })
    const parts = await drawAll(link.reply(turnOf({ text: 'bye' }), signal()))
    expect(said(parts).trim()).toBe('Goodbye.')
    expect(parts.at(-1)).toEqual({ kind: 'action', action: { name: 'hang-up' } })
    await settle()
  })
})
