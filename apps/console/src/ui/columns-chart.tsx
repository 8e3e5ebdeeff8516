/** Columns over a row of names, drawn for the width there is; a table says the same to whoever cannot see it. */
import { scaleOf, ticksOf } from './axis.js'
import { useWidth } from './use-width.js'
import './charts.css'

export interface ChartColumn {
  readonly key: string
  readonly label: string
  readonly value: number
  /** What the pointer is told. */
  readonly title: string
  /** A part of the value, hatched from the bottom up. */
  readonly part?: number
}

interface ColumnsChartProps {
  /** One sentence. */
  readonly summary: string
  readonly columns: readonly ChartColumn[]
  readonly write: (value: number) => string
  /** Height of the columns, px. */
  readonly height?: number
  /** A line from top to top instead of columns: what remains of a whole. */
  readonly as?: 'columns' | 'steps'
}

const left = 44
const bottom = 22
const top = 8
/** Between two names, px. */
const labelRoom = 46

export function ColumnsChart({ summary, columns, write, height = 132, as = 'columns' }: ColumnsChartProps) {
  const [width, watch] = useWidth()
  const most = Math.max(...columns.map(({ value }) => value), 1)
  const ticks = [0, ...ticksOf(0, most, 3).filter(tick => tick > 0)]
  const high = Math.max(most, ticks.at(-1) ?? 0)
  const y = scaleOf(0, high, top + height, top)
  const step = (Math.max(width, left + 1) - left) / Math.max(columns.length, 1)
  const every = Math.max(1, Math.ceil(labelRoom / step))
  const gap = Math.min(6, step / 4)
  const x = (index: number) => left + index * step
  const tops = columns.map(({ value }, index) => `${x(index)},${y(value)} ${x(index) + step},${y(value)}`)
  return (
    <div className="chart" ref={watch} style={{ height: `${height + top + bottom}px` }}>
      {width > 0 && (
        <svg width={width} height={height + top + bottom} role="img" aria-label={summary}>
          <defs>
            <pattern
              id="chart-hatch"
              width="5"
              height="5"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect className="chart-hatch-ground" width="5" height="5" />
              <rect className="chart-hatch-line" width="2" height="5" />
            </pattern>
          </defs>
          {ticks.map(tick => (
            <g key={tick}>
              <line className="chart-grid" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
              <text className="chart-tick" x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
                {write(tick)}
              </text>
            </g>
          ))}
          {as === 'steps' && (
            <>
              <polygon
                className="chart-area"
                points={`${left},${y(0)} ${tops.join(' ')} ${x(columns.length)},${y(0)}`}
              />
              <polyline className="chart-line" points={tops.join(' ')} />
            </>
          )}
          {columns.map(({ key, label, value, title, part = 0 }, index) => (
            <g key={key}>
              <title>{title}</title>
              <rect className="chart-touch" x={x(index)} y={top} width={step} height={height} />
              {as === 'columns' && value > 0 && (
                <rect
                  className="chart-column"
                  x={x(index) + gap / 2}
                  y={y(value)}
                  width={Math.max(1, step - gap)}
                  height={y(0) - y(value)}
                />
              )}
              {as === 'columns' && part > 0 && (
                <rect
                  fill="url(#chart-hatch)"
                  x={x(index) + gap / 2}
                  y={y(part)}
                  width={Math.max(1, step - gap)}
                  height={y(0) - y(part)}
                />
              )}
              {index % every === 0 && (
                <text
                  className="chart-tick"
                  x={x(index) + step / 2}
                  y={height + top + 16}
                  textAnchor="middle"
                >
                  {label}
                </text>
              )}
            </g>
          ))}
        </svg>
      )}
    </div>
  )
}
