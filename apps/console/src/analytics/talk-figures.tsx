/** Who speaks how much, as far as it was heard. */
import { usePageWords } from '../i18n/language.js'
import { ColumnsChart } from '../ui/columns-chart.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface TalkFiguresProps {
  readonly report: Report
  readonly save: (csv: string) => Promise<Blob>
}

export function TalkFigures({ report: { talk }, save }: TalkFiguresProps) {
  const words = usePageWords(table)
  const { count, share, decimal } = useNumbers()
  const spoken = talk.callerMs + talk.agentMs
  const columns = talk.shares.map(({ fromShare, sessions }) => {
    const label = `${Math.round(fromShare * 100)}`
    const name = `${label}–${share(fromShare + 0.1)}`
    return { key: label, label, name, value: sessions, title: `${name}: ${count(sessions)}` }
  })
  return (
    <Figure
      title={words.talk}
      csv="talk"
      save={save}
      asTable={
        <DataTable
          caption={words.talkChart}
          short
          rows={columns}
          keyOf={({ key }) => key}
          columns={[
            { name: words.share, cell: ({ name }) => name },
            { name: words.sessions, cell: ({ value }) => count(value), figures: true },
          ]}
        />
      }
    >
      <p className="figure-note">
        {spoken > 0 && words.talkSummary(share(talk.callerMs / spoken), share(talk.agentMs / spoken))}{' '}
        {words.overlap(count(talk.overlaps), decimal(talk.overlapMs / 1_000))}
      </p>
      <h4>{words.talkChart} (%)</h4>
      <ColumnsChart summary={words.talkChart} columns={columns} write={count} height={110} />
    </Figure>
  )
}
