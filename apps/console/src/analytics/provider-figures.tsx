/** Stages by who made them. */
import { usePageWords } from '../i18n/language.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface ProviderFiguresProps {
  readonly report: Report
  readonly save: (csv: string) => Promise<Blob>
}

export function ProviderFigures({ report, save }: ProviderFiguresProps) {
  const words = usePageWords(table)
  const { ms, count } = useNumbers()
  const { providers } = report.latency
  return (
    <Figure wide title={words.providers} note={words.providersNote} csv="providers" save={save}>
      {providers.length === 0 ? (
        <p className="hint">{words.nobody}</p>
      ) : (
        <DataTable
          caption={words.providers}
          rows={providers}
          keyOf={({ stage, slot, provider, model }) => `${stage} ${slot} ${provider} ${model}`}
          columns={[
            { name: words.stage, cell: ({ stage }) => words.stages[stage] ?? stage },
            { name: words.provider, cell: ({ provider }) => provider },
            { name: words.model, cell: ({ model }) => model ?? '–' },
            { name: 'p50', cell: ({ p50 }) => ms(p50), figures: true },
            { name: 'p95', cell: ({ p95 }) => ms(p95), figures: true },
            { name: 'p99', cell: ({ p99 }) => ms(p99), figures: true },
            { name: words.rows, cell: ({ rows }) => count(rows), figures: true },
          ]}
        />
      )}
    </Figure>
  )
}
