/** What providers and calls cost, as far as it was counted and has a price; what has none is never shown as free. */
import { CostNotes, UsageTable } from '../costs/usage-table.js'
import { usePageWords } from '../i18n/language.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface CostFiguresProps {
  readonly report: Report
  readonly save: (csv: string) => Promise<Blob>
}

export function CostFigures({ report: { costs, headline }, save }: CostFiguresProps) {
  const words = usePageWords(table)
  const { count, money } = useNumbers()
  const currency = costs.currency ?? ''
  const isOld = costs.sessions < headline.sessions
  return (
    <Figure wide title={words.costs} note={words.costsNote} csv="usage" save={save}>
      <CostNotes {...costs} />
      {isOld && (
        <p className="hint">
          {words.costsOld(count(headline.sessions - costs.sessions), count(headline.sessions))}
        </p>
      )}
      {costs.truncated && <p className="hint">{words.costsCut}</p>}
      {costs.usage.length > 0 && (
        <UsageTable
          caption={words.costs}
          lines={costs.usage}
          currency={costs.currency}
          keyOf={({ agent }) => agent}
          before={[
            { name: words.agent, cell: ({ agent }) => agent },
            { name: words.sessions, cell: ({ sessions }) => count(sessions), figures: true },
          ]}
        />
      )}
      {costs.tokens.length > 0 && <h4>{words.tokensOld}</h4>}
      {costs.tokens.length > 0 && (
        <DataTable
          caption={words.tokensOld}
          rows={costs.tokens}
          keyOf={({ agent, slot, provider, model }) => `${agent} ${slot} ${provider} ${model}`}
          columns={[
            { name: words.agent, cell: ({ agent }) => agent },
            { name: words.provider, cell: ({ provider }) => provider ?? '–' },
            { name: words.model, cell: ({ model }) => model ?? '–' },
            {
              name: words.counted,
              cell: ({ counted, replies }) => `${count(counted)} / ${count(replies)}`,
              figures: true,
            },
            {
              name: words.inputTokens,
              cell: ({ counted, inputTokens }) => count(counted === 0 ? null : inputTokens),
              figures: true,
            },
            {
              name: words.outputTokens,
              cell: ({ counted, outputTokens }) => count(counted === 0 ? null : outputTokens),
              figures: true,
            },
            { name: words.cost, cell: ({ cost }) => money(cost, currency), figures: true },
          ]}
        />
      )}
      {costs.calls.length > 0 && (
        <DataTable
          caption={words.callsSpent}
          rows={costs.calls}
          keyOf={({ what }) => what}
          columns={[
            { name: words.callsSpent, cell: ({ what }) => what },
            { name: words.rows, cell: ({ rows }) => count(rows), figures: true },
            {
              name: words.cost,
              cell: ({ micros, unsettled }) =>
                `${money(micros / 1e6, currency)}${unsettled > 0 ? ` (${words.estimate(count(unsettled))})` : ''}`,
              figures: true,
            },
          ]}
        />
      )}
    </Figure>
  )
}
