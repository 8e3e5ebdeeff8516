/**
 * The view of the conversation or stream on this page, with the clock of its session. It changes many times a second:
 * the picture reads it when it draws, React is told of a few changes a second only.
 */
import { emptyView, foldProsody, type ProsodyInput, type ProsodyView } from './prosody-view.js'

export interface ProsodyStore {
  /** The newest view. */
  readonly view: () => ProsodyView
  /** A view for React: as old as 250 ms. */
  readonly calm: () => ProsodyView
  readonly subscribe: (changed: () => void) => () => void
  take(input: ProsodyInput): void
  /** A message of the session says how late it is in it, ms. */
  observe(atMs: number): void
  /** How late it is in the session, ms; stands still while `running` is false. */
  nowMs(): number
  /** The session or stream is over, or goes on. */
  run(running: boolean): void
}

export interface StoreSurroundings {
  /** Monotonic, ms. */
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => () => void
}

const CALM_MS = 250

export function createProsodyStore(surroundings: Partial<StoreSurroundings> = {}): ProsodyStore {
  const { now, after } = { ...pageSurroundings, ...surroundings }
  const watchers = new Set<() => void>()
  let view = emptyView
  let calm = emptyView
  let waiting = false
  /** From the page's clock to the session's: the least delayed message knows it best. */
  let offsetMs: number | undefined
  let stoppedAtMs: number | undefined = 0

  function tell(): void {
    if (waiting) return
    waiting = true
    after(CALM_MS, () => {
      waiting = false
      calm = view
      for (const watcher of [...watchers]) watcher()
    })
  }

  function nowMs(): number {
    return stoppedAtMs ?? now() + (offsetMs ?? -now())
  }

  return {
    view: () => view,
    calm: () => calm,
    subscribe(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
    take(input) {
      if (input.type === 'begin') {
        offsetMs = undefined
        stoppedAtMs = undefined
      }
      const next = foldProsody(view, input)
      if (next === view) return
      view = next
      tell()
    },
    observe(atMs) {
      offsetMs = Math.max(offsetMs ?? Number.NEGATIVE_INFINITY, atMs - now())
    },
    nowMs,
    run(running) {
      stoppedAtMs = running ? undefined : nowMs()
    },
  }
}

const pageSurroundings: StoreSurroundings = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
