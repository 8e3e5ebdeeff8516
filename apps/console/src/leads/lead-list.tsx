/** People who may be called, newest first. */
import { type FormEvent, useState } from 'react'
import { NotHere } from '../history/history.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { Chip } from '../ui/chip.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { Empty } from '../ui/empty.js'
import { PageFrame } from '../ui/page-frame.js'
import { Pager } from '../ui/pager.js'
import { useKept } from '../ui/use-kept.js'
import { LeadForm } from './lead-form.js'
import type { LeadPage, LeadRow } from './lead-types.js'
import { words as table } from './words.js'

const PAGE_LENGTH = '50'

export function LeadList({ session }: { readonly session: ConsoleSession }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const [filter, setFilter] = useState<Readonly<Record<string, string>>>({})
  const [before, setBefore] = useState<string>()
  const query = new URLSearchParams({
    limit: PAGE_LENGTH,
    ...filter,
    ...(before === undefined ? {} : { before }),
  })
  const token = session.token()
  const { value: page, loaded, reload } = useKept<LeadPage>(`/api/leads?${query}`, token)
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const columns: readonly Column<LeadRow>[] = [
    { name: words.name, cell: ({ id, name }) => <a href={pathTo('leads', id)}>{name ?? words.noName}</a> },
    { name: words.phone, cell: ({ phone }) => phone },
    { name: words.status, cell: ({ status }) => <Chip text={status} /> },
    { name: words.changed, cell: ({ updatedAtMs }) => moment.format(updatedAtMs) },
    {
      name: words.lastCall,
      cell: ({ lastCall }) => lastCall !== undefined && <a href={pathTo('calls', lastCall)}>{words.see}</a>,
    },
  ]

  function find(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const asked = [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
      typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()] as const] : [],
    )
    setFilter(Object.fromEntries(asked))
    setBefore(undefined)
  }

  return (
    <PageFrame title={words.heading} lead={words.lead}>
      <form className="form-row" aria-label={words.find} onSubmit={find}>
        <label className="field leads-filter">
          {words.phoneFilter}
          <input name="phone" type="tel" maxLength={50} autoComplete="off" />
        </label>
        <label className="field leads-filter">
          {words.statusFilter}
          <input name="status" maxLength={200} autoComplete="off" />
        </label>
        <button type="submit" className="button">
          {words.show}
        </button>
      </form>
      {page === undefined && loaded.kind !== 'here' && (
        <NotHere loaded={loaded} session={session} retry={reload} scope="calls:read" />
      )}
      {page?.leads.length === 0 && (
        <Empty title={Object.keys(filter).length === 0 ? words.empty : words.noneOfThese}>
          <p>{words.emptyHint}</p>
        </Empty>
      )}
      {page !== undefined && page.leads.length > 0 && (
        <DataTable caption={words.list} columns={columns} rows={page.leads} keyOf={({ id }) => id} />
      )}
      {page !== undefined && (
        <>
          <Pager before={before} next={page.next} go={setBefore} newest={words.newest} older={words.older} />
          <h3>{words.newLead}</h3>
          <LeadForm token={token} saved={reload} />
        </>
      )}
    </PageFrame>
  )
}
