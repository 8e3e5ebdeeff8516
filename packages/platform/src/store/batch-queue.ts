import { type Clock, ParleyError } from '@parley/core'
import { asStoreError } from './store-errors.js'

/**
 * Group commit: what arrives while one batch is being stored goes together in the next. One batch is under way at a
 * time, so order is kept. Bounded in items and bytes; when full, new items are refused (`store_unavailable`,
 * retryable) and nothing already accepted is dropped.
 */
export interface BatchQueue<Item> {
  /** Resolves when the item is stored. @throws ParleyError of `store`, or `store_unavailable` when full or closed. */
  push(item: Item, bytes: number): Promise<void>
  /** Items accepted and not yet settled. */
  waiting(): number
  /** Resolves when all that was accepted before is settled. */
  drain(): Promise<void>
  /** Refuses what comes from now on. */
  stop(): void
}

export interface BatchQueueOptions<Item> {
  readonly clock: Clock
  readonly maxItems: number
  readonly maxBytes: number
  readonly batchItems: number
  readonly batchBytes: number
  /** How long a first item waits for company, in ms; 0 begins at once. */
  readonly gatherMs: number
  /** Items older than this, in ms, are refused instead of tried once more. */
  readonly retryForMs: number
  /**
   * Stores a batch; must be idempotent. The answer has the fault of each item, or undefined where it is stored.
   * A throw is about the whole batch, and is tried again if it is retryable and the disk is not full.
   */
  store(items: readonly Item[]): Promise<readonly (ParleyError | undefined)[]>
}

const firstBackOffMs = 50
const longestBackOffMs = 2000

interface Waiting<Item> {
  readonly item: Item
  readonly bytes: number
  readonly sinceMs: number
  settle(fault: ParleyError | undefined): void
}

export function createBatchQueue<Item>(options: BatchQueueOptions<Item>): BatchQueue<Item> {
  const { clock } = options
  let queue: Waiting<Item>[] = []
  let items = 0
  let bytes = 0
  let running = false
  let stopped = false
  let accepted = 0
  let settled = 0
  let drains: { readonly target: number; readonly resolve: () => void }[] = []
  let endGathering = () => {}

  function push(item: Item, size: number): Promise<void> {
    if (stopped) return Promise.reject(closing())
    if (items >= options.maxItems || bytes + size > options.maxBytes) return Promise.reject(full(items))
    items++
    accepted++
    bytes += size
    return new Promise((resolve, reject) => {
      queue.push({
        item,
        bytes: size,
        sinceMs: clock.now(),
        settle(fault) {
          items--
          settled++
          bytes -= size
          if (fault) reject(fault)
          else resolve()
        },
      })
      if (!running) void run()
    })
  }

  async function run(): Promise<void> {
    running = true
    if (options.gatherMs > 0 && !stopped) await gather()
    // What is pushed in the same tick belongs to the same batch.
    else await Promise.resolve()
    while (queue.length > 0) {
      await storeOrRefuse(takeBatch())
      endDrains()
    }
    running = false
  }

  function gather(): Promise<void> {
    return new Promise(resolve => {
      const cancel = clock.after(options.gatherMs, resolve)
      endGathering = () => {
        cancel()
        resolve()
      }
    })
  }

  function endDrains(): void {
    for (const drain of drains) if (settled >= drain.target) drain.resolve()
    drains = drains.filter(drain => settled < drain.target)
  }

  function takeBatch(): readonly Waiting<Item>[] {
    let size = 0
    let count = 0
    for (const next of queue) {
      if (count === options.batchItems || (count > 0 && size + next.bytes > options.batchBytes)) break
      size += next.bytes
      count++
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch
  }

  async function storeOrRefuse(first: readonly Waiting<Item>[]): Promise<void> {
    let batch = first
    for (let backOffMs = firstBackOffMs; batch.length > 0; backOffMs = longer(backOffMs)) {
      const outcome = await attempt(batch)
      if (!(outcome instanceof ParleyError)) {
        batch.forEach((entry, index) => {
          entry.settle(outcome[index])
        })
        return
      }
      batch = refuseHopeless(batch, outcome)
      if (batch.length > 0) await new Promise<void>(resolve => clock.after(backOffMs, resolve))
    }
  }

  async function attempt(
    batch: readonly Waiting<Item>[],
  ): Promise<ParleyError | readonly (ParleyError | undefined)[]> {
    try {
      return await options.store(batch.map(entry => entry.item))
    } catch (thrown) {
      return asStoreError(thrown)
    }
  }

  /** A full disk is told at once: it rarely empties within seconds, and callers are waiting. */
  function refuseHopeless(batch: readonly Waiting<Item>[], fault: ParleyError): readonly Waiting<Item>[] {
    const again = fault.retryable && fault.code !== 'store_full'
    const oldestMs = clock.now() - options.retryForMs
    return batch.filter(entry => {
      if (again && entry.sinceMs > oldestMs) return true
      entry.settle(fault)
      return false
    })
  }

  return {
    push,
    waiting: () => items,
    async drain() {
      endGathering()
      const target = accepted
      if (settled < target) await new Promise<void>(resolve => drains.push({ target, resolve }))
    },
    stop() {
      stopped = true
      endGathering()
    },
  }
}

function longer(backOffMs: number): number {
  return Math.min(backOffMs * 2, longestBackOffMs)
}

function full(items: number): ParleyError {
  return new ParleyError('store_unavailable', 'The database cannot keep up; try again later.', {
    retryable: true,
    details: { waiting: items },
  })
}

function closing(): ParleyError {
  return new ParleyError('store_unavailable', 'The store is closing; nothing more is accepted.', {
    retryable: true,
  })
}
