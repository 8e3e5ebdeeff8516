/** Percentiles as statements give them and as reports tell them. */

import type { Percentiles } from './analytics.js'

/** `points` are p50, p90, p95 and p99; null without rows. */
export interface PercentileRow {
  readonly rows: number
  readonly points: readonly (number | null)[] | null
}

export const noRows: Percentiles = { rows: 0, p50: null, p90: null, p95: null, p99: null }

export function toPercentiles({ rows, points }: PercentileRow): Percentiles {
  const [p50 = null, p90 = null, p95 = null, p99 = null] = points ?? []
  return { rows, p50, p90, p95, p99 }
}

/** The row of a list with its percentiles in the place of `points`. */
export function withPercentiles<Row extends PercentileRow>(row: Row): Omit<Row, 'points'> & Percentiles {
  const { points, ...rest } = row
  return { ...rest, ...toPercentiles({ rows: row.rows, points }) }
}
