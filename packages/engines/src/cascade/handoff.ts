/**
 * Parts of a reply on their way from the task that makes them to the session that draws them. The maker may be one
 * clause ahead of the one being drawn and waits beyond that, so a reply never holds more than two clauses of sound.
 */

import type { ReplyPart } from '@parley/core'

export interface Handoff {
  push(part: ReplyPart): void
  /** The parts of a clause are complete. */
  clauseEnd(): void
  /** Resolves once another clause may be made, or on abort. */
  room(): Promise<void>
  end(): void
  /** The next part; undefined after the end or on abort. */
  next(): Promise<ReplyPart | undefined>
}

const clauseEnd = Symbol('clause end')

/** `signal` aborts every wait. */
export function createHandoff(signal: AbortSignal): Handoff {
  const queue: (ReplyPart | typeof clauseEnd)[] = []
  let made = 0
  let drawn = 0
  let ended = false
  let wakeMaker: (() => void) | undefined
  let wakeDrawer: (() => void) | undefined

  function wakeAll(): void {
    wakeMaker?.()
    wakeDrawer?.()
    wakeMaker = undefined
    wakeDrawer = undefined
  }
  signal.addEventListener('abort', wakeAll, { once: true })

  function add(item: ReplyPart | typeof clauseEnd): void {
    if (ended || signal.aborted) return
    queue.push(item)
    wakeDrawer?.()
    wakeDrawer = undefined
  }

  return {
    push: add,
    clauseEnd() {
      made++
      add(clauseEnd)
    },
    async room() {
      while (!signal.aborted && made - drawn > 1) {
        await new Promise<void>(resolve => {
          wakeMaker = resolve
        })
      }
    },
    end() {
      ended = true
      wakeDrawer?.()
      wakeDrawer = undefined
    },
    async next() {
      for (;;) {
        if (signal.aborted) return undefined
        const item = queue.shift()
        if (item === clauseEnd) {
          drawn++
          wakeMaker?.()
          wakeMaker = undefined
        } else if (item !== undefined) return item
        else if (ended) return undefined
        else {
          await new Promise<void>(resolve => {
            wakeDrawer = resolve
          })
        }
      }
    },
  }
}
