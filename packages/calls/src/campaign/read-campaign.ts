/**
 * The rows of a campaign's CSV file in bounded memory: numbers read, each taken once, others' columns as facts. Bad rows are
 * told with their line and what to do; good ones are given on in batches, to whoever writes them.
 */

import { ParleyError } from '@parley/core'
import { parse } from 'csv-parse'
import { IANAZone } from 'luxon'
import { readPhoneNumber } from '../phone-number.js'
import { decodeLines } from './decode-rows.js'
import { type LeadColumns, readColumns, separatorOf } from './lead-columns.js'

export interface ReadCampaignOptions {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly totalBytes?: number
  /** For numbers without a country, as `ES`. */
  readonly country?: string
  /** Rows that are written at once, 500 without. */
  readonly batchRows?: number
  /** In order, one batch after the other. */
  write(rows: readonly CampaignRow[]): Promise<WrittenRows>
  bad(row: BadRow): void
  /** After each batch, and at the end. */
  progress?(state: ImportState): void
}

export interface CampaignRow {
  readonly line: number
  /** E.164. */
  readonly to: string
  readonly name?: string
  /** IANA. */
  readonly timeZone?: string
  readonly facts: Readonly<Record<string, string>>
}

export interface WrittenRows {
  readonly good: number
  readonly known: number
  readonly notToBeCalled: number
  /** Refused by who writes, who has told them. */
  readonly bad?: number
}

export interface BadRow {
  /** From 1, as editors count. */
  readonly line: number
  readonly reason: string
  readonly todo: string
}

export interface ImportState {
  readonly rows: number
  readonly good: number
  readonly bad: number
  /** Numbers that the file had before. */
  readonly repeated: number
  /** Known from an earlier import. */
  readonly known: number
  readonly notToBeCalled: number
  /** Rows with lines that were no UTF-8. */
  readonly windows1252: number
  readonly bytes: number
  readonly totalBytes?: number
}

const BATCH_ROWS = 500
const MOST_CHARACTERS = 100_000

/** @throws ParleyError `bad_message` for a file without a column of phone numbers, and what `write` throws */
export async function readCampaign(options: ReadCampaignOptions): Promise<ImportState> {
  const { country, totalBytes, batchRows = BATCH_ROWS } = options
  const state = {
    rows: 0,
    good: 0,
    bad: 0,
    repeated: 0,
    known: 0,
    notToBeCalled: 0,
    windows1252: 0,
    bytes: 0,
  }
  // 100,000 numbers are about 10 MB; the store would find them too, only later.
  const seen = new Set<string>()
  let columns: LeadColumns | undefined
  let batch: CampaignRow[] = []

  const report = () => options.progress?.({ ...state, ...(totalBytes === undefined ? {} : { totalBytes }) })

  async function flush(): Promise<void> {
    const rows = batch
    batch = []
    if (rows.length === 0) return
    const { good, known, notToBeCalled, bad = 0 } = await options.write(rows)
    state.good += good
    state.known += known
    state.notToBeCalled += notToBeCalled
    state.bad += bad
    report()
  }

  function refuse(line: number, reason: string, todo: string): void {
    state.bad++
    options.bad({ line, reason, todo })
  }

  async function take(fields: readonly string[], line: number): Promise<void> {
    if (columns === undefined) {
      columns = readColumns(fields)
      if (columns) return
      const message = 'No column is a phone number’s; name one `phone` or `teléfono` in the first line.'
      throw new ParleyError('bad_message', message)
    }
    state.rows++
    const to = numberOf(fields[columns.phone] ?? '', line)
    if (to === undefined) return
    if (seen.has(to)) {
      state.repeated++
      return
    }
    const timeZone = columns.timeZone === undefined ? '' : (fields[columns.timeZone] ?? '').trim()
    if (timeZone !== '' && !IANAZone.isValidZone(timeZone)) {
      return refuse(line, 'The time zone is none.', 'Write it as in Europe/Madrid, or leave it empty.')
    }
    seen.add(to)
    const name = columns.name === undefined ? undefined : fields[columns.name]?.trim()
    const known = { ...(name ? { name } : {}), ...(timeZone === '' ? {} : { timeZone }) }
    batch.push({ line, to, ...known, facts: factsOf(columns, fields) })
    if (batch.length >= batchRows) await flush()
  }

  function numberOf(text: string, line: number): string | undefined {
    try {
      return readPhoneNumber(text.trim(), country)
    } catch (thrown) {
      const error = ParleyError.from(thrown)
      if (error.code !== 'bad_number') throw error
      const { reason } = error.details
      const told = typeof reason === 'string' ? `The number cannot be called: ${reason}.` : error.message
      refuse(line, told, 'Correct the number, or write it with + and its country.')
      return undefined
    }
  }

  const parser = { current: undefined as ReturnType<typeof parse> | undefined }
  async function* texts(): AsyncGenerator<string> {
    const counted = count(options.bytes, bytes => {
      state.bytes += bytes
    })
    for await (const { text, oldLines } of decodeLines(counted)) {
      state.windows1252 += oldLines.length
      yield text
    }
  }

  for await (const text of texts()) {
    parser.current ??= parse({
      bom: true,
      delimiter: separatorOf(text.split('\n', 1)[0] ?? ''),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MOST_CHARACTERS,
      info: true,
    })
    const records = parser.current
    // Reading makes room for the next: to wait for `drain` before would be to wait for ever.
    records.write(text)
    await drain(records, take)
  }
  const records = parser.current
  if (records) {
    records.end()
    for await (const entry of records) await take(entry.record, entry.info.lines)
  }
  await flush()
  report()
  return { ...state, ...(totalBytes === undefined ? {} : { totalBytes }) }
}

async function drain(
  records: ReturnType<typeof parse>,
  take: (fields: readonly string[], line: number) => Promise<void>,
): Promise<void> {
  for (let entry = records.read(); entry !== null; entry = records.read()) {
    await take(entry.record, entry.info.lines)
  }
}

async function* count(chunks: AsyncIterable<Uint8Array>, run: (bytes: number) => void) {
  for await (const chunk of chunks) {
    run(chunk.length)
    yield chunk
  }
}

function factsOf({ name, others }: LeadColumns, fields: readonly string[]): Readonly<Record<string, string>> {
  const facts: [string, string][] = others.map(([index, key]) => [key, (fields[index] ?? '').trim()])
  const called = name === undefined ? undefined : fields[name]?.trim()
  return Object.fromEntries([...(called ? [['name', called] as const] : []), ...facts])
}
