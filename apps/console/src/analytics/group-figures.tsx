/** Agents, doors or languages beside each other. */
import { useState } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { DataTable } from '../ui/data-table.js'
import { edgeName } from '../ui/edge-names.js'
import type { HashQuery } from '../ui/hash-query.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Choice } from './choice.js'
import { Figure } from './figure.js'
import { type Range, sessionsHref } from './range.js'
import type { Group, Report } from './report-types.js'
import { words as table } from './words.js'

interface GroupFiguresProps {
  readonly report: Report
  readonly range: Range
  readonly query: HashQuery
  readonly save: (csv: string) => Promise<Blob>
}

const kinds = ['agent', 'edge', 'language'] as const

export function GroupFigures({ report, range, query, save }: GroupFiguresProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { count, share, ms } = useNumbers()
  const [by, choose] = useState<Group['by']>('agent')
  return (
    <Figure wide title={words.groups} csv="groups" save={save}>
      <Choice
        label={words.groups}
        chosen={by}
        choices={kinds.map(kind => [kind, words.groupBy[kind]])}
        choose={choose}
      />
      <DataTable
        caption={words.groupBy[by]}
        rows={report.groups.filter(group => group.by === by)}
        keyOf={({ name }) => name}
        columns={[
          {
            name: words.name,
            cell: ({ name }) => (
              <a href={sessionsHref(range, query, { [by]: name })}>
                {by === 'edge' ? edgeName(name, language) : name}
              </a>
            ),
          },
          { name: words.sessions, cell: ({ sessions }) => count(sessions), figures: true },
          { name: words.minutes, cell: ({ minutes }) => count(minutes), figures: true },
          { name: words.turns, cell: ({ turns }) => count(turns), figures: true },
          {
            name: words.interrupted,
            cell: ({ replies, interrupted }) => share(replies === 0 ? null : interrupted / replies),
            figures: true,
          },
          { name: words.median, cell: ({ latency }) => ms(latency.p50), figures: true },
          { name: 'p95', cell: ({ latency }) => ms(latency.p95), figures: true },
          { name: words.failed, cell: ({ failed }) => count(failed), figures: true },
        ]}
      />
    </Figure>
  )
}
