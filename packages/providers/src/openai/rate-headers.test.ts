import { expect, it } from 'vitest'
import { openaiRate, spanMs } from './rate-headers.js'

it('reads what is left, and the longer of the waits', () => {
  const headers = new Headers({
    'x-ratelimit-remaining-requests': '9',
    'x-ratelimit-remaining-tokens': '1000',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-reset-tokens': '6m0s',
  })
  expect(openaiRate(name => headers.get(name))).toEqual({
    remainingRequests: 9,
    remainingTokens: 1_000,
    resetMs: 360_000,
  })
  expect(openaiRate(() => null)).toEqual({})
})

it('reads spans as the vendor writes them, and nothing else', () => {
  expect(['1s', '1m30s', '1.5s', '2h', '20ms'].map(spanMs)).toEqual([1_000, 90_000, 1_500, 7_200_000, 20])
  expect(['', 'soon', '1', '1s!', null].map(spanMs)).toEqual(Array(5).fill(undefined))
})
