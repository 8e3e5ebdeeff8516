import type { KeyRate } from '../wire/keys.js'

/** What the `x-ratelimit-…` headers say is left; undefined where they are absent, as they sometimes are. */
export function openaiRate(header: (name: string) => string | null): KeyRate {
  const requests = countOf(header('x-ratelimit-remaining-requests'))
  const tokens = countOf(header('x-ratelimit-remaining-tokens'))
  const resets = [header('x-ratelimit-reset-requests'), header('x-ratelimit-reset-tokens')].flatMap(span => {
    const ms = spanMs(span)
    return ms === undefined ? [] : [ms]
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

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `6m0s`, `1s`, `120ms` in ms; undefined for anything else. */
export function spanMs(text: string | null): number | undefined {
  if (text === null || !/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined
  let total = 0
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
    total += Number(number) * (unitMs[unit ?? ''] ?? 0)
  return total
}
