/** Latencies that have targets, and how often they were missed. */
import { usePageWords } from '../i18n/language.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import type { LatencyCount } from './status-types.js'
import { words as table } from './words.js'

export function Targets({ latency }: { readonly latency: readonly LatencyCount[] }) {
  const words = usePageWords(table)
  const { count, share, ms } = useNumbers()
  return (
    <section className="health-part" data-wide>
      <h3>{words.latency}</h3>
      <DataTable
        caption={words.latency}
        rows={latency}
        keyOf={({ type }) => type}
        columns={[
          { name: words.name, cell: ({ type }) => words.latencyNames[type] ?? type },
          { name: words.target, cell: ({ targetMs }) => ms(targetMs), figures: true },
          { name: words.measured, cell: ({ measured }) => count(measured), figures: true },
          {
            name: words.missed,
            cell: ({ measured, missed }) =>
              measured === 0 ? '–' : `${count(missed)} (${share(missed / measured)})`,
            figures: true,
          },
          {
            name: words.worst,
            cell: ({ measured, worstMs }) => ms(measured === 0 ? null : worstMs),
            figures: true,
          },
        ]}
      />
      <p className="hint">{words.sinceStart}</p>
    </section>
  )
}
