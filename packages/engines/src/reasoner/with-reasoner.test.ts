import { type LanguageModelRequest, ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { handClock, settle } from '../cascade/cascade-rig.test-kit.js'
import { withTools } from '../tools/with-tools.js'
import type { ReasoningOptions } from './hand-over.js'
import { drawn, handReasoner, sayingModel, user } from './reasoner-rig.test-kit.js'
import { reasonerTool } from './reasoner-tool.js'
import { withDoubts } from './with-doubts.js'
import { withReasoner } from './with-reasoner.js'

const hand = () =>
  handReasoner([
    { name: 'refunds', words: ['refund'] },
    { name: 'doubt', unsure: true },
  ])
const request = (userText?: string, more: Partial<LanguageModelRequest> = {}): LanguageModelRequest => ({
  ...(userText === undefined ? {} : { userText }),
  history: [user('Hi')],
  language: 'en',
  instructions: 'Be brief.',
  ...more,
})
const decided = (rule: string) =>
  ({ kind: 'decision', by: 'sage', cause: 'rule', rule, outcome: 'decided', tookMs: 900 }) as const
const cost = { kind: 'usage', inputTokens: 10, outputTokens: 5 } as const
const text = (said: string) => ({ kind: 'text', text: said }) as const

function rig(asked: LanguageModelRequest, more: Partial<ReasoningOptions> = {}) {
  const { clock, advance, due } = handClock()
  const controller = new AbortController()
  const own = hand()
  const fast = sayingModel(() => ['Fast answer. '])
  const model = withReasoner(fast.model, own.reasoner, { clock, ...more })
  const draw = () => drawn(model.stream(asked, controller.signal))
  return { ...own, ...draw(), draw, advance, due, requests: fast.requests, abort: () => controller.abort() }
}

describe('a turn that a rule takes', () => {
  it('is answered by the reasoner, behind a holding phrase, and the fast model is not asked', async () => {
    const { parts, answer, advance, requests, state, questions, due } = rig(request('A refund, please'))
    await advance(200)
    expect(parts).toEqual([{ kind: 'filler', text: 'Hold on 1.' }])
    answer(0, 'You get it back.')
    await settle()
    expect(parts.slice(1)).toEqual([decided('refunds'), cost, text('You get it back.')])
    expect(state).toEqual({ over: true, error: undefined })
    expect(requests).toEqual([])
    expect(questions[0]?.question).toEqual({
      text: 'A refund, please',
      history: [user('Hi')],
      language: 'en',
    })
    expect(due.size).toBe(0)
  })

  it('has no holding phrase where the decision is quick', async () => {
    const { parts, answer, advance } = rig(request('A refund, please'))
    answer(0, 'Yes.')
    await advance(5_000)
    expect(parts.map(({ kind }) => kind)).toEqual(['decision', 'usage', 'text'])
  })

  it('is held only once it is over, since nobody listens before', async () => {
    let commit = () => {}
    const committed = new Promise<void>(resolve => {
      commit = resolve
    })
    const { parts, advance, questions } = rig(request('A refund', { committed }))
    await advance(4_000)
    expect([parts, questions.length]).toEqual([[], 1])
    commit()
    await advance(200)
    expect(parts).toHaveLength(1)
  })

  it('waits for its end to be asked about, where that is wanted', async () => {
    let commit = () => {}
    const committed = new Promise<void>(resolve => {
      commit = resolve
    })
    const { advance, questions } = rig(request('A refund', { committed }), { waits: true })
    await advance(4_000)
    expect(questions).toEqual([])
    commit()
    await settle()
    expect(questions).toHaveLength(1)
  })

  it('costs no question if it is thrown away while it waits', async () => {
    const committed = new Promise<void>(() => {})
    const { abort, questions, state, due } = rig(request('A refund', { committed }), { waits: true })
    await settle()
    abort()
    await settle()
    expect([questions.length, state.over, due.size]).toEqual([0, true, 0])
  })

  it('takes its question back when it is interrupted, and what comes then is not said', async () => {
    const { abort, questions, parts, answer, state, due } = rig(request('A refund'))
    await settle()
    abort()
    await settle()
    expect(questions[0]?.signal.aborted).toBe(true)
    answer(0, 'Yes.')
    await settle()
    expect([parts, state.over, due.size]).toEqual([[], true, 0])
  })

  it.each([
    ['timeout', 'late'],
    ['provider_failed', 'failed'],
  ] as const)(
    'is answered by the fast model, which must not decide, where the reasoner says %s',
    async (code, outcome) => {
      const warned: ParleyError[] = []
      const { fail, parts, requests } = rig(request('A refund'), { warn: error => warned.push(error) })
      await settle()
      fail(0, new ParleyError(code))
      await settle()
      expect(parts).toMatchObject([{ kind: 'decision', outcome, rule: 'refunds' }, text('Fast answer. ')])
      expect(requests[0]?.instructions).toMatch(/^Be brief\.\n\n.*Do not decide it yourself/)
      expect(warned).toMatchObject([{ code }])
    },
  )

  it('is asked about again when it has grown', async () => {
    const { draw, questions } = rig(request('A refund'))
    draw()
    await settle()
    expect(questions).toHaveLength(2)
  })
})

describe('a turn that no rule takes', () => {
  it.each([['What time is it?'], [undefined]])('is the fast model’s: %s', async said => {
    const { parts, requests, questions } = rig(request(said))
    await settle()
    expect(parts).toEqual([text('Fast answer. ')])
    expect([requests.length, questions.length]).toEqual([1, 0])
  })
})

describe('an answer that begins with a doubt', () => {
  const doubting = (...said: Parameters<typeof sayingModel>[0] extends (r: never) => infer R ? R : never) => {
    const { clock, advance } = handClock()
    const own = hand()
    const { model, requests } = sayingModel(() => said)
    const stream = withDoubts(model, own.reasoner, { clock }).stream(
      request('Why?'),
      new AbortController().signal,
    )
    return { ...own, ...drawn(stream), advance, requests }
  }

  it('is never heard: the reasoner answers, and is told what it was to be', async () => {
    const own = { kind: 'usage', inputTokens: 3, outputTokens: 2 } as const
    const { parts, answer, questions, advance } = doubting("I'm not ", 'sure. Perhaps it is 5.', own)
    await advance(200)
    answer(0, 'It is six.')
    await settle()
    const sum = { kind: 'usage', inputTokens: 13, outputTokens: 7 }
    expect(parts).toEqual([
      own,
      { kind: 'filler', text: 'Hold on 1.' },
      decided('doubt'),
      sum,
      text('It is six.'),
    ])
    expect(questions[0]?.question.asked).toBe(
      'It is not sure. It was about to say: "I\'m not sure. Perhaps it is 5."',
    )
  })

  it('passes whole where it was none, held for its first sentence alone', async () => {
    const said = ['It is', ' six. ', 'I do not know why.']
    const { parts, questions } = doubting(...said)
    await settle()
    expect(parts).toEqual(said.map(text))
    expect(questions).toEqual([])
  })

  it('passes where it is too short to be a sentence', async () => {
    const { parts } = doubting('Six')
    await settle()
    expect(parts).toEqual([text('Six')])
  })

  it('is no doubt before the call of a tool', async () => {
    const call = { kind: 'tool-call', call: { id: 'a', name: 'find', arguments: {} } } as const
    const { parts, questions } = doubting('Let me check that.', call)
    await settle()
    expect(parts).toEqual([text('Let me check that.'), call])
    expect(questions).toEqual([])
  })

  it('is not handed over where the reasoner was asked already', async () => {
    const call = { id: 'a', name: 'ask_expert', arguments: {} }
    const exchanges = [{ text: '', calls: [call], results: [] }]
    const own = hand()
    const { model } = sayingModel(() => ["I don't know."])
    const doubts = withDoubts(model, own.reasoner, { clock: handClock().clock })
    const { parts } = drawn(doubts.stream(request('Why?', { exchanges }), new AbortController().signal))
    await settle()
    expect(parts).toEqual([text("I don't know.")])
    expect(own.questions).toEqual([])
  })

  it('is left to the fast model, which must not decide, when the reasoner fails', async () => {
    const { parts, fail, requests } = doubting("I don't know.")
    await settle()
    fail(0, new ParleyError('provider_failed'))
    await settle()
    expect(parts).toMatchObject([{ kind: 'decision', outcome: 'failed' }, text("I don't know.")])
    expect(requests[1]?.instructions).toContain('Do not decide it yourself')
  })
})

describe('a reasoner as a tool', () => {
  const ask = { id: 'a', name: 'ask_expert', arguments: { question: 'May they?' } }
  function tooled(given = ask, waits = false, committed?: Promise<void>) {
    const { clock, advance } = handClock()
    const own = hand()
    const { model, requests } = sayingModel(({ exchanges = [] }) =>
      exchanges.length === 0 ? [{ kind: 'tool-call', call: given }] : ['They may.'],
    )
    const options = { tools: [reasonerTool(own.reasoner, { clock, waits })], clock }
    const asked = request('Can I?', committed === undefined ? {} : { committed })
    const stream = withTools(model, options).stream(asked, new AbortController().signal)
    return { ...own, ...drawn(stream), advance, requests }
  }

  it('is asked with the turn, fills the wait, and the reply says who decided', async () => {
    const { parts, questions, answer, advance, requests } = tooled()
    await advance(700)
    answer(0, 'Yes, today.')
    await settle()
    expect(questions[0]?.question).toEqual({
      text: 'Can I?',
      asked: 'May they?',
      history: [user('Hi')],
      language: 'en',
    })
    const decision = { kind: 'decision', by: 'sage', cause: 'tool', outcome: 'decided', tookMs: 900 }
    expect(parts).toEqual([{ kind: 'filler', text: 'Hold on 0.' }, decision, text('They may.')])
    expect(requests[1]?.exchanges?.[0]?.results).toEqual([{ id: 'a', text: 'Yes, today.', failed: false }])
  })

  it('tells the fast model to decide nothing when it fails', async () => {
    const { fail, requests, parts } = tooled()
    await settle()
    fail(0, new ParleyError('timeout'))
    await settle()
    expect(requests[1]?.exchanges?.[0]?.results).toMatchObject([
      { failed: true, text: expect.stringContaining('Do not decide it yourself') },
    ])
    expect(parts[0]).toMatchObject({ kind: 'decision', outcome: 'late' })
  })

  it('is not asked without a question', async () => {
    const { questions, requests } = tooled({ ...ask, arguments: { question: ' ' } })
    await settle()
    expect(questions).toEqual([])
    expect(requests[1]?.exchanges?.[0]?.results[0]?.text).toContain('"question" is missing')
  })

  it('waits for the end of the turn where that is wanted', async () => {
    const { questions, advance } = tooled(ask, true, new Promise<void>(() => {}))
    await advance(4_000)
    expect(questions).toEqual([])
  })
})
