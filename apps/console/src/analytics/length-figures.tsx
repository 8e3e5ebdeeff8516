/** How long conversations last. */
import { usePageWords } from '../i18n/language.js'
import { ColumnsChart } from '../ui/columns-chart.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface LengthFiguresProps {
  readonly report: Report
  readonly save: (csv: string) => Promise<Blob>
}

export function LengthFigures({ report, save }: LengthFiguresProps) {
  const words = usePageWords(table)
  const { count } = useNumbers()
  const { bySeconds } = report.endings
  const text = (seconds: number) => (seconds < 60 ? `${seconds} s` : `${seconds / 60} min`)
  const columns = bySeconds.map(({ fromSeconds, sessions }, index) => {
    const next = bySeconds[index + 1]?.fromSeconds
    const name = next === undefined ? words.longer(text(fromSeconds)) : `${text(fromSeconds)} – ${text(next)}`
    return {
      key: String(fromSeconds),
      label: text(fromSeconds),
      value: sessions,
      title: `${name}: ${count(sessions)}`,
    }
  })
  const summary = columns.filter(({ value }) => value > 0).map(({ title }) => title)
  return (
    <Figure title={words.lengths} csv="lengths" save={save}>
      <ColumnsChart
        summary={`${words.lengths}. ${summary.join('; ')}`}
        columns={columns}
        write={count}
        height={90}
      />
    </Figure>
  )
}
