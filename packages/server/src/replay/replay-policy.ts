/** Runs a session log with another policy, and with the recorded one the same way, so that only the policy differs. */

import { loadResampling } from '@parley/audio'
import {
  createDecisionAccount,
  createStreamRecorder,
  type DecisionLine,
  type LogEntry,
  type LogHeader,
  replayWith,
  type StreamBook,
  type TurnPolicy,
} from '@parley/core'
import type { Place } from './mark-compare.js'
import { type ChangedDecision, diffDecisions } from './policy-diff.js'
import { openSessionLog } from './read-session-log.js'
import { earFor, type ReplayOptions, type ReplayVerdict, replayFile, settle, telling } from './replay-file.js'

export interface PolicyComparison {
  /** Of the log as it was recorded. */
  readonly verdict: ReplayVerdict
  readonly changes: readonly ChangedDecision[]
  /** Decisions of the recorded policy that come out otherwise in the open loop than they were. */
  readonly drift: number
  /** Answers the other policy asked for that were recorded for other words, and that were not recorded at all. */
  readonly guessed: number
  readonly unanswered: number
}

/** `policyOf` makes the other policy from the recorded one. */
export async function comparePolicies(
  path: string,
  policyOf: (recorded: TurnPolicy) => TurnPolicy,
  options: ReplayOptions = {},
): Promise<PolicyComparison> {
  const recorded = createDecisionAccount()
  const streams = createStreamRecorder()
  const verdict = await replayFile(path, {
    ...options,
    entry: entry => streams.entry(entry),
    asked: request => streams.asked(request, streams.nowMs),
    output: (output, atMs) => recorded.output(output, atMs),
  })
  const { policy } = verdict.head.header
  const run = (tried: TurnPolicy, book: StreamBook) => decide(path, tried, { book, options })
  const old = await run(policy, streams.book())
  const book = streams.book()
  const now = await run(policyOf(policy), book)
  return {
    verdict,
    changes: diffDecisions(old, now),
    drift: diffDecisions(recorded.lines, old).filter(({ old: was, now: is }) => was?.what !== is?.what)
      .length,
    guessed: book.guessed,
    unanswered: book.unanswered,
  }
}

async function decide(
  path: string,
  policy: TurnPolicy,
  { book, options }: { readonly book: StreamBook; readonly options: ReplayOptions },
): Promise<readonly DecisionLine[]> {
  const { head, lines } = await openSessionLog(path)
  const header: LogHeader = head.header
  const ear = await earFor(head, options)
  const account = createDecisionAccount()
  let nowMs = header.atMs
  let place: Place = { line: 1, kind: 'head', atMs: 0 }

  async function* entries(): AsyncGenerator<LogEntry> {
    for await (const line of lines) {
      if (line.kind !== 'entry') continue
      place = { line: line.line, kind: line.entry.kind, atMs: line.entry.atMs }
      yield line.entry
    }
  }

  const resampling = await loadResampling()
  await telling(
    path,
    () => place,
    () =>
      replayWith(
        {
          header,
          policy,
          streams: book,
          resampling,
          settle,
          ...(ear === undefined ? {} : { ear: ear.ear }),
          ...(options.turnTaking === undefined ? {} : { turnTaking: options.turnTaking }),
          at: ms => {
            nowMs = ms
          },
          output: output => account.output(output, nowMs - header.atMs),
        },
        entries(),
      ),
  ).finally(() => ear?.close())
  return account.lines
}
