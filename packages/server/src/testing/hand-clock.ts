import type { Clock } from '@parley/core'

/** A clock that stands still until it is moved by hand; what is due runs in order, at its own time. */
export interface HandClock extends Clock {
  /** Moves on, letting what each timer set in motion settle before the next. */
  advance(ms: number): Promise<void>
  readonly pending: number
}

export function createHandClock(): HandClock {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  return {
    now: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter(each => each !== timer)
      }
    },
    async advance(ms) {
      const until = nowMs + ms
      await settle()
      for (;;) {
        const next = timers.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0]
        if (!next) break
        timers = timers.filter(each => each !== next)
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
        await settle()
      }
      nowMs = until
    },
    get pending() {
      return timers.length
    },
  }
}
