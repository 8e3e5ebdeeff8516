import type { PriceList } from '@parley/engines'
import { type AnalyticsReport, slowAnswerMs, type TokenFigures } from '@parley/platform'
import type { Config } from '../config/settings.js'
import { costOfAll, costOfLine } from '../usage/priced-usage.js'
import type { AnalyticsAnswer } from './analytics-schemas.js'

/** What the API answers: the counted figures, the targets of this gateway, and what was used cost by its price list. */
export function answerOf(
  report: AnalyticsReport,
  { config, prices }: { readonly config: Targets; readonly prices: PriceList | undefined },
): AnalyticsAnswer {
  const { tokens, spend, usage, ...figures } = report
  return {
    // Lists are only lent by the report.
    ...structuredClone(figures as Mutable<typeof figures>),
    targets: {
      firstTokenMs: config.targetFirstTokenMs,
      bargeInMs: config.targetBargeInMs,
      slowAnswerMs,
    },
    costs: {
      currency: prices?.currency ?? null,
      ...costOfAll(usage.lines, prices),
      sessions: usage.sessions,
      truncated: usage.truncated,
      usage: usage.lines.map(({ used, wasted, ...line }) => ({
        ...{ ...line, used: { ...used }, wasted: { ...wasted } },
        ...costOfLine({ ...line, used, wasted }, prices),
      })),
      tokens: tokens.map(row => ({ ...row, cost: costOf(row, prices) })),
      calls: spend.map(row => ({ ...row })),
    },
  }
}

type Targets = Pick<Config, 'targetFirstTokenMs' | 'targetBargeInMs'>
type Mutable<Value> = { -readonly [Key in keyof Value]: Mutable<Value[Key]> }

/** Null rather than 0 for what nobody counted or priced: it was not free. */
function costOf(row: TokenFigures, prices: PriceList | undefined): number | null {
  const { slot, provider, model, counted, inputTokens, outputTokens } = row
  if (counted === 0 || provider === null || !isPriced(slot)) return null
  return prices?.cost({ slot, provider, model: model ?? undefined }, { inputTokens, outputTokens }) ?? null
}

function isPriced(slot: string | null): slot is 'llm' | 'realtime' | 'live' {
  return slot === 'llm' || slot === 'realtime' || slot === 'live'
}
