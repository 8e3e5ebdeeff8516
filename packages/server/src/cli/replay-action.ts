import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DecisionLine, ParleyError, type TurnPolicy } from '@parley/core'
import { because, clockText, createAccount } from '../replay/account.js'
import type { ReplayVerdict } from '../replay/replay-file.js'
import type { PolicyComparison } from '../replay/replay-policy.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import type { Terminal } from './terminal.js'

export interface ReplayWish {
  readonly path: string
  readonly policyFile: string | undefined
  readonly json: boolean
}

/** What `parley replay` does. @throws ParleyError `bad_session_log` or `bad_agent` */
export async function runReplay(
  { path, policyFile, json }: ReplayWish,
  terminal: Terminal,
): Promise<ExitCode> {
  const log = await logIn(path)
  const differs =
    policyFile === undefined
      ? await replay(log, terminal, json)
      : await compare({ log, policyFile }, terminal, json)
  return differs ? exitCodes.failure : exitCodes.ok
}

/** The newest log of a folder; their names begin with their time. What is no folder is taken for a log. */
async function logIn(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    found => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return path
  const logs = (await readdir(path)).filter(name => /\.ndjson(\.gz)?$/.test(name)).sort()
  const newest = logs.at(-1)
  if (newest === undefined) throw new ParleyError('bad_session_log', `${path} holds no session log.`)
  return join(path, newest)
}

async function replay(log: string, terminal: Terminal, json: boolean): Promise<boolean> {
  const { replayFile } = await import('../replay/replay-file.js')
  const account = createAccount()
  const verdict = await replayFile(log, { output: (output, atMs) => account.output(output, atMs) })
  if (json) {
    terminal.print(JSON.stringify({ ...verdictJson(verdict), account: account.lines }))
    return !verdict.same
  }
  const { paint } = terminal
  terminal.print(headline(verdict))
  for (const { atMs, who, text } of account.lines) {
    const line = `${clockText(atMs)}  ${who.padEnd(6)}  ${text}`
    terminal.print(who === 'floor' ? paint.faint(line) : line)
  }
  tellVerdict(verdict, terminal)
  return !verdict.same
}

async function compare(
  { log, policyFile }: { readonly log: string; readonly policyFile: string },
  terminal: Terminal,
  json: boolean,
): Promise<boolean> {
  const yaml = await readFile(policyFile, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ParleyError('bad_agent', `${policyFile} cannot be read (${reason}).`, { cause: error })
  })
  const [{ parseTurnPolicy }, { comparePolicies }] = await Promise.all([
    import('@parley/engines'),
    import('../replay/replay-policy.js'),
  ])
  const policyOf = (recorded: TurnPolicy) => parseTurnPolicy(yaml, policyFile, recorded)
  const comparison = await comparePolicies(log, policyOf)
  const { verdict, changes } = comparison
  if (json) {
    terminal.print(JSON.stringify({ ...comparison, verdict: verdictJson(verdict) }))
    return changes.length > 0
  }
  const { paint } = terminal
  terminal.print(headline(verdict))
  terminal.print(`Decisions of the recorded policy (-) and of ${policyFile} (+):`)
  for (const { old, now } of changes) {
    if (old !== undefined) terminal.print(paint.error(`- ${decisionText(old)}`))
    if (now !== undefined) terminal.print(paint.good(`+ ${decisionText(now)}`))
  }
  for (const line of openLoop(comparison)) terminal.print(line)
  return changes.length > 0
}

function decisionText({ atMs, floor, what, reasons }: DecisionLine): string {
  return `${clockText(atMs)}  ${floor.padEnd(8)}  ${what}${because(reasons)}`
}

function openLoop({ changes, drift, guessed, unanswered, verdict }: PolicyComparison): string[] {
  const count = changes.length
  return [
    count === 0
      ? 'No decision differs.'
      : `${count} ${count === 1 ? 'decision differs' : 'decisions differ'}.`,
    'The loop is open: the caller is the recorded one and reacts to nothing that is decided otherwise, so what comes',
    'after the first difference is a guess. What was heard of an answer is estimated.',
    ...(verdict.same
      ? []
      : ['The log itself does not replay to the same digest; see `parley replay` without --with.']),
    ...(drift > 0
      ? [`Run this way, the recorded policy itself decides ${drift} times otherwise than it did.`]
      : []),
    ...(guessed > 0 ? [`${guessed} answers were recorded for other words.`] : []),
    ...(unanswered > 0 ? [`${unanswered} answers were never recorded and are silent.`] : []),
  ]
}

function headline({ head, sessionMs }: ReplayVerdict): string {
  const { header, version, sound, redacted } = head
  const kept = sound ? 'with sound' : redacted ? 'without sound, redacted' : 'without sound'
  return `Session ${header.session} (${header.language}), ${clockText(sessionMs).trim()}, recorded ${kept} by Parley ${version}.`
}

function tellVerdict(verdict: ReplayVerdict, { print, paint }: Terminal): void {
  const { same, counts, difference, sessionMs, tookMs, recorded, replayed } = verdict
  const speed = Math.round(sessionMs / Math.max(1, tookMs))
  const { decisions, events, frames } = counts
  print(
    `Replayed ${(sessionMs / 1_000).toFixed(1)} s in ${(tookMs / 1_000).toFixed(2)} s, ${speed} times real time.`,
  )
  if (same) {
    print(
      paint.good(
        `The same: ${decisions} decisions, ${events} events, ${frames} frames, SHA-256 ${replayed}.`,
      ),
    )
    return
  }
  print(paint.error(`Different: SHA-256 ${replayed}, recorded ${recorded}.`))
  if (difference === undefined) return
  const { what, number, at, told } = difference
  print(`First at ${what} ${number}, ${clockText(at.atMs).trim()}, line ${at.line} (${at.kind}): ${told}.`)
}

function verdictJson(verdict: ReplayVerdict): object {
  const { head, sessionMs, tookMs, ...rest } = verdict
  const { header, ...recording } = head
  const speed = sessionMs / Math.max(1, tookMs)
  return {
    session: header.session,
    language: header.language,
    ...recording,
    ...rest,
    sessionMs,
    tookMs,
    speed,
  }
}
