/**
 * The conversations of all nodes as one view: this process's own by its board, the others' as they put them into Redis.
 * Without Redis, or while it is down, the own ones are all.
 */
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { LiveRows } from '@parley/platform'
import { liveSessionSchema } from '@parley/protocol'
import { z } from 'zod'
import type { LiveBoard, LiveEntry } from './live-board.js'

/** How often rows are put into Redis and, while somebody looks, read from it, ms. */
export const LIVE_SHARE_MS = 1_000

export interface LiveView {
  readonly node: string
  /** Whether other nodes are seen. */
  readonly shared: boolean
  /** What is on; of two rows of one session this process's own. */
  entries(): ReadonlyMap<string, LiveEntry>
  /** Reads what other nodes have now. */
  refresh(): Promise<void>
  watch(run: () => void): Cancel
  /**
   * Ends a session wherever it is; resolves with its node once that was told.
   * @throws ParleyError `not_found` where the tenant has no such session, `store_unavailable` where its node is silent
   */
  end(session: string, allowed: (entry: LiveEntry) => boolean): Promise<string>
  close(): Promise<void>
}

export interface LiveViewOptions {
  readonly board: LiveBoard
  readonly clock: Clock
  /** Makes the place that nodes share; `ordered` is told what another node orders. */
  readonly share?: ((ordered: (text: string) => void) => LiveRows) | undefined
}

const entrySchema = z.object({ tenant: z.string(), row: liveSessionSchema })
const orderSchema = z.object({ end: z.string(), tenant: z.string() })

export function createLiveView({ board, clock, share }: LiveViewOptions): LiveView {
  const rows = share?.(ordered)
  let others: readonly LiveEntry[] = []
  let watchers = 0
  let closed = false
  let stop: Cancel | undefined
  let unmeasured: Cancel | undefined

  function ordered(text: string): void {
    const order = parsed(orderSchema, text)
    if (order !== undefined) board.end(order.end, order.tenant)
  }

  async function refresh(): Promise<void> {
    if (rows === undefined || closed) return
    try {
      const texts = await rows.others()
      others = texts.flatMap(text => parsed(entrySchema, text) ?? [])
    } catch {
      // Redis is down: nobody knows what the others have.
      others = []
    }
  }

  async function exchange(): Promise<void> {
    const own = [...board.entries()].map(entry => [entry.row.session, JSON.stringify(entry)] as const)
    await rows?.put(new Map(own))
    if (watchers > 0) await refresh()
    if (!closed) stop = clock.after(LIVE_SHARE_MS, () => void exchange())
  }

  if (rows !== undefined) {
    // Levels are measured for whoever looks at another node.
    unmeasured = board.watch(() => {})
    stop = clock.after(LIVE_SHARE_MS, () => void exchange())
  }

  function entries(): ReadonlyMap<string, LiveEntry> {
    const all = new Map(others.map(entry => [entry.row.session, entry] as const))
    for (const entry of board.entries()) all.set(entry.row.session, entry)
    return all
  }

  return {
    node: board.node,
    shared: rows !== undefined,
    entries,
    refresh,
    watch(run) {
      watchers += 1
      const cancel = board.watch(run)
      return () => {
        watchers -= 1
        cancel()
      }
    },
    async end(session, allowed) {
      if (board.entry(session) === undefined) await refresh()
      const entry = entries().get(session)
      if (entry === undefined || !allowed(entry)) {
        throw new ParleyError('not_found', 'No such conversation is on.')
      }
      const { tenant, row } = entry
      if (board.end(session, tenant)) return board.node
      const told = await rows?.order(row.node, JSON.stringify({ end: session, tenant })).catch(() => false)
      if (told === true) return row.node
      const message = `The node ${row.node}, which has this conversation, does not answer; try again.`
      throw new ParleyError('store_unavailable', message, { retryable: true })
    },
    async close() {
      closed = true
      stop?.()
      unmeasured?.()
      await rows?.close()
    },
  }
}

/** Undefined for what a node of another version wrote in another way. */
function parsed<Value>(schema: z.ZodType<Value>, text: string): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
