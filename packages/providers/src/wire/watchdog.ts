import type { Clock } from '@parley/core'

/** One alarm that is set anew with each sign of life. */
export interface Watchdog {
  expect(withinMs: number, run: () => void): void
  stop(): void
}

export function watchdog(clock: Clock): Watchdog {
  let cancel: (() => void) | undefined
  const stop = () => {
    cancel?.()
    cancel = undefined
  }
  return {
    expect(withinMs, run) {
      stop()
      cancel = clock.after(withinMs, run)
    },
    stop,
  }
}
