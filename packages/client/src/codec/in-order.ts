/**
 * Keeps what is said about sound in its place among the sound, while that passes through a codec that answers later.
 * A codec that holds something back is told to let go of it (`stalled`) once somebody has waited for long.
 */

export interface InOrder {
  /** Pieces that went in and have not come out. */
  readonly inside: number
  enter(): void
  leave(): void
  /** Runs once all that has entered by now has left: at once where nothing is inside. */
  after(run: () => void): void
  /** Runs all that waits, in order: nothing more will leave. */
  release(): void
}

export interface InOrderOptions {
  readonly timer: (ms: number, run: () => void) => () => void
  readonly stalled: () => void
}

/** Far over the few ms that a codec takes for a packet. */
export const STALLED_MS = 250

export function createInOrder({ timer, stalled }: InOrderOptions): InOrder {
  let entered = 0
  let left = 0
  let marks: { readonly at: number; readonly run: () => void }[] = []
  let cancel = () => {}

  function runDue(): void {
    if (marks.length === 0) return
    while ((marks[0]?.at ?? Number.POSITIVE_INFINITY) <= left) marks.shift()?.run()
    if (marks.length === 0) cancel()
  }

  return {
    get inside() {
      return entered - left
    },
    enter() {
      entered++
    },
    leave() {
      // What a flush adds of itself is none of what went in.
      left = Math.min(entered, left + 1)
      runDue()
    },
    after(run) {
      if (entered === left && marks.length === 0) return run()
      if (marks.length === 0) cancel = timer(STALLED_MS, stalled)
      marks.push({ at: entered, run })
    },
    release() {
      left = entered
      cancel()
      const all = marks
      marks = []
      for (const { run } of all) run()
    },
  }
}
