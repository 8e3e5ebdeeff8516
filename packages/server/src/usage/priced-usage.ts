/** What was used, with what it cost by the price list: what nobody counted or priced is null and named, and never 0. */

import type { UsageLine, Used } from '@parley/core'
import type { PriceList } from '@parley/engines'

export type CountedLine = Pick<
  UsageLine,
  'slot' | 'provider' | 'used' | 'wasted' | 'requests' | 'uncounted'
> & {
  readonly model?: string | null
}

export interface LineCost {
  /** In the currency of the list. */
  readonly cost: number | null
  /** Of that, for answers that were thrown away. */
  readonly wastedCost: number | null
}

export interface CostSum extends LineCost {
  /** Providers that are in no sum, since the list has no price for them. */
  readonly unpriced: string[]
  /** Requests that are in no sum, since their provider did not tell what they used. */
  readonly uncounted: number
}

export function costOfLine(line: CountedLine, prices: PriceList | undefined): LineCost {
  const { slot, provider, used, wasted, requests, uncounted } = line
  const what = { slot, provider, model: line.model ?? undefined }
  const isKnown = isUsed(used) || uncounted < requests
  const cost = isKnown ? prices?.cost(what, used) : undefined
  if (cost === undefined) return { cost: null, wastedCost: null }
  return { cost, wastedCost: prices?.cost(what, wasted) ?? null }
}

/** Null without a list, and where none of the lines has a price; 0 where nothing was used. */
export function costOfAll(lines: readonly CountedLine[], prices: PriceList | undefined): CostSum {
  const costs = lines.map(line => ({ line, ...costOfLine(line, prices) }))
  const known = costs.filter(({ cost }) => cost !== null)
  const isNothing = prices === undefined || (known.length === 0 && lines.length > 0)
  const sum = (of: 'cost' | 'wastedCost') =>
    isNothing ? null : known.reduce((total, each) => total + (each[of] ?? 0), 0)
  const unpriced =
    prices === undefined ? [] : costs.filter(({ line, cost }) => cost === null && isUsed(line.used))
  return {
    cost: sum('cost'),
    wastedCost: sum('wastedCost'),
    unpriced: [...new Set(unpriced.map(({ line }) => nameOf(line)))],
    uncounted: lines.reduce((total, { uncounted }) => total + uncounted, 0),
  }
}

function nameOf({ slot, provider, model }: CountedLine): string {
  return [slot, provider, model].filter(part => part !== undefined && part !== null).join(' ')
}

function isUsed(used: Used): boolean {
  return Object.values(used).some(amount => amount > 0)
}
