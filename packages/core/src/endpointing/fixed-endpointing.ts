import type { Endpointing } from './endpointing.js'

/** The plain rule: the same silence ends every turn. The baseline of bench/src/endpointing, and for tests. */
export function createFixedEndpointing(silenceMs: number): Endpointing {
  const wait = { ms: silenceMs, complete: 0.5, reasons: [{ kind: 'fixed', value: silenceMs }] }
  return {
    begin() {},
    hear() {},
    words() {},
    signal() {},
    paused() {},
    resumed() {},
    ended() {},
    wait: () => wait,
  }
}
