/** A value that React components watch: one immutable snapshot, replaced by each change. */

export interface Store<State> {
  readonly snapshot: () => State
  readonly subscribe: (changed: () => void) => () => void
  update(change: Partial<State>): void
}

/** What changes nothing is told to nobody. */
export function createStore<State extends object>(initial: State): Store<State> {
  let state = initial
  const watchers = new Set<() => void>()
  return {
    snapshot: () => state,
    subscribe(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
    update(change) {
      if (isKnown(state, change)) return
      state = { ...state, ...change }
      for (const watcher of [...watchers]) watcher()
    },
  }
}

function isKnown<State extends object>(state: State, change: Partial<State>): boolean {
  return (Object.keys(change) as (keyof State)[]).every(key => Object.is(state[key], change[key]))
}
