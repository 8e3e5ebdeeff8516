/** Past conversations, newest first, or those that are looked for; each a link to what was said. */
import { useCallback, useEffect, useState } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { Empty } from '../ui/empty.js'
import { type HashQuery, useHashQuery } from '../ui/hash-query.js'
import { PageFrame } from '../ui/page-frame.js'
import { ExportButtons } from './export-buttons.js'
import { NotHere } from './history.js'
import { SearchForm } from './search-form.js'
import { apiQuery, isNarrowed } from './session-query.js'
import { SessionRow } from './session-row.js'
import type { SessionFacets, SessionPage } from './stored.js'
import { useGateway } from './use-gateway.js'
import { words as table } from './words.js'
import './search.css'

const PAGE_LENGTH = 25

export function SessionList({ session }: { readonly session: ConsoleSession }) {
  const { messages } = useLanguage()
  const words = usePageWords(table)
  const token = session.token()
  const [query, setQuery] = useHashQuery()
  const asked = apiQuery(query)
  // The way back to newer pages: each `before` that was asked for, of the query they belong to.
  const [trail, setTrail] = useState<{ readonly of: string; readonly pages: readonly string[] }>({
    of: asked,
    pages: [],
  })
  const pages = trail.of === asked ? trail.pages : []
  const go = (next: readonly string[]) => setTrail({ of: asked, pages: next })
  const path = `/api/sessions?${apiQuery(query, { limit: String(PAGE_LENGTH), before: pages.at(-1) ?? '' })}`
  const [loaded, retry] = useGateway<SessionPage>(path, token)
  const [facets] = useGateway<SessionFacets>('/api/sessions/facets', token)
  // What was there stays until its successor comes: nothing jumps while somebody types.
  const [page, setPage] = useState<SessionPage>()
  useEffect(() => {
    if (loaded.kind === 'here') setPage(loaded.value)
  }, [loaded])
  const ask = useCallback((next: HashQuery) => setQuery(next), [setQuery])
  const waits = loaded.kind === 'loading' && page !== undefined
  const next = page?.next
  const count = page?.sessions.length ?? 0

  return (
    <PageFrame
      title={messages.history.heading}
      lead={words.lead}
      actions={count > 0 && <ExportButtons query={asked} token={token} />}
    >
      <SearchForm query={query} ask={ask} facets={facets.kind === 'here' ? facets.value : undefined} />
      {loaded.kind !== 'here' && !waits && <NotHere loaded={loaded} session={session} retry={retry} />}
      <p className="unseen" role="status">
        {loaded.kind === 'here' && words.found(count, next !== undefined)}
      </p>
      {count === 0 && page !== undefined && <Nothing narrowed={isNarrowed(query)} />}
      <ol className="found-list" aria-label={words.results} aria-busy={waits}>
        {page?.sessions.map(each => (
          <li key={each.id}>
            <SessionRow summary={each} />
          </li>
        ))}
      </ol>
      {(pages.length > 0 || next) && (
        <p className="history-pages">
          <button
            type="button"
            className="button"
            disabled={pages.length === 0}
            onClick={() => go(pages.slice(0, -1))}
          >
            {messages.history.newer}
          </button>
          <button
            type="button"
            className="button"
            disabled={!next}
            onClick={() => next && go([...pages, next])}
          >
            {messages.history.older}
          </button>
        </p>
      )}
    </PageFrame>
  )
}

function Nothing({ narrowed }: { readonly narrowed: boolean }) {
  const words = usePageWords(table)
  if (narrowed) {
    return (
      <Empty title={words.nothingTitle}>
        <p>{words.nothingText}</p>
      </Empty>
    )
  }
  return (
    <Empty title={words.emptyTitle}>
      <p>{words.emptyText}</p>
      <p>
        <a href={pathTo('talk')}>{words.talk}</a>
      </p>
    </Empty>
  )
}
