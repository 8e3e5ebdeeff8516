/** Waiting for the tools of a step: until all are done, with what is to be said or shown meanwhile. */

import type { Clock } from '@parley/core'

/** Whoever waits for the next part is told that there is life, this often, in ms. */
const LIFE_SIGN_MS = 2_000

export interface ToolWait {
  /** `filler` comes once. `over` before all others that are there at the same time. */
  next(): Promise<'over' | 'aborted' | 'filler' | 'life'>
  end(): void
}

export interface WaitFor {
  readonly outcomes: readonly Promise<unknown>[]
  readonly fillerAfterMs: number
  readonly signal: AbortSignal
  /** The wait for the filler begins with it: nobody listens before. */
  readonly committed: Promise<void> | undefined
}

export function waitForTools(
  clock: Clock,
  { outcomes, fillerAfterMs, signal, committed }: WaitFor,
): ToolWait {
  let over = false
  let due: 'filler' | 'life' | undefined
  let wake: (() => void) | undefined
  let cancelFiller = () => {}
  let cancelLife = () => {}
  const stir = () => wake?.()
  signal.addEventListener('abort', stir, { once: true })
  void Promise.all(outcomes).then(() => {
    over = true
    stir()
  })
  const startFiller = () => {
    if (over || signal.aborted) return
    cancelFiller = clock.after(fillerAfterMs, () => {
      due = 'filler'
      stir()
    })
  }
  if (committed === undefined) startFiller()
  else void committed.then(startFiller, () => {})

  return {
    async next() {
      for (;;) {
        if (over) return 'over'
        if (signal.aborted) return 'aborted'
        if (due !== undefined) {
          const next = due
          due = undefined
          return next
        }
        await new Promise<void>(resolve => {
          wake = resolve
          cancelLife = clock.after(LIFE_SIGN_MS, () => {
            due ??= 'life'
            resolve()
          })
        })
        cancelLife()
      }
    },
    end() {
      over = true
      cancelFiller()
      cancelLife()
      signal.removeEventListener('abort', stir)
    },
  }
}
