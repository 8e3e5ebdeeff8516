/** One phone call: how it stands, what was said, what came of it; while it is on, kept up to date. */
import { useState } from 'react'
import { NotHere } from '../history/history.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { formatLength } from '../ui/format-length.js'
import { PageFrame } from '../ui/page-frame.js'
import { send } from '../ui/send.js'
import { useKept } from '../ui/use-kept.js'
import { StatusChip } from './call-list.js'
import { CallOutcome } from './call-outcome.js'
import { type CallDetail, isOver } from './call-types.js'
import { FieldList } from './field-list.js'
import { words as table } from './words.js'

interface CallViewProps {
  readonly id: string
  readonly session: ConsoleSession
}

const LIVE_MS = 1_500
const OVER_MS = 10_000

export function CallView({ id, session }: CallViewProps) {
  const words = usePageWords(table)
  const token = session.token()
  const path = `/api/calls/${encodeURIComponent(id)}`
  const [everyMs, setEveryMs] = useState(LIVE_MS)
  const { value: call, loaded, reload } = useKept<CallDetail>(path, token, everyMs)
  const wantedMs = call !== undefined && isOver(call.status) ? OVER_MS : LIVE_MS
  if (wantedMs !== everyMs) setEveryMs(wantedMs)
  return (
    <PageFrame
      title={words.one}
      back={{ href: pathTo('calls'), text: words.back }}
      actions={call && !isOver(call.status) && <Cancel call={call} token={token} done={reload} />}
    >
      {call === undefined && loaded.kind !== 'here' && (
        <NotHere loaded={loaded} session={session} retry={reload} scope="calls:read" />
      )}
      {call && (
        <>
          <Head call={call} />
          <CallOutcome call={call} />
          <Transcript call={call} />
          <Attempts call={call} />
          {Object.keys(call.facts).length > 0 && (
            <>
              <h3>{words.facts}</h3>
              <FieldList fields={call.facts} />
            </>
          )}
        </>
      )}
    </PageFrame>
  )
}

function Head({ call }: { readonly call: CallDetail }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'medium' })
  const { direction, from, to, agent, status, reason, talkedSeconds, lead, notBeforeMs } = call
  const number = direction === 'inbound' ? from : to
  return (
    <>
      <p className="calls-head">
        <strong>{number === '' ? words.hidden : number}</strong> <span>{words[direction]}</span>
        <StatusChip status={status} text={words.statuses[status]} />
      </p>
      <p className="hint">
        {[
          moment.format(call.createdAtMs),
          agent,
          ...(talkedSeconds === undefined ? [] : [`${words.talked} ${formatLength(talkedSeconds * 1000)}`]),
        ].join(' · ')}
        {' · '}
        <code>{call.id}</code>
        {lead !== undefined && (
          <>
            {' · '}
            <a href={pathTo('leads', lead)}>{words.leadLink}</a>
          </>
        )}
      </p>
      {reason && <p>{reason}</p>}
      {status === 'scheduled' && <p>{words.due(moment.format(notBeforeMs))}</p>}
    </>
  )
}

function Transcript({ call }: { readonly call: CallDetail }) {
  const words = usePageWords(table)
  const { transcript } = call
  if (transcript === undefined) return null
  const [first] = transcript.lines
  const names = { caller: words.caller, agent: words.agentSaid, event: words.event }
  return (
    <>
      <h3>{words.transcript}</h3>
      {first === undefined && <p className="hint">{words.nothingSaid}</p>}
      <ol className="calls-lines">
        {transcript.lines.map(({ who, text, startMs, interrupted }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added at the end.
          <li key={at} data-who={who}>
            <span className="calls-at">{formatLength(startMs - (first?.startMs ?? startMs))}</span>
            <span className="calls-who">{names[who]}</span>
            <span>
              {text}
              {interrupted && <span className="badge">{words.cut}</span>}
            </span>
          </li>
        ))}
      </ol>
      {transcript.truncated && <p className="hint">{words.truncated}</p>}
    </>
  )
}

function Attempts({ call }: { readonly call: CallDetail }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' })
  if (call.legs.length === 0) return null
  return (
    <>
      <h3>{words.attempts}</h3>
      <ol className="calls-attempts">
        {call.legs.map(({ id, number, carrier, status, sessions, intendedAtMs, durationSeconds }) => (
          <li key={id}>
            {[
              words.attempt(number),
              time.format(intendedAtMs),
              carrier,
              ...(status === undefined ? [] : [status]),
              ...(durationSeconds === undefined ? [] : [formatLength(durationSeconds * 1000)]),
            ].join(' · ')}{' '}
            {sessions.map(each => (
              <a key={each} href={pathTo('sessions', each)}>
                {words.player}
              </a>
            ))}
          </li>
        ))}
      </ol>
    </>
  )
}

interface CancelProps {
  readonly call: CallDetail
  readonly token: string
  readonly done: () => void
}

/** Asks once more: somebody may be on the line. */
function Cancel({ call, token, done }: CancelProps) {
  const words = usePageWords(table)
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<string>()
  const label = call.status === 'in-progress' ? words.hangUp : words.cancel

  async function cancel(): Promise<void> {
    setAsking(false)
    const path = `/api/calls/${encodeURIComponent(call.id)}/cancel`
    const sent = await send({ method: 'POST', path, token, body: {} })
    setProblem(sent.ok ? undefined : words.refused(sent.message))
    done()
  }

  return (
    <>
      {asking ? (
        <span role="alert">
          {words.cancelSure}{' '}
          <button type="button" className="button" onClick={() => void cancel()}>
            {words.yes}
          </button>{' '}
          <button type="button" className="button" onClick={() => setAsking(false)}>
            {words.no}
          </button>
        </span>
      ) : (
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {label}
        </button>
      )}
      {problem && <p role="alert">{problem}</p>}
    </>
  )
}
