/** Phone calls, newest first, kept up to date while one of them is on. */
import { useState } from 'react'
import { NotHere } from '../history/history.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { Chip } from '../ui/chip.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { Empty } from '../ui/empty.js'
import { formatLength } from '../ui/format-length.js'
import { PageFrame } from '../ui/page-frame.js'
import { Pager } from '../ui/pager.js'
import { useKept } from '../ui/use-kept.js'
import { type CallPage, type CallRow, type CallStatus, callStatuses, isOver } from './call-types.js'
import { NewCall } from './new-call.js'
import { words as table } from './words.js'

const REFRESH_MS = 3_000
const PAGE_LENGTH = 50

export function CallList({ session }: { readonly session: ConsoleSession }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const [status, setStatus] = useState<CallStatus>()
  const [before, setBefore] = useState<string>()
  const query = new URLSearchParams({
    limit: String(PAGE_LENGTH),
    ...(status === undefined ? {} : { status }),
    ...(before === undefined ? {} : { before }),
  })
  const token = session.token()
  const { value: page, loaded, reload } = useKept<CallPage>(`/api/calls?${query}`, token, REFRESH_MS)
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const money = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 4 })
  const columns: readonly Column<CallRow>[] = [
    {
      name: words.when,
      cell: ({ id, createdAtMs }) => <a href={pathTo('calls', id)}>{moment.format(createdAtMs)}</a>,
    },
    {
      name: words.who,
      cell: ({ direction, from, to }) => {
        const number = direction === 'inbound' ? from : to
        return (
          <>
            {number === '' ? words.hidden : number} <span className="hint">{words[direction]}</span>
          </>
        )
      },
    },
    { name: words.agent, cell: ({ agent }) => agent },
    {
      name: words.status,
      cell: call => <StatusChip status={call.status} text={words.statuses[call.status]} />,
    },
    {
      name: words.talked,
      figures: true,
      cell: ({ talkedSeconds }) => (talkedSeconds === undefined ? '–' : formatLength(talkedSeconds * 1000)),
    },
    {
      name: words.cost,
      figures: true,
      cell: ({ costMicros }) => (costMicros === 0 ? '–' : money.format(costMicros / 1_000_000)),
    },
  ]

  function choose(wanted: CallStatus | undefined): void {
    setStatus(wanted)
    setBefore(undefined)
  }

  return (
    <PageFrame title={words.heading} lead={words.lead}>
      {page === undefined && loaded.kind !== 'here' && (
        <NotHere loaded={loaded} session={session} retry={reload} scope="calls:read" />
      )}
      {page !== undefined && (
        <>
          <NewCall session={session} made={reload} />
          <label className="field calls-filter">
            {words.which}
            <select
              value={status ?? ''}
              onChange={event => choose(callStatuses.find(each => each === event.target.value))}
            >
              <option value="">{words.all}</option>
              {callStatuses.map(each => (
                <option key={each} value={each}>
                  {words.statuses[each]}
                </option>
              ))}
            </select>
          </label>
          {page.calls.length === 0 ? (
            <Empty title={status === undefined ? words.empty : words.noneOfThese}>
              {status === undefined && <p>{words.emptyHint}</p>}
            </Empty>
          ) : (
            <DataTable caption={words.list} columns={columns} rows={page.calls} keyOf={({ id }) => id} />
          )}
          <Pager before={before} next={page.next} go={setBefore} newest={words.newest} older={words.older} />
        </>
      )}
    </PageFrame>
  )
}

export function StatusChip({ status, text }: { readonly status: CallStatus; readonly text: string }) {
  const isBad = status === 'failed' || status === 'unreached'
  return <Chip tone={isBad ? 'bad' : isOver(status) ? 'plain' : 'good'} text={text} />
}
