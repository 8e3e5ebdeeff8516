/**
 * Lanes of letters, one for each host: one that answers slowly has few letters waiting here, so that those of others pass it.
 * What does not fit is let lie in the outbox; nothing is lost by it, since a lease that is over gives it back.
 */

import type { Clock } from '@parley/core'

export interface LaneLimits {
  /** At the same time to one host. */
  readonly perHost: number
  /** Waiting here, over all hosts. */
  readonly waiting: number
  /** Waiting here for a host that is slow. */
  readonly waitingSlow: number
  /** A host is slow whose last answer took longer, or which is being waited for as long, ms. */
  readonly slowMs: number
}

export interface LetterLanes {
  /** Whether it was taken in; `run` never rejects, and gives whether the host answered well. */
  add(host: string, run: () => Promise<boolean>): boolean
  /** Waiting and running. */
  readonly size: number
  /** Letters that can be taken in. */
  readonly room: number
  /** Resolves once no more than so many wait and run, or after the time at the latest; never before something else runs. */
  below(size: number, withinMs: number): Promise<void>
}

interface Lane {
  readonly waiting: (() => Promise<boolean>)[]
  readonly begunMs: Map<symbol, number>
  slow: boolean
}

export function createLetterLanes(clock: Clock, limits: LaneLimits): LetterLanes {
  const lanes = new Map<string, Lane>()
  let waiting = 0
  let running = 0
  const watchers = new Set<{ readonly size: number; readonly wake: () => void }>()

  const isSlow = (lane: Lane) => {
    if (lane.slow) return true
    const nowMs = clock.now()
    for (const begunMs of lane.begunMs.values()) if (nowMs - begunMs >= limits.slowMs) return true
    return false
  }

  function pump(host: string, lane: Lane): void {
    while (lane.begunMs.size < limits.perHost) {
      const run = lane.waiting.shift()
      if (run === undefined) break
      waiting--
      running++
      const key = Symbol()
      const begunMs = clock.now()
      lane.begunMs.set(key, begunMs)
      const left = (well: boolean) => {
        lane.begunMs.delete(key)
        lane.slow = !well || clock.now() - begunMs >= limits.slowMs
        running--
        pump(host, lane)
        if (lane.begunMs.size === 0 && lane.waiting.length === 0 && !lane.slow) lanes.delete(host)
        for (const { size, wake } of watchers) if (waiting + running <= size) wake()
      }
      void run().then(left, () => left(false))
    }
  }

  return {
    add(host, run) {
      const lane: Lane = lanes.get(host) ?? { waiting: [], begunMs: new Map(), slow: false }
      if (waiting >= limits.waiting) return false
      if (lane.waiting.length >= limits.waitingSlow && isSlow(lane)) return false
      lanes.set(host, lane)
      lane.waiting.push(run)
      waiting++
      pump(host, lane)
      return true
    },
    get size() {
      return waiting + running
    },
    get room() {
      return Math.max(0, limits.waiting - waiting)
    },
    below: (size, withinMs) =>
      new Promise(resolve => {
        const wake = () => {
          cancel()
          watchers.delete(watcher)
          resolve()
        }
        const watcher = { size, wake }
        const cancel = clock.after(waiting + running <= size ? 0 : withinMs, wake)
        watchers.add(watcher)
      }),
  }
}
