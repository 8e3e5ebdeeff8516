/**
 * The door of a session: everything that changes it comes in here, one thing at a time, each with one time that stands
 * still until the next. What comes in meanwhile waits its turn. So what a session does depends on nothing but what came
 * in and in which order, which is what the session log keeps and a replay repeats.
 */

import type { Clock, Ids } from '../clock/clock.js'
import type { LogInput, SessionLog } from '../replay/log-entry.js'

export class Entrance {
  /** Time and timers as the session sees them. */
  readonly clock: Clock
  readonly ids: Ids
  #log: SessionLog | undefined
  readonly #waiting: (() => void)[] = []
  readonly #real: Clock
  #busy = false
  #nowMs: number
  #timers = 0

  constructor(real: Clock, ids: Ids, log: SessionLog | undefined) {
    this.#real = real
    this.#nowMs = real.now()
    this.#log = log
    this.clock = { now: () => this.#nowMs, after: (ms, run) => this.#after(ms, run) }
    this.ids = log === undefined ? ids : { next: prefix => this.#id(ids.next(prefix)) }
  }

  /** Where everything is written; undefined once the session is over, and where nothing is recorded. */
  get log(): SessionLog | undefined {
    return this.#log
  }

  /** Whether something that came in is being dealt with. */
  get busy(): boolean {
    return this.#busy
  }

  /** Lets one thing in: runs `act` now, or right after what is being dealt with. */
  enter(act: () => void): void {
    if (this.#busy) {
      this.#waiting.push(act)
      return
    }
    this.#busy = true
    try {
      this.#let(act)
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#let(next)
    } finally {
      this.#busy = false
    }
  }

  /** Writes what is being dealt with into the log. `describe` is only called where there is one. */
  note(describe: () => LogInput): void {
    this.#log?.input({ ...describe(), atMs: this.#nowMs })
  }

  /** Lets `act` in after whatever is ready to come in now. */
  soon(act: () => void): void {
    const enter = () =>
      this.enter(() => {
        this.note(() => ({ kind: 'soon' }))
        act()
      })
    if (this.#real.soon === undefined) void Promise.resolve().then(enter)
    else this.#real.soon(enter)
  }

  /** The session is over: nothing that still comes in changes anything. */
  endLog(): void {
    this.#log?.end()
    this.#log = undefined
  }

  #let(act: () => void): void {
    this.#nowMs = this.#real.now()
    act()
  }

  #after(ms: number, run: () => void) {
    const timer = this.#timers
    this.#timers += 1
    return this.#real.after(ms, () =>
      this.enter(() => {
        this.note(() => ({ kind: 'timer', timer }))
        run()
      }),
    )
  }

  #id(id: string): string {
    this.note(() => ({ kind: 'id', id }))
    return id
  }
}
