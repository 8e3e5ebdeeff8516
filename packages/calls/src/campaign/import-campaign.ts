/**
 * A campaign from a CSV file, row by row in bounded memory: good rows become leads' calls in batches, bad ones are told with
 * their line and what to do. The same file again makes nothing twice: a call's key is its campaign and number.
 */

import { createHash } from 'node:crypto'
import { ParleyError } from '@parley/core'
import { parse } from 'csv-parse'
import { IANAZone } from 'luxon'
import type { CallId } from '../call.js'
import { readPhoneNumber } from '../phone-number.js'
import type { CallStore, NewCall } from '../store/call-store.js'
import { NOT_TO_BE_CALLED } from '../store/do-not-call.js'
import { decodeLines } from './decode-rows.js'
import { type LeadColumns, readColumns, separatorOf } from './lead-columns.js'

export interface ImportOptions {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly totalBytes?: number
  /** Nothing is written without it: a dry run. */
  readonly store?: Pick<CallStore, 'createCalls' | 'putLead'>
  /** What all calls of it share. */
  readonly call: Omit<NewCall, 'id' | 'key' | 'to' | 'facts' | 'lead' | 'campaign'>
  readonly campaign: string
  /** For numbers without a country, as `ES`. */
  readonly country?: string
  newCallId(): CallId
  bad(row: BadRow): void
  /** About each 500 rows, and at the end. */
  progress?(state: ImportState): void
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

const BATCH = 500
const MOST_CHARACTERS = 100_000

/** @throws ParleyError `bad_message` for a file without a column of phone numbers; `store_…` */
export async function importCampaign(options: ImportOptions): Promise<ImportState> {
  const { call, campaign, country, store, totalBytes } = options
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
  let batch: NewCall[] = []

  const report = () => options.progress?.({ ...state, ...(totalBytes === undefined ? {} : { totalBytes }) })

  async function flush(): Promise<void> {
    const calls = batch
    batch = []
    if (calls.length === 0) return
    const made = store ? await store.createCalls(calls) : calls
    for (const [index, each] of made.entries()) {
      if (each.id !== calls[index]?.id) state.known++
      else if ('reason' in each && each.reason === NOT_TO_BE_CALLED) state.notToBeCalled++
      else state.good++
    }
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
    const facts = factsOf(columns, fields)
    const id = leadId(campaign, to)
    if (store) {
      const { tenant, atMs } = call
      const name = columns.name === undefined ? undefined : fields[columns.name]?.trim()
      const known = { ...(name ? { name } : {}), ...(timeZone === '' ? {} : { timeZone }) }
      await store.putLead({ id, tenant, phone: to, fields: facts, atMs, ...known })
    }
    batch.push({
      ...call,
      id: options.newCallId(),
      key: `${campaign}:${to}`,
      to,
      facts,
      campaign,
      ...(store ? { lead: id } : {}),
    })
    if (batch.length >= BATCH) await flush()
  }

  function numberOf(text: string, line: number): string | undefined {
    try {
      return readPhoneNumber(text.trim(), country)
    } catch (thrown) {
      const error = ParleyError.from(thrown)
      if (error.code !== 'bad_number') throw error
      refuse(line, error.message, 'Correct the number, or write it with + and its country.')
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

/** Of a campaign and a number, so that an import again finds the same lead. */
function leadId(campaign: string, phone: string): string {
  return `lead_${createHash('sha256').update(`${campaign}\n${phone}`).digest('base64url').slice(0, 24)}`
}
