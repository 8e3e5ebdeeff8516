/** Rows as the CSV that an import takes: numbers made whole, and all in quotes, so that no value is anything else. */

import type { CampaignRow } from '@parley/calls'

const PIECE_BYTES = 4_194_304

/** In pieces that a gateway takes at once; a single row may be larger. */
export function* piecesOf(rows: readonly CampaignRow[]): Generator<readonly CampaignRow[]> {
  let piece: CampaignRow[] = []
  let bytes = 0
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row))
    if (piece.length > 0 && bytes + size > PIECE_BYTES) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(row)
    bytes += size
  }
  if (piece.length > 0) yield piece
}

export function csvOf(rows: readonly CampaignRow[]): string {
  const facts = Object.keys(rows[0]?.facts ?? {}).filter(key => key !== 'name')
  return [
    lineOf(['phone', 'name', 'time zone', ...facts]),
    ...rows.map(row => lineOf(valuesOf(row, facts))),
  ].join('')
}

/** In which line of the CSV each row ends: a value may have lines of its own. */
export function endLines(rows: readonly CampaignRow[]): readonly number[] {
  let line = 1
  return rows.map(row => {
    const breaks =
      Object.values(row.facts)
        .join('')
        .match(/\r\n|\r|\n/g)?.length ?? 0
    line += 1 + breaks
    return line
  })
}

function valuesOf({ to, name, timeZone, facts }: CampaignRow, keys: readonly string[]): readonly string[] {
  return [to, name ?? '', timeZone ?? '', ...keys.map(key => facts[key] ?? '')]
}

function lineOf(values: readonly string[]): string {
  return `${values.map(value => `"${value.replaceAll('"', '""')}"`).join(',')}\n`
}
