/** How conversations go, counted over a range of days. What was counted stays until the next count is there. */
import { useMemo, useRef, useState } from 'react'
import { NotHere } from '../history/history.js'
import { useGateway } from '../history/use-gateway.js'
import { usePageWords } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { Empty } from '../ui/empty.js'
import { type HashQuery, useHashQuery } from '../ui/hash-query.js'
import { PageFrame } from '../ui/page-frame.js'
import { CostFigures } from './cost-figures.js'
import { EndingFigures } from './ending-figures.js'
import { GroupFigures } from './group-figures.js'
import { Headline } from './headline.js'
import { InterruptionFigures } from './interruption-figures.js'
import { LatencyFigures } from './latency-figures.js'
import { LengthFigures } from './length-figures.js'
import { MoreFigures } from './more-figures.js'
import { OverTime } from './over-time.js'
import { ProviderFigures } from './provider-figures.js'
import { questionOf, rangeOf } from './range.js'
import { type Facets, RangeBar } from './range-bar.js'
import type { Report } from './report-types.js'
import { TalkFigures } from './talk-figures.js'
import { words as table } from './words.js'
import './analytics.css'

interface Counted {
  readonly report: Report
  readonly question: string
}

export function AnalyticsPage({ session }: PageProps) {
  const words = usePageWords(table)
  const token = session.token()
  const [query, ask] = useHashQuery()
  // The day may change while the page is open; a new range begins with a new choice.
  const key = JSON.stringify(query)
  const range = useMemo(() => rangeOf(JSON.parse(key) as HashQuery, new Date()), [key])
  const question = questionOf(range, query, Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [loaded, reload] = useGateway<Report>(`/api/analytics?${question}`, token)
  const [facets] = useGateway<Facets>('/api/sessions/facets', token)
  const known = useRef<Facets>(undefined)
  if (facets.kind === 'here') known.current = facets.value
  const [counted, setCounted] = useState<Counted>()
  if (loaded.kind === 'here' && loaded.value !== counted?.report)
    setCounted({ report: loaded.value, question })
  const report = counted?.report
  const failed = loaded.kind !== 'here' && loaded.kind !== 'loading' ? loaded : undefined

  async function save(name: string): Promise<Blob> {
    const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(`/api/analytics/${name}?${question}`, { headers, cache: 'no-store' })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return response.blob()
  }

  const parts = report && { report, range, query, save }
  return (
    <PageFrame title={words.heading} lead={words.lead}>
      <RangeBar range={range} query={query} ask={ask} facets={known.current} />
      {failed && <NotHere loaded={failed} session={session} retry={reload} />}
      <p className="unseen" role="status">
        {loaded.kind === 'loading' ? words.loading : ''}
      </p>
      <div className="counted" aria-busy={loaded.kind === 'loading'} hidden={failed !== undefined}>
        <Headline report={report} range={range} query={query} />
        {report?.headline.sessions === 0 && (
          <Empty title={words.emptyTitle}>
            <p>{words.emptyText}</p>
          </Empty>
        )}
        {parts && parts.report.headline.sessions > 0 && (
          <div className="figures-grid">
            <OverTime {...parts} />
            <LatencyFigures {...parts} />
            <EndingFigures {...parts} />
            <div className="figure-stack">
              <InterruptionFigures {...parts} />
              <LengthFigures {...parts} />
            </div>
            <TalkFigures {...parts} />
            <div className="figure-stack">
              <MoreFigures {...parts} />
            </div>
            <GroupFigures {...parts} />
            <ProviderFigures {...parts} />
            <CostFigures {...parts} />
          </div>
        )}
      </div>
    </PageFrame>
  )
}
