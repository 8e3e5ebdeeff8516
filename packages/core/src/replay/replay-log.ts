/**
 * Runs a log again, as fast as it goes: everything comes in as it came in, at the time it came, and every timer, part
 * and answer of the journal when the log says so. Under the same code the session does the same, to the sample.
 */

import { ParleyError } from '../errors.js'
import type { LogEntry } from './log-entry.js'
import { createPartFeed, type PartFeed } from './part-feed.js'
import type { Request } from './replay-engine.js'
import { type ReplayParts, ReplayStage, soundOf } from './replay-stage.js'

export interface ReplayLogParts extends ReplayParts {
  /** Before each entry is dealt with; ids are not dealt with by themselves. */
  entry?(entry: LogEntry): void
  /** The session asks its engine for the n-th stream of parts, from 0. */
  asked?(request: Request, stream: number): void
  /** The session cannot do what the log says: it has gone another way. */
  astray(what: string): void
}

export async function replayLog(parts: ReplayLogParts, entries: AsyncIterable<LogEntry>): Promise<void> {
  const ids: string[] = []
  const feeds: PartFeed[] = []
  const writes: { resolve(): void; reject(error: Error): void }[] = []
  let invented = 0

  const stage = new ReplayStage({
    ...parts,
    output: output => parts.output(output),
    settle: () => parts.settle(),
    ids: {
      next(prefix) {
        const id = ids.shift()
        if (id?.startsWith(`${prefix}_`)) return id
        parts.astray(`it needs an id for "${prefix}" that was not drawn`)
        invented += 1
        return id ?? `${prefix}_new${invented}`
      },
    },
    ask(request) {
      const feed = createPartFeed()
      parts.asked?.(request, feeds.length)
      feeds.push(feed)
      return feed.source
    },
    write: () => new Promise((resolve, reject) => writes.push({ resolve, reject })),
  })

  function feedOf(stream: number): PartFeed | undefined {
    if (feeds[stream] === undefined) parts.astray(`stream ${stream} of parts was not asked for`)
    return feeds[stream]
  }

  /** True where promises have to settle before the next entry. */
  function deal(entry: LogEntry, next: LogEntry | undefined): boolean {
    parts.entry?.(entry)
    if (stage.act(entry, next)) return true
    switch (entry.kind) {
      case 'timer':
        if (!stage.clock.fire(entry.timer)) parts.astray(`timer ${entry.timer} does not run`)
        return false
      case 'soon':
        if (!stage.clock.fireSoon()) parts.astray('the session does not end here')
        return false
      case 'part': {
        const { part, count } = entry
        feedOf(entry.stream)?.push(
          part.kind === 'audio' ? { ...part, samples: soundOf({ ...part, count }) } : part,
        )
        return true
      }
      case 'parts-end':
        feedOf(entry.stream)?.end(entry.error && errorOf(entry.error))
        return true
      case 'stored': {
        const write = writes.shift()
        if (write === undefined) parts.astray('nothing waits for the journal')
        if (entry.error === undefined) write?.resolve()
        else write?.reject(errorOf(entry.error))
        return true
      }
      default:
        return false
    }
  }

  // An entry is dealt with once the next is known: ids that it draws stand behind it. The engine brings the first leg.
  let held: LogEntry | undefined
  let leg: LogEntry | undefined
  async function dealWithHeld(): Promise<void> {
    if (held !== undefined && deal(held, leg)) await parts.settle()
    if (leg !== undefined) deal(leg, undefined)
    leg = undefined
  }
  for await (const entry of entries) {
    if (entry.kind === 'id') {
      ids.push(entry.id)
      continue
    }
    if (held?.kind === 'connected' && leg === undefined && entry.kind === 'attach') {
      leg = entry
      continue
    }
    await dealWithHeld()
    held = entry
  }
  await dealWithHeld()
}

function errorOf({ code, message }: Pick<ParleyError, 'code' | 'message'>): ParleyError {
  return new ParleyError(code, message)
}
