import { parsePriceList } from '@parley/engines'
import { describe, expect, it } from 'vitest'
import { sessionUsageAnswer } from './session-usage-answer.js'

const nothing = { audioMs: 0, characters: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
const counts = { wasted: nothing, requests: 1, uncounted: 0 }
const ears = {
  slot: 'stt',
  provider: 'deepgram',
  model: 'nova',
  used: { ...nothing, audioMs: 90_000 },
  ...counts,
} as const
const mind = { slot: 'llm', provider: 'openai', used: { ...nothing, inputTokens: 50 }, ...counts } as const
const all = {
  slot: 'realtime',
  provider: 'openai',
  used: { ...nothing, audioMs: 60_000, inputTokens: 10, outputTokens: 10 },
  ...counts,
} as const

const prices = parsePriceList(
  `deepgram: { stt: { "*": { perMinute: 0.02 } } }
openai:
  llm: { "*": { perMillionOutput: 1 } }
  realtime: { "*": { perMillionInput: 1000000, perMillionOutput: 2000000 } }`,
  'prices.yaml',
)

describe('what a conversation cost', () => {
  it('is the sum of what has a price, and names the rest', () => {
    const answer = sessionUsageAnswer({ kept: true, lines: [ears, mind] }, prices)
    expect(answer).toMatchObject({ cost: 0.03, wastedCost: 0, unpriced: ['llm openai'], uncounted: 0 })
    expect(answer.lines.map(({ model, cost }) => [model, cost])).toEqual([
      ['nova', 0.03],
      [null, null],
    ])
  })

  it('takes a model for priced that has prices for all its tokens, or for its minutes', () => {
    expect(sessionUsageAnswer({ kept: true, lines: [all] }, prices)).toMatchObject({ cost: 30, unpriced: [] })
  })

  it('is nothing where nothing was used, and unknown where nobody counted or nothing has a price', () => {
    const costOf = (kept: boolean, lines: Parameters<typeof sessionUsageAnswer>[0]['lines'], list = true) =>
      sessionUsageAnswer({ kept, lines }, list ? prices : undefined).cost
    expect(costOf(true, [])).toBe(0)
    expect(costOf(false, [])).toBeNull()
    expect(costOf(true, [mind])).toBeNull()
    expect(costOf(true, [ears], false)).toBeNull()
    expect(costOf(true, [{ ...ears, used: nothing, uncounted: 1 }])).toBeNull()
  })
})
