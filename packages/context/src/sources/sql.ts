/** Facts from a database: one reading statement, with arguments from what the caller says, never as part of its text. */

import { type Fact, fillText, ParleyError } from '@parley/core'
import type { SqlSourceConfig } from '../context-config.js'
import type { TimedSource } from '../source.js'
import { askedBy, askedOf, keyOf } from './asked.js'
import { namedParameters } from './named-parameters.js'
import type { Row, SourceWorld } from './source-world.js'

/** @throws ParleyError `bad_config` where there is no database. */
export function sqlSource(config: SqlSourceConfig, world: SourceWorld): TimedSource {
  const { name, refetchMs, freshMs, timeoutMs, maxRows } = config
  const { query } = world
  if (query === undefined)
    throw new ParleyError('bad_config', `The source "${name}" needs a database, and none is configured.`)
  const { sql, names } = namedParameters(config.query.trim().replace(/;$/, ''))
  const asked = askedBy(config.when)

  const textOf = (row: Row, words: Readonly<Record<string, string>>): string => {
    const columns = Object.entries(row).map(([column, value]) => [column, shown(value)] as const)
    if (config.text !== undefined) return fillText(config.text, { ...Object.fromEntries(columns), ...words })
    return columns.map(([column, value]) => `${column}: ${value}`).join(', ')
  }

  return {
    name,
    refetchMs,
    freshMs,
    timeoutMs,
    wants(text) {
      const words = asked(text)
      return words && keyOf(words)
    },
    async fetch(key, signal): Promise<readonly Fact[]> {
      const words = askedOf(key)
      const params = names.map(each => words[each] ?? null)
      // One row more tells that there are more.
      const limited = `select * from (${sql}) as asked limit ${maxRows + 1}`
      const rows = await query(limited, params, { timeoutMs, signal })
      const asOfMs = world.epochMs()
      const told = rows.slice(0, maxRows).map(row => ({ source: name, text: textOf(row, words), asOfMs }))
      if (rows.length <= maxRows) return told
      return [...told, { source: name, text: `There are more than these ${maxRows}.`, asOfMs }]
    },
  }
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
