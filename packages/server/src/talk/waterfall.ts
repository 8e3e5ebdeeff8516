import type { ServerMessageOf } from '@parley/protocol'

/** A latency ledger as lines: each stage where it lies on the way from the last voiced sample to the first heard one. */

type Ledger = ServerMessageOf<'ledger'>['ledger']

const WIDTH = 40

const outcomes = { decided: 'by', late: 'too late:', failed: 'failed:' } as const
const causes = { tool: 'the model asked', rule: 'a rule', delegation: 'the vendor asked' } as const

export function waterfall(ledger: Ledger): string[] {
  const { totalMs, stages, unattributedMs, heardSource, context, decision } = ledger
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
  return [...lines, total, ...lookedUp, ...(decision === undefined ? [] : [decided(decision, nameWidth)])]
}

function decided(
  { by, cause, rule, outcome, tookMs }: NonNullable<Ledger['decision']>,
  nameWidth: number,
): string {
  const why = rule === undefined ? causes[cause] : `${causes[cause]}, ${rule}`
  return `${'decided'.padEnd(nameWidth)}  ${outcomes[outcome]} ${by} (${why}), ${ms(tookMs).trim()}`
}

function ms(value: number): string {
  return `${value.toFixed(0).padStart(5)} ms`
}
