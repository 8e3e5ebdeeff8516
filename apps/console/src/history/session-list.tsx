/** Past conversations, newest first, each a link to what was said. */
import { useState } from 'react'
import { useLanguage } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { HistoryFrame, NotHere } from './history.js'
import type { SessionPage, SessionSummary } from './stored.js'
import { useGateway } from './use-gateway.js'

const PAGE_LENGTH = 25

export function SessionList({ session }: { readonly session: ConsoleSession }) {
  const words = useLanguage().messages.history
  // The way back to newer pages: each `before` that was asked for.
  const [trail, setTrail] = useState<readonly string[]>([])
  const before = trail.at(-1)
  const path = `/api/sessions?limit=${PAGE_LENGTH}${before ? `&before=${encodeURIComponent(before)}` : ''}`
  const [loaded, retry] = useGateway<SessionPage>(path, session.token())
  const page = loaded.kind === 'here' ? loaded.value : undefined
  const next = page?.next
  return (
    <HistoryFrame title={words.heading} back={{ href: pathTo('talk'), text: words.toTalk }}>
      {loaded.kind !== 'here' && <NotHere loaded={loaded} session={session} retry={retry} />}
      {page?.sessions.length === 0 && <p className="hint">{words.empty}</p>}
      <ol className="history-list">
        {page?.sessions.map(each => (
          <li key={each.id}>
            <SessionLink summary={each} />
          </li>
        ))}
      </ol>
      {(trail.length > 0 || next) && (
        <p className="history-pages">
          <button
            type="button"
            className="button"
            disabled={trail.length === 0}
            onClick={() => setTrail(trail.slice(0, -1))}
          >
            {words.newer}
          </button>
          <button
            type="button"
            className="button"
            disabled={!next}
            onClick={() => next && setTrail([...trail, next])}
          >
            {words.older}
          </button>
        </p>
      )}
    </HistoryFrame>
  )
}

function SessionLink({ summary }: { readonly summary: SessionSummary }) {
  const { language, messages } = useLanguage()
  const { id, agent, startedAtMs, endedAtMs, turnCount } = summary
  const began = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <a className="history-one" href={pathTo('sessions', id)}>
      <span className="history-when">{began.format(startedAtMs)}</span>
      <span className="hint">
        {[
          agent,
          messages.history.turns(turnCount),
          endedAtMs === undefined ? messages.history.noEnd : lengthOf(endedAtMs - startedAtMs),
        ].join(' · ')}
      </span>
    </a>
  )
}

/** `m:ss` */
function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
