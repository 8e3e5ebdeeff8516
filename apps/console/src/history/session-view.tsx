/** One past conversation: what was said and heard, and where the time of its answers went. */

import { Entries } from '../conversation/entries.js'
import { useLanguage } from '../i18n/language.js'
import { Latency } from '../latency/latency.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { HistoryFrame, NotHere } from './history.js'
import { entriesOf, ledgersOf, type StoredSession } from './stored.js'
import { useGateway } from './use-gateway.js'

interface SessionViewProps {
  readonly id: string
  readonly session: ConsoleSession
}

export function SessionView({ id, session }: SessionViewProps) {
  const { language, messages } = useLanguage()
  const words = messages.history
  const path = `/api/sessions/${encodeURIComponent(id)}`
  const [loaded, retry] = useGateway<StoredSession>(path, session.token())
  const stored = loaded.kind === 'here' ? loaded.value : undefined
  const ledgers = stored ? ledgersOf(stored) : []
  const began = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'medium' })
  return (
    <>
      <HistoryFrame title={words.one} back={{ href: pathTo('sessions'), text: words.toList }}>
        {loaded.kind !== 'here' && <NotHere loaded={loaded} session={session} retry={retry} />}
        {stored && (
          <>
            <p className="hint">
              {began.format(stored.startedAtMs)} · {stored.agent} · <code>{stored.id}</code>
            </p>
            {stored.truncated && <p className="hint">{words.truncated}</p>}
            {stored.turns.length === 0 && <p className="hint">{words.silent}</p>}
            <Entries entries={entriesOf(stored)} />
          </>
        )}
      </HistoryFrame>
      <div className="page-side">{ledgers.length > 0 && <Latency ledgers={ledgers} />}</div>
    </>
  )
}
