import type { KeyRate } from '../wire/keys.js'

/** What the `anthropic-ratelimit-…` headers say is left; resets are times, so they need one to count from. */
export function anthropicRate(header: (name: string) => string | null, epochMs: number): KeyRate {
  const requests = countOf(header('anthropic-ratelimit-requests-remaining'))
  const tokens = countOf(header('anthropic-ratelimit-tokens-remaining'))
  const resets = ['requests', 'tokens'].flatMap(kind => {
    // biome-ignore lint/style/noRestrictedGlobals: reads a time that is given
    const atMs = Date.parse(header(`anthropic-ratelimit-${kind}-reset`) ?? '')
    return Number.isNaN(atMs) ? [] : [Math.max(0, atMs - epochMs)]
  })
  return {
    ...(requests === undefined ? {} : { remainingRequests: requests }),
    ...(tokens === undefined ? {} : { remainingTokens: tokens }),
    ...(resets.length === 0 ? {} : { resetMs: Math.max(...resets) }),
  }
}

function countOf(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}
