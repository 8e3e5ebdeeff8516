import type { LanguageModelPart } from '@parley/core'

type Usage = Extract<LanguageModelPart, { readonly kind: 'usage' }>

/** What an answer costs that several models gave pieces of: each counts its own from nought. */
export interface UsageSum {
  /** For the next model: from its count to that of the whole answer. */
  next(): (usage: Usage) => Usage
}

export function createUsageSum(): UsageSum {
  let earlier: Usage | undefined
  let latest: Usage | undefined
  return {
    next() {
      earlier = latest
      return usage => {
        latest = earlier === undefined ? usage : sum(earlier, usage)
        return latest
      }
    },
  }
}

function sum(one: Usage, other: Usage): Usage {
  const cached = (one.cachedTokens ?? 0) + (other.cachedTokens ?? 0)
  return {
    kind: 'usage',
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...(one.cachedTokens === undefined && other.cachedTokens === undefined ? {} : { cachedTokens: cached }),
  }
}
