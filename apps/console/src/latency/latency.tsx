/** The latency ledger of each answer: a waterfall whose bars are the rows of a real table. */
import type { TurnLedger } from '@parley/client'
import { useState } from 'react'
import { useMessages } from '../i18n/language.js'
import { useFormatMs } from './format-ms.js'

/** Answers to choose from; older ones stay in the store of the gateway. */
const SHOWN_TURNS = 16
/** Less than this is rounding, not time. */
const NEGLIGIBLE_MS = 0.5

export function Latency({ ledgers }: { readonly ledgers: readonly TurnLedger[] }) {
  const messages = useMessages()
  const words = messages.latency
  const formatMs = useFormatMs()
  const [chosen, choose] = useState<string>()
  const shown = ledgers.find(each => each.reply === chosen) ?? ledgers.at(-1)
  return (
    <section className="section latency" aria-labelledby="latency-heading">
      <h2 id="latency-heading">{words.heading}</h2>
      {shown === undefined ? (
        <p className="hint">{words.empty}</p>
      ) : (
        <>
          <div className="latency-total">
            <strong>{formatMs(shown.ledger.totalMs)}</strong>
            {ledgers.length > 1 && (
              <Turns
                ledgers={ledgers}
                shown={shown}
                choose={reply => choose(reply === ledgers.at(-1)?.reply ? undefined : reply)}
              />
            )}
            <p className="hint">
              {words.from}, {words[shown.ledger.heardSource]}
            </p>
          </div>
          <LedgerView ledger={shown.ledger} />
        </>
      )}
    </section>
  )
}

/** Where the time of one answer went, and who and what had a part in it. */
export function LedgerView({ ledger }: { readonly ledger: TurnLedger['ledger'] }) {
  return (
    <>
      <Waterfall ledger={ledger} />
      {ledger.context !== undefined && <LookedUp context={ledger.context} />}
      {ledger.decision !== undefined && <Decided decision={ledger.decision} />}
    </>
  )
}

interface TurnsProps {
  readonly ledgers: readonly TurnLedger[]
  readonly shown: TurnLedger
  readonly choose: (reply: string) => void
}

function Turns({ ledgers, shown, choose }: TurnsProps) {
  const words = useMessages().latency
  const formatMs = useFormatMs()
  const recent = ledgers.slice(-SHOWN_TURNS)
  const longest = Math.max(...recent.map(each => each.ledger.totalMs), 1)
  return (
    <fieldset className="turns">
      <legend className="unseen">{words.turns}</legend>
      {recent.map(({ reply, ledger }, i) => {
        const label = words.turn(ledgers.length - recent.length + i + 1, formatMs(ledger.totalMs))
        return (
          <button
            key={reply}
            type="button"
            className="turns-one"
            aria-pressed={reply === shown.reply}
            aria-label={label}
            title={label}
            onClick={() => choose(reply)}
          >
            <span style={{ height: `${Math.max(8, (100 * ledger.totalMs) / longest)}%` }} />
          </button>
        )
      })}
    </fieldset>
  )
}

/** What facts the answer was given, and what it had to do without. */
function LookedUp({ context }: { readonly context: NonNullable<TurnLedger['ledger']['context']> }) {
  const words = useMessages().latency.context
  const kinds = (['used', 'late', 'failed'] as const).filter(kind => context[kind].length > 0)
  return (
    <dl className="looked-up">
      {kinds.map(kind => (
        <div key={kind} data-kind={kind}>
          <dt>{words[kind]}</dt>
          <dd>{context[kind].join(', ')}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Which model decided the answer in the place of the agent's own, or was to. */
function Decided({ decision }: { readonly decision: NonNullable<TurnLedger['ledger']['decision']> }) {
  const words = useMessages().latency.decision
  const formatMs = useFormatMs()
  const { by, cause, rule, outcome, tookMs } = decision
  return (
    <dl className="looked-up">
      <div data-kind={outcome === 'decided' ? 'used' : outcome}>
        <dt>{words[outcome]}</dt>
        <dd>
          {by} · {words.cause[cause]}
          {rule !== undefined && ` “${rule}”`} · {formatMs(tookMs)}
        </dd>
      </div>
    </dl>
  )
}

function Waterfall({ ledger }: { readonly ledger: TurnLedger['ledger'] }) {
  const words = useMessages().latency
  const formatMs = useFormatMs()
  const total = Math.max(ledger.totalMs, 1)
  return (
    <table className="waterfall">
      <colgroup>
        <col className="waterfall-stage" />
        <col />
        <col className="waterfall-figures" />
      </colgroup>
      <thead className="unseen">
        <tr>
          <th scope="col">{words.stage}</th>
          <th scope="col">{words.start}</th>
          <th scope="col">{words.duration}</th>
        </tr>
      </thead>
      <tbody>
        {ledger.stages.map(({ stage, startMs, durationMs }) => (
          <tr key={stage} data-small={durationMs < total / 50}>
            <th scope="row">{words.stages[stage] ?? stage}</th>
            <td className="waterfall-track">
              <span className="unseen">{formatMs(startMs)}</span>
              <span
                className="waterfall-bar"
                aria-hidden="true"
                style={{
                  marginInlineStart: `${(100 * startMs) / total}%`,
                  width: `${Math.max(0.8, (100 * durationMs) / total)}%`,
                }}
              />
            </td>
            <td className="waterfall-figure">{formatMs(durationMs)}</td>
          </tr>
        ))}
        {Math.abs(ledger.unattributedMs) > NEGLIGIBLE_MS && (
          <tr className="waterfall-rest">
            <th scope="row">{words.unattributed}</th>
            <td />
            <td className="waterfall-figure">{formatMs(ledger.unattributedMs)}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
