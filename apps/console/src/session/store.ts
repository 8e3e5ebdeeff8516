/** A value that React components watch: one immutable snapshot, replaced by each change. */

export interface Store<State> {
  readonly snapshot: () => State
  readonly subscribe: (changed: () => void) => () => void
  update(change: Partial<State>): void
}

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
      state = { ...state, ...change }
      for (const watcher of [...watchers]) watcher()
    },
  }
}
