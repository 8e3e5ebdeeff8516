/** `parley campaign import`: a file read, its rows sent to where they go, and what was wrong with which told. */

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import {
  type BadRow,
  type Campaign,
  type CampaignRow,
  type ImportState,
  readCampaign,
  readPhoneNumber,
} from '@parley/calls'
import { ParleyError, systemClock } from '@parley/core'
import { type ExitCode, exitCodes } from '../cli/exit-codes.js'
import { resolutionOf, settingsOf } from '../cli/settings-of.js'
import type { Terminal } from '../cli/terminal.js'
import type { Config } from '../config/settings.js'
import { createLog } from '../log/log.js'
import { type BadRowReport, reportToFile, reportToTerminal } from './bad-row-report.js'
import { type CampaignTarget, type CampaignWish, chooseCampaign } from './campaign-target.js'

export interface ImportFlags {
  readonly agent?: string
  readonly from?: string
  readonly country?: string
  readonly campaign?: string
  readonly leadStatus?: string
  readonly tenant?: string
  readonly dryRun?: true
  readonly report?: string
  readonly url?: string
  readonly token?: string
  readonly json?: true
}

const LONGEST_NAME = 200
const MOST_ROWS_TOLD = 1_000
/** A request each at a gateway, a transaction each in a database. */
const BATCH_ROWS = { url: 2_000, database: 500 }

/** @throws ParleyError `bad_config` for what is wrong with the command line or the file; `timeout`, `overloaded`, `store_…` */
export async function importFile(terminal: Terminal, file: string, flags: ImportFlags): Promise<ExitCode> {
  const sizeBytes = await sizeOf(file)
  const direct = flags.url === undefined && flags.dryRun !== true
  const config = direct ? settingsOf(terminal) : resolutionOf(terminal).config
  const country = (flags.country ?? config.callCountry).toUpperCase()
  const wish = wishOf(file, flags, country)
  const target = flags.dryRun ? undefined : await openTarget(terminal, config, flags)
  const told: BadRow[] = []
  try {
    const campaign = target && (await chooseCampaign(target, wish))
    const report = reportOf(terminal, flags)
    const bad = (row: BadRow) => {
      if (told.length < MOST_ROWS_TOLD) told.push(row)
      report.tell(row)
    }
    const bar = terminal.interactive && flags.json !== true
    const state = await readCampaign({
      ...{ bytes: createReadStream(file), totalBytes: sizeBytes, country, bad },
      batchRows: flags.url === undefined ? BATCH_ROWS.database : BATCH_ROWS.url,
      write: rows => write(target, campaign, rows, bad),
      ...(bar ? { progress: at => terminal.write(`\r${barOf(at)}\u001b[K`) } : {}),
    }).finally(() => {
      if (bar) terminal.write('\r\u001b[K')
      report.close()
    })
    if (flags.json)
      terminal.print(JSON.stringify({ campaign: campaign?.id, ...state, badRows: told }, null, 2))
    else for (const line of linesOf(state, campaign, flags.report)) terminal.print(line)
    return state.bad === 0 ? exitCodes.ok : exitCodes.failure
  } catch (thrown) {
    throw asMistake(thrown)
  } finally {
    await target?.close()
  }
}

async function write(
  target: CampaignTarget | undefined,
  campaign: Campaign | undefined,
  rows: readonly CampaignRow[],
  bad: (row: BadRow) => void,
) {
  if (target === undefined || campaign === undefined) return { good: rows.length, known: 0, notToBeCalled: 0 }
  return target.write(campaign, rows, bad)
}

async function openTarget(terminal: Terminal, config: Config, flags: ImportFlags): Promise<CampaignTarget> {
  const { url, tenant, token, leadStatus } = flags
  const status = leadStatus === undefined ? {} : { leadStatus }
  if (url !== undefined) {
    const { openGatewayTarget } = await import('../campaign/gateway-target.js')
    return openGatewayTarget({ url, token: token ?? config.talkToken, clock: systemClock, fetch, ...status })
  }
  const complaints = { write: (line: string) => terminal.complain(line.trimEnd()) }
  // Only what goes wrong: stdout is the command's own.
  const log = createLog({ config: { ...config, logLevel: 'warn' }, out: complaints, err: complaints })
  const { openDatabaseTarget } = await import('../campaign/database-target.js')
  return openDatabaseTarget({ config, log, ...status, ...(tenant === undefined ? {} : { tenant }) })
}

function wishOf(file: string, { campaign, agent, from }: ImportFlags, country: string): CampaignWish {
  try {
    // Also where nobody gave --from: a country that is none would be told for each row.
    readPhoneNumber('+12025550100', country)
    return {
      name: campaign ?? basename(file, extname(file)).slice(0, LONGEST_NAME),
      ...(agent === undefined ? {} : { agent }),
      ...(from === undefined ? {} : { from: readPhoneNumber(from, country) }),
    }
  } catch (thrown) {
    throw asMistake(thrown)
  }
}

function reportOf(terminal: Terminal, { report, json }: ImportFlags): BadRowReport {
  if (report !== undefined) return reportToFile(report)
  if (json) return { tell: () => {}, close: () => {} }
  const { warning } = terminal.paint
  return reportToTerminal(line =>
    terminal.complain(`${terminal.interactive ? '\r\u001b[K' : ''}${warning('bad row')}: ${line}`),
  )
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_config', `${file} cannot be read (${reason}).`, { cause })
  })
  if (found.isFile()) return found.size
  throw new ParleyError('bad_config', `${file} is no file; give one CSV file.`)
}

function barOf({ rows, bad, bytes, totalBytes = 0 }: ImportState): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes)
  const full = Math.round(share * 24)
  const bar = `${'█'.repeat(full)}${'░'.repeat(24 - full)}`
  return `${bar} ${`${Math.floor(share * 100)}`.padStart(3)} %  ${count(rows)} rows  ${count(bad)} bad`
}

function linesOf(state: ImportState, campaign: Campaign | undefined, report: string | undefined): string[] {
  const { rows, good, bad, repeated, known, notToBeCalled, windows1252 } = state
  const where = campaign === undefined ? 'Nothing was written' : `Campaign ${campaign.id}`
  const verb = campaign === undefined ? 'would be made' : 'made'
  const parts = [
    [good, `calls ${verb}`],
    [known, 'known already'],
    [repeated, 'twice in the file'],
    [notToBeCalled, 'on the list of those not to be called'],
    [bad, report === undefined ? 'bad' : `bad (see ${report})`],
  ] as const
  const shown = parts.filter(([many], index) => many > 0 || index === 0)
  return [
    `${where}: ${count(rows)} rows; ${shown.map(([many, what]) => `${count(many)} ${what}`).join(', ')}.`,
    ...(windows1252 > 0 ? [`${count(windows1252)} lines were no UTF-8 and read as Windows-1252.`] : []),
    ...(campaign?.status === 'paused' ? ['The campaign is paused; its calls wait until it is resumed.'] : []),
  ]
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** What the store or an API calls a wrong message is, here, a wrong command line or file. */
function asMistake(thrown: unknown): ParleyError {
  const error = ParleyError.from(thrown)
  const { code, message } = error
  const mistakes = ['bad_message', 'bad_number', 'forbidden', 'not_found', 'conflict', 'too_large']
  return mistakes.includes(code) ? new ParleyError('bad_config', message, { cause: error }) : error
}
