import type { ServerMessageOf } from '@parley/protocol'

/** A latency ledger as lines: each stage where it lies on the way from the last voiced sample to the first heard one. */

type Ledger = ServerMessageOf<'ledger'>['ledger']

const WIDTH = 40

export function waterfall({ totalMs, stages, unattributedMs, heardSource, context }: Ledger): string[] {
  const scale = totalMs > 0 ? WIDTH / totalMs : 0
  const nameWidth = Math.max(...stages.map(({ stage }) => stage.length), 5)
  const lines = stages.map(({ stage, startMs, durationMs }) => {
    const before = Math.min(WIDTH - 1, Math.max(0, Math.round(startMs * scale)))
    const bar = Math.min(WIDTH - before, Math.max(1, Math.round(durationMs * scale)))
    const track = `${' '.repeat(before)}${'█'.repeat(bar)}`.padEnd(WIDTH)
    return `${stage.padEnd(nameWidth)}  ${track}  ${ms(durationMs)}`
  })
  const rest = unattributedMs > 0 ? `, ${ms(unattributedMs).trim()} of it unexplained` : ''
  const total = `${'total'.padEnd(nameWidth)}  ${' '.repeat(WIDTH)}  ${ms(totalMs)}  (${heardSource}${rest})`
  const lookedUp = (['used', 'late', 'failed'] as const).flatMap(kind => {
    const names = context?.[kind] ?? []
    return names.length === 0 ? [] : [`${'facts'.padEnd(nameWidth)}  ${kind}: ${names.join(', ')}`]
  })
  return [...lines, total, ...lookedUp]
}

function ms(value: number): string {
  return `${value.toFixed(0).padStart(5)} ms`
}
