import { ParleyError, type TurnId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import type { Decision, Question, Reasoner } from '../reasoner/reasoner.js'
import { type LinkOptions, startLink, wordsOf } from './realtime-link.test-kit.js'

const tool = { name: 'consult', description: 'Ask.', parameters: { type: 'object' } } as const

function testReasoner(given: Partial<Reasoner> = {}) {
  const questions: Question[] = []
  const reasoner: Reasoner = {
    name: 'claude',
    tool,
    ruleFor: text => (/refund/i.test(text) ? 'money' : undefined),
    doubtIn: said => (/not sure/i.test(said) ? 'unsure' : undefined),
    holding: (_, nth) => (nth === 0 ? 'One moment please.' : 'I am asking again.'),
    decide: async () => ({ text: 'You get forty euros.', tookMs: 900, inputTokens: 100, outputTokens: 9 }),
    ...given,
  }
  const decide = reasoner.decide.bind(reasoner)
  return {
    questions,
    reasoner: {
      ...reasoner,
      decide(question: Question, signal: AbortSignal): Promise<Decision> {
        questions.push(question)
        return decide(question, signal)
      },
    },
  }
}

/** Says what stands between the marks, else what it is told to by the test. */
const faithful = (other: string): LinkOptions['far'] & {} => ({
  answer(ask, { items }) {
    if (ask.beside === true) return ask.input?.map(item => ('text' in item ? item.text : '')).join('') ?? ''
    const told = items.findLast(({ kind }) => kind === 'system')?.text
    return /<decision>\n(.*)\n<\/decision>/.exec(told ?? '')?.[1] ?? other
  },
})

describe('decisions of a reasoner', () => {
  it('are asked for by the model with a tool, and told faithfully', async () => {
    const { reasoner, questions } = testReasoner()
    let calls = 0
    const { far, ask } = await startLink({
      instructions: 'You are a clerk.',
      reasoner,
      far: {
        answer: (_, { items }) =>
          calls++ === 0
            ? { call: { id: 'call_1', name: 'consult', arguments: { question: 'How much?' } } }
            : `Well: ${items.findLast(({ kind }) => kind === 'tool-result')?.text}`,
      },
    })
    const { drawn, said } = await ask('what do I get')
    expect(questions).toMatchObject([{ text: 'what do I get', asked: 'How much?', language: 'en' }])
    expect(drawn.parts).toContainEqual({ kind: 'mark', mark: 'decision' })
    expect(drawn.parts).toContainEqual({
      ...{ kind: 'decision', by: 'claude', cause: 'tool', outcome: 'decided', tookMs: 900 },
    })
    expect(said).toBe('Well: You get forty euros.')
    expect(far.last.options.tools).toEqual([tool])
    expect(far.last.asks[1]?.instructions).toMatch(/^You are a clerk\.[\s\S]*faithfully/)
  })

  it('are asked for by a rule on words that a far end put into the history, once', async () => {
    const { reasoner, questions } = testReasoner()
    const { ask, history, far } = await startLink({ reasoner, far: faithful('I decide.') })
    history.push({ role: 'user', turn: 'itm_1' as TurnId, text: 'I want a refund', atMs: 0 })
    expect((await ask('', { origin: 'asked' })).said).toBe('You get forty euros.')
    expect(questions).toMatchObject([{ text: 'I want a refund', history: [] }])
    await ask('', { origin: 'asked' })
    expect(questions.length).toBe(1)
    expect(far.last.memory[0]).toBe('user: I want a refund')
  })

  it('are asked for by a rule before the model says a word', async () => {
    const { reasoner, questions } = testReasoner()
    const { far, ask } = await startLink({ reasoner, far: faithful('I decide.') })
    const { drawn, said } = await ask('I want a refund')
    expect(questions.length).toBe(1)
    expect(said).toBe('You get forty euros.')
    expect(drawn.parts).toContainEqual({
      ...{ kind: 'decision', by: 'claude', cause: 'rule', rule: 'money', outcome: 'decided', tookMs: 900 },
    })
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: I want a refund',
      'assistant: You get forty euros.',
    ])
  })

  it('wait for the vendor’s words of a spoken turn, and not for ever', async () => {
    for (const [wordsMs, expected] of [
      [300, 'You get forty euros.'],
      [700, 'I decide.'],
    ] as const) {
      const { reasoner } = testReasoner()
      const { link, clock, say, turnOf, draw } = await startLink({
        reasoner,
        far: { ...faithful('I decide.'), wordsMs },
      })
      const turn = turnOf({ origin: 'speech', ...(await say('a refund')) })
      const drawn = draw(signal => link.reply(turn, signal))
      link.committed?.(turn.id)
      await clock.advance(4_000)
      expect(wordsOf(drawn.parts)).toBe(expected)
    }
  })

  it('take an answer from a model that doubts itself', async () => {
    const { reasoner, questions } = testReasoner()
    const { far, ask, refusals } = await startLink({
      reasoner,
      far: faithful('I am not sure but I think ten euros.'),
    })
    const { said, drawn } = await ask('what do I get')
    expect(questions.length).toBe(1)
    expect(said).toBe('You get forty euros.')
    expect(drawn.parts).toContainEqual(expect.objectContaining({ kind: 'decision', rule: 'unsure' }))
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: what do I get',
      'assistant: You get forty euros.',
    ])
    expect(refusals()).toEqual([])
  })

  it('are done without where they come late or fail', async () => {
    for (const [code, outcome] of [
      ['timeout', 'late'],
      ['provider_failed', 'failed'],
    ] as const) {
      const { reasoner } = testReasoner({ decide: () => Promise.reject(new ParleyError(code)) })
      const { ask, warnings } = await startLink({ reasoner, far: faithful('I decide.') })
      const { said, drawn } = await ask('a refund')
      expect(said).toBe('I decide.')
      expect(drawn.parts).toContainEqual(expect.objectContaining({ kind: 'decision', outcome }))
      expect(warnings.map(error => error.code)).toEqual([code])
    }
  })

  it('count for nothing once the answer was thrown away', async () => {
    let decided: ((decision: Decision) => void) | undefined
    const { reasoner } = testReasoner({ decide: () => new Promise(resolve => (decided = resolve)) })
    const { far, link, clock, turnOf, draw } = await startLink({ reasoner, far: faithful('I decide.') })
    const turn = turnOf({ text: 'a refund' })
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(1_000)
    drawn.abort()
    decided?.({ text: 'Late.', tookMs: 1, inputTokens: 0, outputTokens: 0 })
    await clock.advance(3_000)
    expect(drawn.parts.some(part => part.kind === 'decision')).toBe(false)
    expect(far.last.asks).toEqual([])
  })

  it('are read in the language of the call, and made with the facts that were looked up', async () => {
    const languages: (string | undefined)[] = []
    const { reasoner, questions } = testReasoner({
      ruleFor(_, language) {
        languages.push(language)
        return 'always'
      },
    })
    const fact = { source: 'orders', text: 'It was late.', asOfMs: 0 }
    const { ask } = await startLink({
      reasoner,
      enricher: () => ({
        overhear: () => {},
        enrich: async () => ({ facts: [fact], late: [], failed: [] }),
        close: () => {},
      }),
      far: faithful('I decide.'),
    })
    await ask('a refund')
    expect(languages).toEqual(['en'])
    expect(questions).toMatchObject([{ facts: [fact] }])
  })

  it('are not offered to a model that is not to ask', async () => {
    const { reasoner, questions } = testReasoner()
    const { ask, far } = await startLink({
      reasoner,
      reasoning: { tool: false },
      far: { answer: () => ({ text: 'Well.', call: { id: 'c', name: 'consult', arguments: {} } }) },
    })
    await ask('what do I get')
    expect(far.last.options.tools).toEqual([])
    expect(questions).toEqual([])
  })

  it('wait for the end of the turn where they are to', async () => {
    for (const [waits, asked] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const { reasoner, questions } = testReasoner()
      const { link, clock, turnOf, draw } = await startLink({
        reasoner,
        reasoning: { waits },
        far: faithful('I decide.'),
      })
      const turn = turnOf({ text: 'a refund' })
      const drawn = draw(signal => link.reply(turn, signal))
      await clock.advance(3_000)
      expect(questions.length).toBe(asked)
      link.committed?.(turn.id)
      await clock.advance(3_000)
      expect(questions.length).toBe(1)
      expect(wordsOf(drawn.parts)).toBe('You get forty euros.')
    }
  })

  it('are made while the caller hears the holding phrase, which none hears that is there in time', async () => {
    for (const [tookMs, fillers] of [
      [150, 0],
      [2_500, 1],
    ] as const) {
      let clock: { after(ms: number, run: () => void): unknown } | undefined
      const { reasoner } = testReasoner({
        decide: () =>
          new Promise(resolve =>
            clock?.after(tookMs, () =>
              resolve({ text: 'You get forty euros.', tookMs, inputTokens: 0, outputTokens: 0 }),
            ),
          ),
      })
      const rig = await startLink({ reasoner, far: faithful('I decide.') })
      clock = rig.clock
      const { drawn, said } = await rig.ask('a refund')
      expect(said).toBe('You get forty euros.')
      expect(drawn.parts.filter(({ kind }) => kind === 'filler').length).toBe(fillers)
    }
  })

  it('outlive the session that was to tell them, and are not asked for again', async () => {
    const { reasoner, questions } = testReasoner()
    let tries = 0
    const { ask } = await startLink({
      reasoner,
      far: {
        answer(asked, session) {
          if (tries++ === 0)
            return { fails: new ParleyError('provider_failed', 'Broke.', { retryable: true }) }
          return faithful('I decide.').answer?.(asked, session) ?? 'nothing'
        },
      },
    })
    expect((await ask('a refund')).said).toBe('You get forty euros.')
    expect(questions.length).toBe(1)
  })

  it('that could not be had are not made by the model instead', async () => {
    const { reasoner } = testReasoner({ decide: () => Promise.reject(new ParleyError('timeout')) })
    const { ask, far } = await startLink({ reasoner, far: faithful('I cannot decide that.') })
    await ask('a refund')
    expect(far.last.asks.at(-1)?.instructions).toMatch(/promise nothing/)
  })
})
