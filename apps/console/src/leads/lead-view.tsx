/** One lead: what is known, the calls that were had, and the way to call. */
import { useState } from 'react'
import type { CallPage } from '../calls/call-types.js'
import { FieldList } from '../calls/field-list.js'
import { NewCall } from '../calls/new-call.js'
import { words as callWords } from '../calls/words.js'
import { NotHere } from '../history/history.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { Chip } from '../ui/chip.js'
import { PageFrame } from '../ui/page-frame.js'
import { useKept } from '../ui/use-kept.js'
import { LeadForm } from './lead-form.js'
import type { LeadRow } from './lead-types.js'
import { words as table } from './words.js'

interface LeadViewProps {
  readonly id: string
  readonly session: ConsoleSession
}

const CALLS_MS = 3_000

export function LeadView({ id, session }: LeadViewProps) {
  const words = usePageWords(table)
  const token = session.token()
  const { value: lead, loaded, reload } = useKept<LeadRow>(`/api/leads/${encodeURIComponent(id)}`, token)
  const [editing, setEditing] = useState(false)
  return (
    <PageFrame
      title={lead?.name ?? words.noName}
      back={{ href: pathTo('leads'), text: words.back }}
      actions={
        lead &&
        !editing && (
          <button type="button" className="button" onClick={() => setEditing(true)}>
            {words.edit}
          </button>
        )
      }
    >
      {lead === undefined && loaded.kind !== 'here' && (
        <NotHere loaded={loaded} session={session} retry={reload} scope="calls:read" />
      )}
      {lead && (
        <>
          <p>
            <strong>{lead.phone}</strong> <Chip text={lead.status} />
          </p>
          {editing ? (
            <LeadForm
              token={token}
              lead={lead}
              saved={() => {
                setEditing(false)
                reload()
              }}
              cancel={() => setEditing(false)}
            />
          ) : (
            <FieldList fields={lead.fields} />
          )}
          <h3>{words.call}</h3>
          <NewCall session={session} lead={lead.id} made={reload} />
          <Calls lead={lead.id} token={token} />
        </>
      )}
    </PageFrame>
  )
}

function Calls({ lead, token }: { readonly lead: string; readonly token: string }) {
  const words = usePageWords(table)
  const { statuses } = usePageWords(callWords)
  const { language } = useLanguage()
  const path = `/api/calls?lead=${encodeURIComponent(lead)}`
  const { value: page } = useKept<CallPage>(path, token, CALLS_MS)
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <>
      <h3>{words.calls}</h3>
      {page?.calls.length === 0 && <p className="hint">{words.noCalls}</p>}
      <ul className="calls-attempts">
        {page?.calls.map(({ id, createdAtMs, status }) => (
          <li key={id}>
            <a href={pathTo('calls', id)}>{moment.format(createdAtMs)}</a> · {statuses[status]}
          </li>
        ))}
      </ul>
    </>
  )
}
