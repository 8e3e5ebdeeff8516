/** What may be held at once, and how much of it is. */
import { usePageWords } from '../i18n/language.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Meter } from './meter.js'
import type { Limit } from './status-types.js'
import { words as table } from './words.js'

export function Limits({ limits }: { readonly limits: readonly Limit[] }) {
  const words = usePageWords(table)
  const { count, decimal } = useNumbers()
  function held({ limit, used, windowMs }: Limit): string {
    if (windowMs !== undefined) return words.perWindow(count(limit), decimal(windowMs / 1_000))
    return limit === null ? `${count(used)} · ${words.noLimit}` : words.ofLimit(count(used), count(limit))
  }
  return (
    <section className="health-part">
      <h3>{words.limits}</h3>
      <dl className="health-facts">
        {limits.map(limit => (
          <div key={limit.name}>
            <dt>
              {words.limitNames[limit.name] ?? limit.name}
              {(limit.holders ?? 0) > 1 && (
                <span className="hint"> {words.busiest(count(limit.holders))}</span>
              )}
            </dt>
            <dd>
              {held(limit)}
              {limit.refused > 0 && (
                <span className="hint">
                  {' '}
                  · {words.refused} {count(limit.refused)}
                </span>
              )}
            </dd>
            {limit.limit !== null && limit.used !== null && <Meter share={limit.used / limit.limit} />}
          </div>
        ))}
      </dl>
    </section>
  )
}
