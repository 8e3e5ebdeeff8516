import type { Enricher, SttEvent, SttOptions, TurnId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { kindsOf, startLink, wordsOf } from './realtime-link.test-kit.js'
import { startTalk } from './realtime-talk.test-kit.js'

const bare = (line: string) => line.replace(/ \[\d+\]/, '')

describe('an answer', () => {
  it('has the marks of its moments and what it cost', async () => {
    const { ask } = await startLink()
    const { drawn } = await ask('well')
    expect(kindsOf(drawn.parts)).toEqual(['mark final-text', 'mark first-token', 'words', 'audio', 'usage'])
    expect(drawn.parts.at(-1)).toEqual({ kind: 'usage', inputTokens: 10, outputTokens: 5 })
  })

  it('is without sound where the far end wants none', async () => {
    const { ask, far } = await startLink()
    const { drawn, said } = await ask('well', { wishes: { silent: true } })
    expect(said).toBe('Yes of course.')
    expect(drawn.parts.some(part => part.kind === 'audio')).toBe(false)
    expect(far.last.memory).toEqual(['user: well', 'assistant: Yes of course.'])
  })

  it('takes facts into account that the far end does not remember', async () => {
    const enricher: Enricher = {
      overhear: () => {},
      enrich: async () => ({
        facts: [{ source: 'clock', text: 'It is noon.', asOfMs: 0 }],
        late: [],
        failed: [],
      }),
      close: () => {},
    }
    const seen: string[] = []
    const { ask, far } = await startLink({
      enricher: () => enricher,
      far: {
        answer(_, { memory }) {
          seen.push(...memory)
          return 'Noon.'
        },
      },
    })
    const { drawn } = await ask('what time is it')
    expect(seen[1]).toContain('It is noon.')
    expect(drawn.parts).toContainEqual({ kind: 'context', used: ['clock'], late: [], failed: [] })
    expect(far.last.memory.map(bare)).toEqual(['user: what time is it', 'assistant: Noon.'])
  })

  it('beside the conversation leaves nothing in it and runs no tool of the agent', async () => {
    const tool = { name: 'client_tool', description: 'x', parameters: { type: 'object' } } as const
    const { link, far, ask, history, clock, turnOf, draw, refusals } = await startLink({
      tools: [{ definition: { ...tool, name: 'own' }, run: async () => ({ text: 'no' }) }],
      far: {
        answer: given =>
          given.beside === true
            ? { text: 'A title.', call: { id: 'c', name: 'client_tool', arguments: {} } }
            : 'Yes.',
      },
    })
    await ask('one')
    const before = [...far.last.memory]
    const turn = turnOf({
      origin: 'asked',
      history,
      wishes: { instructions: 'Give a title.', tools: [tool] },
    })
    const drawn = draw(signal => link.aside?.(turn, signal) ?? (async function* () {})())
    await clock.advance(3_000)
    expect(wordsOf(drawn.parts)).toBe('A title.')
    expect(drawn.parts.at(-1)).toMatchObject({ kind: 'tool-call' })
    expect(far.last.asks.at(-1)).toMatchObject({
      beside: true,
      tools: [tool],
      input: [
        { role: 'user', text: 'one' },
        { role: 'assistant', text: 'Yes.' },
      ],
    })
    drawn.abort()
    expect(far.last.memory).toEqual(before)
    expect(refusals()).toEqual([])
  })

  it('that is cut leaves no call without a result, though it has come and was not drawn', async () => {
    const { link, far, clock, turnOf, refusals } = await startLink({
      far: {
        speed: 100,
        answer: () => ({ text: 'I am looking.', call: { id: 'call_1', name: 'look', arguments: {} } }),
      },
    })
    const turn = turnOf({ text: 'look' })
    const controller = new AbortController()
    const parts = link.reply(turn, controller.signal)[Symbol.asyncIterator]()
    link.committed?.(turn.id)
    for (let drawn = 0; drawn < 4; drawn++) {
      const next = parts.next()
      await clock.advance(300)
      await next
    }
    await clock.advance(3_000)
    expect(far.last.memory.map(bare)).toContain('tool-call: look call_1')
    controller.abort()
    link.heard?.(
      { reply: 'rpl_1' as never, ms: 60, text: 'I', complete: false, source: 'reported', errorMs: 0 },
      { fromMs: 0, final: true },
    )
    expect(far.last.memory).toEqual(['user: look', 'assistant: I am looking. [60]'])
    expect(refusals()).toEqual([])
  })

  it('is made with the tools that there are now', async () => {
    let names = ['one']
    const tools = {
      list: () =>
        names.map(name => ({
          definition: { name, description: name, parameters: { type: 'object' } },
          run: async () => ({ text: '' }),
        })),
      warm: async () => {},
      close: async () => {},
    }
    const { ask, far } = await startLink({ tools })
    await ask('one')
    expect(far.last.changes).toEqual([])
    names = ['one', 'two']
    await ask('two')
    expect(far.last.changes).toEqual([{ tools: tools.list().map(({ definition }) => definition) }])
  })
})

describe('a recogniser beside the model', () => {
  function testStt() {
    const state: { options?: SttOptions } = {}
    return {
      state,
      event: (event: SttEvent) => state.options?.onEvent(event),
      stt: {
        name: 'ears',
        sampleRate: 16_000,
        open(options: SttOptions) {
          state.options = options
          return { hear: () => {}, begin: () => {}, finish: () => {}, close: () => {} }
        },
        close: async () => {},
      },
    }
  }

  it('knows a cough, which is not answered and not told with the next turn', async () => {
    const { stt, event } = testStt()
    const { far, link, clock, say, silence, turnOf, draw } = await startLink({ ears: { stt } })
    const cough = await say('x')
    event({ kind: 'finished', atMs: cough.endMs })
    const drawn = draw(signal => link.reply(turnOf({ origin: 'speech', ...cough }), signal))
    await clock.advance(1_000)
    expect(drawn).toMatchObject({ over: true, parts: [] })
    await silence(1_000)
    const turn = await say('hello')
    draw(signal => link.reply(turnOf({ origin: 'speech', text: 'hello', ...turn }), signal))
    await clock.advance(2_000)
    expect(far.last.memory.map(bare)).toEqual(['user: hello', 'assistant: Yes of course.'])
  })

  it('gives the words in the place of the vendor’s, at once for rules', async () => {
    const { stt, event } = testStt()
    const asked: string[] = []
    const { far, link, clock, say, turnOf, draw, observed } = await startLink({
      ears: { stt },
      reasoner: {
        ...{ name: 'r', doubtIn: () => undefined, holding: () => undefined },
        tool: { name: 'ask', description: 'x', parameters: { type: 'object' } },
        ruleFor(text) {
          asked.push(text)
          return undefined
        },
        decide: async () => ({ text: '', tookMs: 0, inputTokens: 0, outputTokens: 0 }),
      },
    })
    expect(far.last.options.transcribes).toBe(false)
    const { startMs, endMs } = await say('hello')
    event({ kind: 'final', text: 'hello', startMs, endMs })
    event({ kind: 'finished', atMs: endMs })
    const turn = turnOf({ id: 'trn_9' as TurnId, origin: 'speech', startMs, endMs })
    const drawn = draw(signal => link.reply(turn, signal))
    await clock.advance(2_000)
    expect(asked).toEqual(['hello'])
    expect(wordsOf(drawn.parts)).toBe('Yes of course.')
    expect(observed.map(({ kind }) => kind)).toEqual(['transcript'])
  })
})

describe('a whole session', () => {
  it('measures: what is cut at the far end is what the caller heard, wherever they interrupt', async () => {
    const text = 'One two three four five six seven eight nine ten eleven twelve thirteen fourteen.'
    const errors: number[] = []
    for (let waitMs = 1_240; waitMs < 2_600; waitMs += 160) {
      const talk = await startTalk({
        far: { answer: () => text },
        sim: { caller: { reportEveryMs: 40, jitterMs: waitMs % 90, downlinkMs: waitMs % 120 } },
      })
      await talk.say('count')
      await talk.silence(waitMs)
      await talk.say('stop it now please')
      await talk.silence(3_000)
      const [ended] = talk.of('reply-ended')
      const heardMs = talk.talk.caller.ear.heardMs(ended?.reply as never, talk.clock.now())
      const left = talk.far.last.items.find(({ kind }) => kind === 'assistant')?.ms ?? 0
      errors.push(Math.abs(left - heardMs))
      expect(talk.refusals).toEqual([])
    }
    expect(errors.length).toBe(9)
    expect(Math.max(...errors)).toBeLessThanOrEqual(20)
  })
})
