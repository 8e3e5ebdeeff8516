/**
 * How a duration spreads: filled to the median, outlined to the 95th of 100, a line to the 99th, and a target across.
 * An arrow where the 99th lies beyond the scale.
 */
import { scaleOf } from '../ui/axis.js'
import { useWidth } from '../ui/use-width.js'
import type { Points } from './report-types.js'

interface SpreadProps {
  readonly points: Points
  /** Right end of the scale, ms; the same for all rows that are compared. */
  readonly mostMs: number
  readonly targetMs?: number | undefined
}

const height = 18

/** The figures stand beside it: it is only looked at. */
export function Spread({ points, mostMs, targetMs }: SpreadProps) {
  const [width, watch] = useWidth()
  const x = scaleOf(0, Math.max(mostMs, 1), 1, Math.max(width - 3, 1))
  const { p50, p95, p99 } = points
  return (
    <div className="spread" ref={watch} aria-hidden="true">
      {width > 0 && p50 !== null && p95 !== null && p99 !== null && (
        <svg width={width} height={height} role="presentation">
          <line
            className="spread-line"
            x1={x(p95)}
            x2={x(Math.min(p99, mostMs))}
            y1={height / 2}
            y2={height / 2}
          />
          {p99 <= mostMs ? (
            <line className="spread-line" x1={x(p99)} x2={x(p99)} y1={5} y2={height - 5} />
          ) : (
            <path className="spread-beyond" d={`M${x(mostMs) - 5} 4l5 5l-5 5`} />
          )}
          <rect className="spread-most" x={1} y={3.5} width={Math.max(1, x(p95) - 1)} height={height - 7} />
          <rect className="spread-half" x={1} y={3.5} width={Math.max(1, x(p50) - 1)} height={height - 7} />
          {targetMs !== undefined && targetMs <= mostMs && (
            <line className="spread-target" x1={x(targetMs)} x2={x(targetMs)} y1={0} y2={height} />
          )}
        </svg>
      )}
    </div>
  )
}
