/** What a process has counted of a session, as rows of `parley.session_usage`, and back. */

import { type SessionId, type UsageLine, type UsedKind, usedKinds } from '@parley/core'

/** Sums of one process: they only grow. */
export interface RunUsage {
  /** The process's own name for its part of the conversation, 1–200 characters; another process has another. */
  readonly run: string
  readonly lines: readonly UsageLine[]
}

export interface UsageEntry {
  readonly session: SessionId
  readonly usage: RunUsage
}

/** Named as the columns. */
export type UsageInput = Record<string, string | number>

const columnOf: Readonly<Record<UsedKind, string>> = {
  audioMs: 'audio_ms',
  characters: 'characters',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  cachedTokens: 'cached_tokens',
}

/** Columns that name a row, and those that count. */
export const usageKey = ['session_id', 'run', 'slot', 'provider', 'model'] as const
export const usageCounts: readonly string[] = [
  ...usedKinds.flatMap(kind => [columnOf[kind], `wasted_${columnOf[kind]}`]),
  'requests',
  'uncounted',
]

/** One row for each of several counts of the same: the larger stand, as in the statement. */
export function foldUsage(entries: readonly UsageEntry[]): readonly UsageInput[] {
  const rows = new Map<string, UsageInput>()
  for (const { session, usage } of entries)
    for (const line of usage.lines) {
      const row = rowOf(session, usage.run, line)
      const key = JSON.stringify(usageKey.map(column => row[column]))
      const known = rows.get(key)
      if (known === undefined) rows.set(key, row)
      else
        for (const column of usageCounts) known[column] = Math.max(Number(known[column]), Number(row[column]))
    }
  return [...rows.values()]
}

function rowOf(session: SessionId, run: string, line: UsageLine): UsageInput {
  const { slot, provider, model = '', used, wasted, requests, uncounted } = line
  const counts = usedKinds.flatMap(kind => [
    [columnOf[kind], used[kind]],
    [`wasted_${columnOf[kind]}`, wasted[kind]],
  ])
  const named = {
    session_id: session,
    run,
    slot,
    provider: provider.slice(0, 200),
    model: model.slice(0, 200),
  }
  return { ...named, ...Object.fromEntries(counts), requests, uncounted }
}

/** The columns of counts as sums over rows, named as in `UsageLine` with `used` and `wasted` flat. */
export const usageSums = [
  ...usedKinds.flatMap(kind => [
    `sum(u.${columnOf[kind]}) as "${kind}"`,
    `sum(u.wasted_${columnOf[kind]}) as "${wastedName(kind)}"`,
  ]),
  'sum(u.requests)::float8 as requests',
  'sum(u.uncounted)::float8 as uncounted',
].join(', ')

export type UsageSums = Readonly<Record<UsedKind | `wasted${Capitalize<UsedKind>}`, number>> & {
  readonly requests: number
  readonly uncounted: number
}

export function countsOf(row: UsageSums): Pick<UsageLine, 'used' | 'wasted' | 'requests' | 'uncounted'> {
  const each = (name: (kind: UsedKind) => keyof UsageSums) =>
    Object.fromEntries(usedKinds.map(kind => [kind, row[name(kind)]])) as Record<UsedKind, number>
  const { requests, uncounted } = row
  return { used: each(kind => kind), wasted: each(wastedName), requests, uncounted }
}

function wastedName<Kind extends UsedKind>(kind: Kind): `wasted${Capitalize<Kind>}` {
  return `wasted${kind.charAt(0).toUpperCase()}${kind.slice(1)}` as `wasted${Capitalize<Kind>}`
}
