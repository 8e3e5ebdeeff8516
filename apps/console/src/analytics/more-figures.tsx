/** Ends of turns, answers prepared ahead, other models' decisions, and tools. */
import { usePageWords } from '../i18n/language.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Report } from './report-types.js'
import { words as table } from './words.js'

interface MoreFiguresProps {
  readonly report: Report
  readonly save: (csv: string) => Promise<Blob>
}

export function MoreFigures({ report, save }: MoreFiguresProps) {
  const words = usePageWords(table)
  const { count, share, ms, decimal } = useNumbers()
  const { endpointing, speculation, decisions, tools } = report
  const { waits, long, reopened } = endpointing
  const { prepared, discarded, audioMs, inputTokens, outputTokens } = speculation
  const ofWaits = (value: number) =>
    waits.rows === 0 ? count(value) : `${count(value)} (${share(value / waits.rows)})`
  return (
    <>
      <Figure title={words.more} save={save}>
        <dl className="facts">
          <div>
            <dt>{words.waits}</dt>
            <dd>
              {ms(waits.p50)} · p95 {ms(waits.p95)}
            </dd>
          </div>
          <div>
            <dt>{words.long}</dt>
            <dd>{ofWaits(long)}</dd>
          </div>
          <div>
            <dt>{words.reopened}</dt>
            <dd>{ofWaits(reopened)}</dd>
          </div>
          <div>
            <dt>{words.prepared}</dt>
            <dd>{count(prepared)}</dd>
          </div>
          <div>
            <dt>{words.discarded}</dt>
            <dd>
              {count(discarded)}
              {discarded > 0 &&
                ` · ${words.wasted(count(inputTokens + outputTokens), decimal(audioMs / 1_000))}`}
            </dd>
          </div>
        </dl>
      </Figure>
      {tools.length > 0 && (
        <Figure title={words.tools} csv="tools" save={save}>
          <DataTable
            caption={words.tools}
            short
            rows={tools}
            keyOf={({ name }) => name}
            columns={[
              { name: words.tool, cell: ({ name }) => name },
              { name: words.calls, cell: ({ calls }) => count(calls), figures: true },
              { name: words.toolFailed, cell: ({ failed }) => count(failed), figures: true },
            ]}
          />
        </Figure>
      )}
      {decisions.length > 0 && (
        <Figure title={words.decisions} csv="decisions" save={save}>
          <DataTable
            caption={words.decisions}
            rows={decisions}
            keyOf={({ by, cause, outcome }) => `${by} ${cause} ${outcome}`}
            columns={[
              { name: words.model, cell: ({ by }) => by },
              { name: words.cause, cell: ({ cause }) => cause },
              { name: words.outcome, cell: ({ outcome }) => outcome },
              { name: words.times, cell: ({ rows }) => count(rows), figures: true },
              { name: 'p50', cell: ({ p50 }) => ms(p50), figures: true },
              { name: 'p95', cell: ({ p95 }) => ms(p95), figures: true },
            ]}
          />
        </Figure>
      )}
    </>
  )
}
