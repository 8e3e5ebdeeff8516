import { ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { handClock, settle } from '../cascade/cascade-rig.test-kit.js'
import type { Verdict } from './consult.js'
import { createDecisions } from './decisions.js'
import { handReasoner } from './reasoner-rig.test-kit.js'

function rig() {
  const hand = handReasoner()
  const { clock } = handClock()
  const decisions = createDecisions({ reasoner: hand.reasoner, clock })
  const told: Verdict[] = []
  const ask = (text: string) => {
    const question = { text, history: [], language: 'en' }
    decisions.ask({ question, why: { cause: 'delegation' } }, verdict => told.push(verdict))
  }
  return { ...hand, decisions, told, ask, texts: () => told.map(({ decision }) => decision?.text) }
}

describe('decisions of a conversation', () => {
  it('are told once, with who decided', async () => {
    const { ask, answer, told, decisions } = rig()
    ask('one')
    expect(decisions.open).toBe(true)
    answer(0, 'Yes.')
    answer(0, 'No.')
    await settle()
    expect(told).toEqual([
      {
        decision: { text: 'Yes.', tookMs: 900, inputTokens: 10, outputTokens: 5 },
        error: undefined,
        use: { by: 'sage', cause: 'delegation', outcome: 'decided', tookMs: 900 },
      },
    ])
    expect(decisions.open).toBe(false)
  })

  it('of a dropped question go nowhere, however late they come', async () => {
    const { ask, answer, decisions, questions, told } = rig()
    ask('one')
    decisions.drop()
    expect(questions[0]?.signal.aborted).toBe(true)
    answer(0, 'Yes.')
    await settle()
    expect(told).toEqual([])
  })

  it('of an earlier question do not stand for a later one', async () => {
    const { ask, answer, texts } = rig()
    ask('one')
    ask('two')
    answer(0, 'First.')
    await settle()
    expect(texts()).toEqual([])
    answer(1, 'Second.')
    await settle()
    expect(texts()).toEqual(['Second.'])
  })

  it('that never come leave room for the next', async () => {
    const { ask, answer, texts, decisions } = rig()
    ask('one')
    await settle()
    expect(decisions.open).toBe(true)
    ask('two')
    answer(1, 'Second.')
    await settle()
    expect(texts()).toEqual(['Second.'])
  })

  it('that failed or were too late say so', async () => {
    const { ask, fail, told } = rig()
    ask('one')
    fail(0, new ParleyError('timeout'))
    await settle()
    ask('two')
    fail(1, new ParleyError('provider_failed'))
    await settle()
    expect(told.map(({ use }) => use.outcome)).toEqual(['late', 'failed'])
  })

  it('drop nothing twice', () => {
    const { decisions } = rig()
    decisions.drop()
    decisions.drop()
    expect(decisions.open).toBe(false)
  })
})
