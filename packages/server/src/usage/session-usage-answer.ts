import type { PriceList } from '@parley/engines'
import type { StoredUsage } from '@parley/platform'
import { costOfAll, costOfLine } from './priced-usage.js'
import type { SessionUsageAnswer } from './usage-schemas.js'

/** What the API tells of a session's use, priced now. */
export function sessionUsageAnswer(
  { kept, lines }: StoredUsage,
  prices: PriceList | undefined,
): SessionUsageAnswer {
  const sum = costOfAll(lines, prices)
  return {
    kept,
    currency: prices?.currency ?? null,
    ...(kept || lines.length > 0 ? sum : { ...sum, cost: null, wastedCost: null }),
    lines: lines.map(({ model = null, used, wasted, ...line }) => ({
      ...{ ...line, model, used: { ...used }, wasted: { ...wasted } },
      ...costOfLine({ ...line, model, used, wasted }, prices),
    })),
  }
}
