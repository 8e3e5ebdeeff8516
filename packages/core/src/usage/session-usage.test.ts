import { describe, expect, it } from 'vitest'
import { createSessionUsage } from './session-usage.js'

const llm = { slot: 'llm', provider: 'acme', model: 'small' } as const
const tts = { slot: 'tts', provider: 'acme' } as const
const nothing = { audioMs: 0, characters: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 }

describe('the account of a conversation', () => {
  it('sums by slot, provider and model', () => {
    const usage = createSessionUsage()
    usage.used(tts, { characters: 3 })
    usage.answer().used(tts, { characters: 4 })
    usage.answer().used(llm, { inputTokens: 9, outputTokens: 2, cachedTokens: 5 })
    usage.used({ ...llm, model: 'large' }, { inputTokens: 1 })
    expect(usage.lines().map(({ model, used }) => [model, used])).toEqual([
      [undefined, { ...nothing, characters: 7 }],
      ['small', { ...nothing, inputTokens: 9, outputTokens: 2, cachedTokens: 5 }],
      ['large', { ...nothing, inputTokens: 1 }],
    ])
  })

  it('counts an answer that was thrown away as used and as waste, with what is told of it later', () => {
    const usage = createSessionUsage()
    const [heard, unheard] = [usage.answer(), usage.answer()]
    heard.used(llm, { inputTokens: 10 })
    unheard.used(llm, { inputTokens: 8 })
    unheard.discard()
    unheard.discard()
    unheard.used(tts, { characters: 5 })
    expect(usage.lines()).toMatchObject([
      { used: { inputTokens: 18 }, wasted: { inputTokens: 8 } },
      { used: { characters: 5 }, wasted: { characters: 5 } },
    ])
  })

  it('knows requests of which nobody told what they used', () => {
    const usage = createSessionUsage()
    usage.asked(llm, true)
    usage.answer().asked(llm, false)
    expect(usage.lines()).toMatchObject([{ requests: 2, uncounted: 1, used: nothing }])
  })

  it('only grows, whatever a vendor tells', () => {
    let changes = 0
    const usage = createSessionUsage(() => {
      changes += 1
    })
    usage.used(llm, { inputTokens: Number.NaN, outputTokens: -4, cachedTokens: Number.POSITIVE_INFINITY })
    expect(usage.lines()).toMatchObject([{ used: nothing }])
    expect([usage.version, changes]).toEqual([1, 1])
  })

  it('gives sums that do not change any more', () => {
    const usage = createSessionUsage()
    usage.used(tts, { characters: 1 })
    const before = usage.lines()
    usage.used(tts, { characters: 1 })
    expect(before).toMatchObject([{ used: { characters: 1 } }])
  })
})
