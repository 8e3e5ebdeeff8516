/** What came of a call: its summary, fields, what is to be done; and its sound. */
import { useLanguage, usePageWords } from '../i18n/language.js'
import { type CallDetail, isOver } from './call-types.js'
import { FieldList } from './field-list.js'
import { words as table } from './words.js'

/** Below and above it the caller's mood is told as more than even; −1 to 1. */
const EVEN = 0.2

export function CallOutcome({ call }: { readonly call: CallDetail }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { outcome } = call
  if (outcome === undefined) {
    return isOver(call.status) ? null : <p className="hint">{words.outcomeLater}</p>
  }
  const { caller, reasons } = outcome.sentiment
  const tone = words.tones[caller > EVEN ? 'good' : caller < -EVEN ? 'bad' : 'even']
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <section className="calls-outcome">
      <h3>{words.outcome}</h3>
      <p>{outcome.summary}</p>
      {isRecord(outcome.result) && Object.keys(outcome.result).length > 0 && (
        <FieldList fields={outcome.result} />
      )}
      {outcome.followUps.length > 0 && (
        <>
          <h4>{words.followUps}</h4>
          <ul className="calls-todo">
            {outcome.followUps.map(({ what, dueAtMs }) => (
              <li key={what}>
                {what}
                {dueAtMs !== undefined && <span className="hint"> {day.format(dueAtMs)}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="hint">
        {words.sentiment} {tone}
        {reasons.length > 0 && ` (${reasons.join(', ')})`}. {words.by(outcome.by)}
      </p>
      {outcome.problems.length > 0 && (
        <p className="hint">
          {words.problems}: {outcome.problems.join(', ')}
        </p>
      )}
    </section>
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
