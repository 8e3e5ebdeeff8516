/** What is wrong, and what to do about each in a sentence. */
import { useLanguage, usePageWords } from '../i18n/language.js'
import { type Finding, findingsOf } from './findings.js'
import type { Status } from './status-types.js'
import { words as table } from './words.js'

export function Findings({ status }: { readonly status: Status }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const found = findingsOf(status)
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' })
  const subjectOf = ({ kind, subject }: Finding) =>
    words.names[subject] ??
    words.limitNames[subject] ??
    words.latencyNames[subject] ??
    (kind === 'dropped' || kind === 'backlog' ? words.queues[subject] : undefined) ??
    subject
  return (
    <section className="health-findings" aria-labelledby="health-findings" data-well={found.length === 0}>
      <h3 id="health-findings">{words.findings}</h3>
      {found.length === 0 ? (
        <p>{words.allWell}</p>
      ) : (
        <ul>
          {found.map(finding => (
            <li key={`${finding.kind} ${finding.subject}`}>
              <strong>{words.titles[finding.kind](subjectOf(finding))}</strong>
              {finding.sinceMs !== undefined && (
                <span className="health-since"> {words.since(time.format(finding.sinceMs))}</span>
              )}
              {finding.text !== '' && <p className="health-said">{finding.text}</p>}
              <p>{words.codes[finding.code ?? ''] ?? words.cures[finding.kind]}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
