/** The figures at the top, each beside what it was in the equally long time before. */
import { usePageWords } from '../i18n/language.js'
import type { HashQuery } from '../ui/hash-query.js'
import { useNumbers } from '../ui/use-numbers.js'
import { type Range, sessionsHref } from './range.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface HeadlineProps {
  /** Undefined while it is counted for the first time: the same places, empty. */
  readonly report: Report | undefined
  readonly range: Range
  readonly query: HashQuery
}

export function Headline({ report, range, query }: HeadlineProps) {
  const words = usePageWords(table)
  const { count, share, ms, change } = useNumbers()
  const [now, before] = [report?.headline, report?.previous]
  const slowMs = report?.targets.slowAnswerMs ?? 2_000
  const ofReplies = (sums: typeof now) =>
    sums === undefined || sums.replies === 0 ? null : sums.interrupted / sums.replies
  const tiles = [
    { name: words.sessions, now: now?.sessions, before: before?.sessions, write: count, more: {} },
    { name: words.minutes, now: now?.minutes, before: before?.minutes, write: count },
    { name: words.turns, now: now?.turns, before: before?.turns, write: count, more: { minTurns: '1' } },
    {
      name: words.interrupted,
      now: ofReplies(now),
      before: ofReplies(before),
      write: share,
      more: { interrupted: 'true' },
    },
    { name: words.median, now: now?.latency.p50, before: before?.latency.p50, write: ms },
    {
      name: words.slow,
      now: now?.latency.p95,
      before: before?.latency.p95,
      write: ms,
      more: { slowMs: String(Math.round(now?.latency.p95 ?? slowMs)) },
    },
  ]
  return (
    <dl className="tiles">
      {tiles.map(tile => (
        <div key={tile.name} className="tile">
          <dt>{tile.name}</dt>
          <dd>
            {tile.more && (tile.now ?? 0) > 0 ? (
              <a className="tile-value" href={sessionsHref(range, query, tile.more)} title={words.look}>
                {tile.write(tile.now)}
              </a>
            ) : (
              <span className="tile-value">{tile.write(tile.now)}</span>
            )}
            <span className="tile-before">
              {words.before(tile.write(tile.before))}
              {range.name !== 'today' && <Change now={tile.now} before={tile.before} write={change} />}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

interface ChangeProps {
  readonly now: number | null | undefined
  readonly before: number | null | undefined
  readonly write: (value: number) => string
}

/** Of a day that is not over nothing can be said; of nothing neither. */
function Change({ now, before, write }: ChangeProps) {
  if (typeof now !== 'number' || typeof before !== 'number' || before === 0) return null
  return <b>{write((now - before) / before)}</b>
}
