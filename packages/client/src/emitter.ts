/** Typed events. A listener that throws is reported to the page and does not keep others from hearing. */

export interface Emitter<Events> {
  /** Calls `listener` for each event of this name until the returned function is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void
}

export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(event: never) => void>>()
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      // A wrapper of its own, so that the same function may listen twice.
      const own = (event: never) => listener(event)
      set.add(own)
      return () => set.delete(own)
    },
    emit(name, event) {
      for (const listener of [...(listeners.get(name) ?? [])]) {
        try {
          listener(event as never)
        } catch (thrown) {
          // As an uncaught error it reaches the console and `window.onerror`; here it would break the connection.
          queueMicrotask(() => {
            throw thrown
          })
        }
      }
    },
  }
}
