/** Where the time of answers goes: whole, against the targets, and stage by stage. */
import { usePageWords } from '../i18n/language.js'
import { Chip } from '../ui/chip.js'
import { useNumbers } from '../ui/use-numbers.js'
import { Figure } from './figure.js'
import type { Points, Report } from './report-types.js'
import { Spread } from './spread.js'
import { words as table } from './words.js'

interface LatencyFiguresProps {
  readonly report: Report
  readonly save: (csv: string) => Promise<Blob>
}

interface Row extends Points {
  readonly name: string
  readonly targetMs?: number
}

export function LatencyFigures({ report: { latency, targets }, save }: LatencyFiguresProps) {
  const words = usePageWords(table)
  const { count } = useNumbers()
  const { total, firstToken, bargeIn, stages, reported } = latency
  const whole: Row[] = [
    { name: words.total, ...total },
    { name: words.firstToken, ...firstToken, targetMs: targets.firstTokenMs },
    { name: words.bargeIn, ...bargeIn, targetMs: targets.bargeInMs },
  ].filter(({ rows }) => rows > 0)
  const parts: Row[] = stages.map(({ stage, ...points }) => ({
    name: words.stages[stage] ?? stage,
    ...points,
  }))
  return (
    <Figure wide title={words.latency} note={words.latencyNote} csv="stages" save={save}>
      <table className="spreads">
        <caption className="unseen">{words.latency}</caption>
        <thead>
          <tr>
            <th scope="col">{words.stage}</th>
            <td aria-hidden="true" />
            {['p50', 'p90', 'p95', 'p99'].map(name => (
              <th key={name} scope="col" data-figures>
                {name}
              </th>
            ))}
            <th scope="col" data-figures>
              {words.rows}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...whole, ...parts].map((row, index) => (
            <SpreadRow
              key={row.name}
              row={row}
              mostMs={scaleEnd(index < whole.length ? whole : parts)}
              first={index === whole.length}
            />
          ))}
        </tbody>
      </table>
      {total.rows > 0 && <p className="figure-note">{words.reported(count(reported), count(total.rows))}</p>}
    </Figure>
  )
}

/** One answer in a hundred may be far out: the scale ends where most are, and its line at the edge of the picture. */
function scaleEnd(rows: readonly Row[]): number {
  const [usual, most] = [rows.map(({ p95 }) => p95 ?? 0), rows.map(({ p99 }) => p99 ?? 0)]
  return Math.min(Math.max(...usual) * 1.25, Math.max(...most))
}

function SpreadRow({
  row,
  mostMs,
  first,
}: {
  readonly row: Row
  readonly mostMs: number
  readonly first: boolean
}) {
  const words = usePageWords(table)
  const { ms, count } = useNumbers()
  const { name, targetMs, p50, p90, p95, p99, rows } = row
  return (
    <tr data-first={first}>
      <th scope="row">
        {name}
        {targetMs !== undefined && <span className="spread-of">{words.target(ms(targetMs))}</span>}
        {targetMs !== undefined && (p50 ?? 0) > targetMs && <Chip tone="bad" text={words.missesTarget} />}
      </th>
      <td className="spread-cell">
        <Spread points={row} mostMs={mostMs} targetMs={targetMs} />
      </td>
      {[p50, p90, p95, p99].map((value, index) => (
        <td
          key={['p50', 'p90', 'p95', 'p99'][index]}
          data-figures
          data-name={['p50', 'p90', 'p95', 'p99'][index]}
        >
          {ms(value)}
        </td>
      ))}
      <td data-figures data-name={words.rows}>
        {count(rows)}
      </td>
    </tr>
  )
}
