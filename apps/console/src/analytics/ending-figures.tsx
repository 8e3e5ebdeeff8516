/** How conversations end: how many are still on after each turn, and what came last. */
import { usePageWords } from '../i18n/language.js'
import { ColumnsChart } from '../ui/columns-chart.js'
import { DataTable } from '../ui/data-table.js'
import type { HashQuery } from '../ui/hash-query.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import { type Range, sessionsHref } from './range.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface EndingFiguresProps {
  readonly report: Report
  readonly range: Range
  readonly query: HashQuery
  readonly save: (csv: string) => Promise<Blob>
}

export function EndingFigures({ report: { endings }, range, query, save }: EndingFiguresProps) {
  const words = usePageWords(table)
  const { count, share } = useNumbers()
  const { byTurns, reasons } = endings
  const all = byTurns.reduce((sum, { sessions }) => sum + sessions, 0)
  // The last class has all that had more, so that nothing can be said after it.
  const curve = byTurns.slice(0, -1).map(({ turns }, index) => {
    const ended = byTurns.slice(0, index + 1).reduce((sum, { sessions }) => sum + sessions, 0)
    const rest = all === 0 ? 0 : (all - ended) / all
    return { key: String(turns), label: String(turns), value: rest, title: `${turns}: ${share(rest)}` }
  })
  const ends = curve.findIndex(({ value }) => value === 0)
  const shown = curve.slice(0, Math.max(6, ends === -1 ? curve.length : ends + 1))
  return (
    <Figure
      title={words.endings}
      csv="endings"
      save={save}
      asTable={
        <DataTable
          caption={words.stillOn}
          short
          rows={shown}
          keyOf={({ key }) => key}
          columns={[
            { name: words.turns, cell: ({ label }) => label },
            { name: words.share, cell: ({ value }) => share(value), figures: true },
          ]}
        />
      }
    >
      <h4>{words.stillOn}</h4>
      <ColumnsChart
        as="steps"
        summary={words.stillOnSummary(share(curve[1]?.value))}
        columns={shown}
        write={value => share(value)}
        height={110}
      />
      <DataTable
        caption={words.endings}
        short
        rows={reasons.slice(0, 8)}
        keyOf={({ reason, after }) => `${reason} ${after}`}
        columns={[
          {
            name: words.reason,
            cell: ({ reason }) => (
              <a href={sessionsHref(range, query, { ended: reason })}>{words.ends[reason] ?? reason}</a>
            ),
          },
          { name: words.after, cell: ({ after }) => words.afters[after] ?? after },
          { name: words.sessions, cell: ({ sessions }) => count(sessions), figures: true },
        ]}
      />
    </Figure>
  )
}
