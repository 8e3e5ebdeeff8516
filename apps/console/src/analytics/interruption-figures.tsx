/** Speech into answers: what was made of it, and how much of an interrupted answer was heard. */
import { usePageWords } from '../i18n/language.js'
import { ColumnsChart } from '../ui/columns-chart.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface InterruptionFiguresProps {
  readonly report: Report
  readonly save: (csv: string) => Promise<Blob>
}

export function InterruptionFigures({ report, save }: InterruptionFiguresProps) {
  const words = usePageWords(table)
  const { ms, count, decimal } = useNumbers()
  const { rulings, heard } = report.interruptions
  const columns = heard.map(({ fromMs, replies }, index) => {
    const next = heard[index + 1]
    const label = `${decimal(fromMs / 1_000)}${next === undefined ? '+' : `–${decimal(next.fromMs / 1_000)}`} s`
    return { key: String(fromMs), label, value: replies, title: `${label}: ${count(replies)}` }
  })
  return (
    <Figure title={words.interruptions} note={words.interruptionsNote} csv="interruptions" save={save}>
      <DataTable
        caption={words.interruptions}
        short
        rows={rulings}
        keyOf={({ ruling }) => ruling}
        columns={[
          { name: words.ruling, cell: ({ ruling }) => words.rulings[ruling] ?? ruling },
          { name: words.times, cell: ({ rows }) => count(rows), figures: true },
          { name: 'p50', cell: ({ p50 }) => ms(p50), figures: true },
          { name: 'p95', cell: ({ p95 }) => ms(p95), figures: true },
        ]}
      />
      <h4>{words.heardChart}</h4>
      <ColumnsChart
        summary={`${words.heardChart}. ${columns.map(({ title }) => title).join('; ')}`}
        columns={columns}
        write={count}
        height={90}
      />
    </Figure>
  )
}
