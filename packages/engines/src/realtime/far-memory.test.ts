import { type HistoryEntry, type ReplyId, stateOfActed, type TurnId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { startLink } from './realtime-link.test-kit.js'

describe('what a far conversation remembers', () => {
  it('puts what was said elsewhere in its place', async () => {
    const { link, far, history, ask, refusals } = await startLink()
    void link
    await ask('one')
    await ask('two')
    history.splice(2, 0, { role: 'system', turn: 'sys_1' as TurnId, text: 'Be brief.', atMs: 0 })
    history.unshift({ role: 'user', turn: 'given_1' as TurnId, text: 'zero', atMs: 0 })
    await ask('three')
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: zero',
      'user: one',
      'assistant: Yes of course.',
      'system: Be brief.',
      'user: two',
      'assistant: Yes of course.',
      'user: three',
      'assistant: Yes of course.',
    ])
    expect(refusals()).toEqual([])
  })

  it('puts in an exchange of a conversation that is gone on with, takes it out, and puts it in again', async () => {
    const { far, history, ask, refusals } = await startLink()
    const call = { id: 'c_1', name: 'weather', arguments: { city: 'Rome' } }
    const results = [{ id: 'c_1', text: 'Sunny.', failed: false }]
    const exchange: HistoryEntry = {
      role: 'agent',
      turn: 'itm_1' as TurnId,
      reply: 'itm_1' as ReplyId,
      text: '',
      interrupted: false,
      state: stateOfActed([{ text: '', calls: [call], results }]),
    }
    const kinds = () => far.last.items.map(({ kind }) => kind)
    history.unshift(exchange)
    await ask('one')
    expect(kinds().slice(0, 3)).toEqual(['tool-call', 'tool-result', 'user'])
    history.splice(history.indexOf(exchange), 1)
    await ask('two')
    expect(kinds()).not.toContain('tool-call')
    expect(kinds()).not.toContain('tool-result')
    history.unshift(exchange)
    await ask('three')
    expect(kinds().slice(0, 3)).toEqual(['tool-call', 'tool-result', 'user'])
    expect(refusals()).toEqual([])
  })

  it('takes out what was forgotten, and tells a text that changed anew', async () => {
    const { far, history, ask, refusals } = await startLink()
    await ask('one')
    await ask('two')
    history.splice(0, 2)
    const grown = history[0]
    if (grown?.role === 'user') history[0] = { ...grown, text: 'two and more' }
    await ask('three')
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: two and more',
      'assistant: Yes of course.',
      'user: three',
      'assistant: Yes of course.',
    ])
    expect(refusals()).toEqual([])
  })

  it('cuts a reply to what was heard, never refused when that is said again, late or corrected', async () => {
    const { link, far, ask, refusals } = await startLink({
      far: { answer: () => 'One two three four five.' },
    })
    const { reply } = await ask('count', {}, { hearMs: 400.7 })
    const told = (ms: number, complete = false) =>
      link.heard?.(
        { reply, ms, text: '', complete, source: 'reported', errorMs: 0 },
        { fromMs: 0, final: true },
      )
    expect(far.last.items[1]?.ms).toBe(400)
    told(400.7)
    told(500)
    expect(far.last.items[1]?.ms).toBe(400)
    told(300)
    expect(far.last.items[1]?.ms).toBe(300)
    told(0)
    told(0)
    told(9_999, true)
    expect(far.last.memory).toEqual(['user: count'])
    expect(refusals()).toEqual([])
  })

  it('counts what was heard from the beginning of its own sound, behind a filler', async () => {
    const { link, far, clock, turnOf, draw, refusals } = await startLink({
      far: { answer: () => 'One two three.' },
    })
    const turn = turnOf({ text: 'count' })
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(3_000)
    expect(drawn.over).toBe(true)
    link.heard?.(
      { reply: 'rpl_9' as ReplyId, ms: 700, text: '', complete: false, source: 'estimated', errorMs: 50 },
      { fromMs: 500, final: false },
    )
    expect(far.last.items[1]?.ms).toBe(360)
    link.heard?.(
      { reply: 'rpl_9' as ReplyId, ms: 660, text: '', complete: false, source: 'reported', errorMs: 0 },
      { fromMs: 500, final: true },
    )
    expect(far.last.items[1]?.ms).toBe(160)
    expect(refusals()).toEqual([])
  })

  it('leaves nothing of a prepared answer that was thrown away, but the sound of the turn', async () => {
    const { link, far, clock, say, silence, turnOf, draw, refusals } = await startLink()
    const first = await say('I want')
    await silence(300)
    const turn = turnOf({ origin: 'speech', ...first })
    const early = draw(signal => link.reply(turn, signal))
    await clock.advance(3_000)
    expect(early.over).toBe(true)
    expect(far.last.items.length).toBe(2)
    early.abort()
    expect(far.last.memory).toEqual([expect.stringMatching(/^user: I want \[/)])
    const { endMs } = await say('a table')
    await silence(300)
    const whole = draw(signal => link.reply({ ...turn, endMs }, signal))
    await clock.advance(3_000)
    link.committed?.(turn.id)
    expect(whole.over).toBe(true)
    expect(far.last.memory).toEqual([
      expect.stringMatching(/^user: I want \[/),
      expect.stringMatching(/^user: a table \[/),
      expect.stringMatching(/^assistant: Yes of course\. \[/),
    ])
    expect(refusals()).toEqual([])
  })

  it('prepares the same turn again without telling its sound twice', async () => {
    const { link, far, clock, say, silence, turnOf, draw } = await startLink()
    const turn = turnOf({ origin: 'speech', ...(await say('I want')) })
    await silence(300)
    const early = draw(signal => link.reply(turn, signal))
    await clock.advance(100)
    early.abort()
    draw(signal => link.reply({ ...turn, text: 'I want' }, signal))
    await clock.advance(3_000)
    expect(far.last.memory).toEqual([
      expect.stringMatching(/^user: I want \[/),
      expect.stringMatching(/^assistant: Yes of course\. \[/),
    ])
  })

  it('knows what was heard of a reply that somebody in between begins late', async () => {
    const { link, far, clock, turnOf, draw, refusals } = await startLink({
      far: { answer: () => 'One two three.' },
    })
    const turn = turnOf({ origin: 'opening' })
    link.committed?.(turn.id)
    draw(signal => link.reply(turn, signal))
    await clock.advance(2_000)
    link.heard?.(
      { reply: 'rpl_1' as ReplyId, ms: 100, text: 'One', complete: false, source: 'reported', errorMs: 0 },
      { fromMs: 0, final: true },
    )
    expect(far.last.memory).toEqual(['assistant: One two three. [100]'])
    expect(refusals()).toEqual([])
  })

  it('knows what it said itself, however many answers were prepared and thrown away between', async () => {
    const { far, ask, link, turnOf, draw, clock, refusals } = await startLink({
      far: { answer: () => 'Yes.', speed: 100, thinkMs: 20 },
    })
    for (let at = 0; at < 90; at++) {
      for (let prepared = 0; prepared < 8; prepared++) {
        const turn = turnOf({ text: `well ${at}` })
        draw(signal => link.reply(turn, signal)).abort()
      }
      await ask(`well ${at}`)
    }
    await clock.advance(1_000)
    expect(far.last.items.length).toBe(180)
    expect(new Set(far.last.memory).size).toBe(91)
    expect(refusals()).toEqual([])
  })

  it('holds the newest of a long conversation, with what its tools gave', async () => {
    let calls = 0
    const { far, ask, history, refusals } = await startLink({
      tools: [
        {
          definition: { name: 'look', description: 'x', parameters: { type: 'object' } },
          run: async () => ({ text: 'rain' }),
        },
      ],
      far: {
        ...{ speed: 100, thinkMs: 20 },
        answer: (_, { items }) =>
          items.at(-1)?.kind === 'tool-result'
            ? 'Rain.'
            : { call: { id: `call_${++calls}`, name: 'look', arguments: {} } },
      },
    })
    for (let at = 0; at < 150; at++) {
      await ask(`well ${at}`)
      if (history.length > 500) history.splice(0, 2)
    }
    expect(far.last.items.length).toBeLessThanOrEqual(200 + 2 * 100 + 4)
    expect(far.last.memory.at(-1)).toMatch(/Rain/)
    expect(refusals()).toEqual([])
  })
})
