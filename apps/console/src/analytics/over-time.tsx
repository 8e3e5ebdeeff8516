/** Conversations by hour or day, with the part of them that was interrupted beside the picture. */
import { useLanguage, usePageWords } from '../i18n/language.js'
import { ColumnsChart } from '../ui/columns-chart.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Range } from './range.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface OverTimeProps {
  readonly report: Report
  readonly range: Range
  readonly save: (csv: string) => Promise<Blob>
}

export function OverTime({ report: { overTime, headline }, range, save }: OverTimeProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { count, ms, decimal } = useNumbers()
  const hourly = range.bucket === 'hour'
  const short = new Intl.DateTimeFormat(
    language,
    hourly ? { hour: 'numeric', hourCycle: 'h23' } : { day: 'numeric', month: 'short' },
  )
  const long = new Intl.DateTimeFormat(
    language,
    hourly ? { dateStyle: 'medium', timeStyle: 'short' } : { dateStyle: 'full' },
  )
  const most = Math.max(0, ...overTime.map(({ sessions }) => sessions))
  return (
    <Figure
      wide
      title={words.overTime}
      csv="over-time"
      save={save}
      asTable={
        <DataTable
          caption={words.overTime}
          rows={overTime.filter(({ sessions }) => sessions > 0)}
          keyOf={({ atMs }) => String(atMs)}
          columns={[
            { name: words.when, cell: ({ atMs }) => long.format(atMs) },
            { name: words.sessions, cell: ({ sessions }) => count(sessions), figures: true },
            { name: words.minutes, cell: ({ minutes }) => decimal(minutes), figures: true },
            { name: words.turns, cell: ({ turns }) => count(turns), figures: true },
            { name: words.interrupted, cell: ({ interrupted }) => count(interrupted), figures: true },
            { name: words.median, cell: ({ latency }) => ms(latency.p50), figures: true },
          ]}
        />
      }
    >
      <ColumnsChart
        summary={words.overTimeSummary(count(headline.sessions), count(most))}
        write={count}
        columns={overTime.map(({ atMs, sessions, latency }) => ({
          key: String(atMs),
          label: short.format(atMs),
          value: sessions,
          title: `${long.format(atMs)}: ${count(sessions)}, ${words.median.toLowerCase()} ${ms(latency.p50)}`,
        }))}
      />
    </Figure>
  )
}
