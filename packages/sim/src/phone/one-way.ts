import type { Clock } from '@parley/core'

export interface OneWayOptions {
  readonly clock: Clock
  /** ms. */
  readonly delayMs: number
  /** More delay for each message, ms. */
  readonly jitterMs?: (() => number) | undefined
}

/** One direction of a network: all that is carried arrives in the order it left, as TCP has it. */
export function createOneWay({ clock, delayMs, jitterMs }: OneWayOptions): (arrive: () => void) => void {
  let lastAtMs = Number.NEGATIVE_INFINITY
  return arrive => {
    lastAtMs = Math.max(lastAtMs, clock.now() + delayMs + (jitterMs?.() ?? 0))
    clock.after(lastAtMs - clock.now(), arrive)
  }
}
