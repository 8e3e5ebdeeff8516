/**
 * Runs a log with another policy. What the caller, the far end and the recogniser did comes at the times at which it
 * came; the session's own timers run by their due time, and an answer's parts come as long after its request as they
 * did. The caller is the recorded one and reacts to nothing that is decided otherwise: the loop is open. What the far
 * end reported to have played belongs to other sound, so what was heard is estimated.
 */

import type { TurnPolicy } from '../floor/policy.js'
import type { LogEntry } from './log-entry.js'
import { createPartFeed, type PartFeed } from './part-feed.js'
import type { RecordedStream, StreamBook } from './recorded-streams.js'
import { type ReplayParts, ReplayStage } from './replay-stage.js'

export interface WhatIfParts extends ReplayParts {
  readonly policy: TurnPolicy
  /** The answers that were recorded. */
  readonly streams: StreamBook
  /** Time of the session, whenever it moves, ms of its clock. */
  at(nowMs: number): void
}

interface Due {
  readonly atMs: number
  run(): void
}

export async function replayWith(parts: WhatIfParts, entries: AsyncIterable<LogEntry>): Promise<void> {
  const coming: Due[] = []
  const counts = new Map<string, number>()
  let writes = 0

  const stage = new ReplayStage({
    ...parts,
    header: { ...parts.header, policy: parts.policy },
    output: output => parts.output(output),
    settle: () => parts.settle(),
    ids: {
      next(prefix) {
        const count = (counts.get(prefix) ?? 0) + 1
        counts.set(prefix, count)
        return `${prefix}_${count}`
      },
    },
    ask(request) {
      const feed = createPartFeed()
      plan(parts.streams.take(request, stage.clock.nowMs), feed)
      return feed.source
    },
    write: () => {
      writes += 1
      return Promise.resolve()
    },
  })

  function plan(stream: RecordedStream | undefined, feed: PartFeed): void {
    const fromMs = stage.clock.nowMs
    for (const { afterMs, part } of stream?.parts ?? [])
      insert(coming, { atMs: fromMs + afterMs, run: () => feed.push(part) })
    const { afterMs, error } = stream?.end ?? { afterMs: 0, error: undefined }
    insert(coming, { atMs: fromMs + afterMs, run: () => feed.end(error) })
  }

  /** Lets what was asked of promises happen: the journal's answers and, at the end, the last word. */
  async function calm(): Promise<void> {
    while (writes > 0 || stage.clock.fireSoon()) {
      writes = 0
      await parts.settle()
    }
  }

  /** The session's own timers and the answers that come until then. */
  async function runUntil(untilMs: number): Promise<void> {
    for (;;) {
      const timer = stage.clock.next()
      const part = coming[0]
      const atMs = Math.min(timer?.dueMs ?? Number.POSITIVE_INFINITY, part?.atMs ?? Number.POSITIVE_INFINITY)
      if (atMs > untilMs) return
      move(Math.max(atMs, stage.clock.nowMs))
      if (timer !== undefined && timer.dueMs === atMs) stage.clock.fire(timer.timer)
      else {
        coming.shift()?.run()
        await parts.settle()
      }
      await calm()
    }
  }

  function move(nowMs: number): void {
    stage.clock.nowMs = nowMs
    parts.at(nowMs)
  }

  const own: ReadonlySet<LogEntry['kind']> = new Set([
    'id',
    'timer',
    'part',
    'parts-end',
    'stored',
    'soon',
    'played',
  ])
  let connected: LogEntry | undefined
  for await (const entry of entries) {
    if (own.has(entry.kind)) continue
    if (entry.kind === 'connected' && !entry.failed) {
      connected = entry
      continue
    }
    await runUntil(entry.atMs)
    move(entry.atMs)
    const told = entry.kind === 'attach' ? estimated(entry) : entry
    if (connected !== undefined && told.kind === 'attach') {
      stage.act(connected, told)
      connected = undefined
      await parts.settle()
    }
    if (stage.act(told, undefined)) await parts.settle()
    await calm()
  }
}

/** The leg without its reports. */
function estimated({ reportsCuts: _, ...leg }: Extract<LogEntry, { kind: 'attach' }>): LogEntry {
  return { ...leg, reportsPlayed: false }
}

function insert(coming: Due[], due: Due): void {
  const after = coming.findIndex(({ atMs }) => atMs > due.atMs)
  coming.splice(after === -1 ? coming.length : after, 0, due)
}
