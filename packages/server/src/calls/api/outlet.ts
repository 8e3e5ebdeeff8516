/**
 * A connection that is written to, with a bound on what waits to leave. A follower that does not read is waited for, and
 * given up after a while: what it was not sent is still in the store, where it can go on from its last event.
 */

import { type Cancel, type Clock, ParleyError } from '@parley/core'

export interface Outlet {
  /** False when more than the bound waits. */
  write(text: string): boolean
  /** Resolves when there is room, or nothing more is to be written. */
  room(): Promise<void>
  close(): void
}

export interface OutletOptions {
  readonly clock: Clock
  /** Calls `sent` once the text has left this process. */
  write(text: string, sent: () => void): void
  /** It did not read for `patienceMs`. */
  stalled(error: ParleyError): void
  readonly boundBytes?: number
  readonly patienceMs?: number
}

export function createOutlet(options: OutletOptions): Outlet {
  const { clock, boundBytes = 65_536, patienceMs = 15_000 } = options
  let waits = 0
  let closed = false
  let wake: (() => void)[] = []
  let cancel: Cancel = () => {}

  function open(): void {
    cancel()
    const all = wake
    wake = []
    for (const run of all) run()
  }

  function write(text: string): boolean {
    if (closed) return false
    const bytes = Buffer.byteLength(text)
    const had = waits
    waits += bytes
    if (had <= boundBytes && waits > boundBytes) cancel = clock.after(patienceMs, stall)
    options.write(text, () => {
      waits -= bytes
      if (waits <= boundBytes) open()
    })
    return waits <= boundBytes
  }

  function stall(): void {
    if (closed) return
    const message = `Nothing was read for ${patienceMs / 1000} s; connect again and go on behind the last event.`
    options.stalled(new ParleyError('overloaded', message))
  }

  return {
    write,
    room() {
      if (closed || waits <= boundBytes) return Promise.resolve()
      return new Promise(resolve => wake.push(resolve))
    },
    close() {
      closed = true
      open()
    },
  }
}
