import type { ErrorCode } from '@parley/core'
import type { CheckState } from './check.js'

/** Since when each dependency is as it is, and what was last wrong with it: of this process, in epoch ms. */

export interface DependencyReport {
  readonly name: string
  readonly status: 'healthy' | 'unhealthy' | 'not_configured'
  /** Absent while it was not asked. */
  readonly sinceMs?: number
  /** Stays when it is well again. */
  readonly lastProblem?: { readonly text: string; readonly code?: ErrorCode; readonly atMs: number }
}

export interface DependencyRecord {
  /** What a check found; undefined for one that is not configured. */
  note(name: string, found: CheckState | undefined): void
  reports(): readonly DependencyReport[]
}

export function createDependencyRecord(epochMs: () => number): DependencyRecord {
  const known = new Map<string, DependencyReport>()
  return {
    note(name, found) {
      const before = known.get(name)
      const status = found?.status ?? 'not_configured'
      const atMs = epochMs()
      const since = before?.status === status ? before.sinceMs : atMs
      const problem =
        found?.status === 'unhealthy'
          ? { text: found.reason, atMs, ...(found.code === undefined ? {} : { code: found.code }) }
          : before?.lastProblem
      known.set(name, {
        name,
        status,
        ...(found === undefined || since === undefined ? {} : { sinceMs: since }),
        ...(problem === undefined ? {} : { lastProblem: problem }),
      })
    },
    reports: () => [...known.values()],
  }
}
