/** A fair mutex: holders come in the order of asking. It has no bound; who asks looks at `waiting` first. */
export interface Mutex {
  /** Resolves with the one call that lets go; calling it twice does nothing. */
  acquire(): Promise<() => void>
  waiting(): number
}

export function createMutex(): Mutex {
  const queue: (() => void)[] = []
  let held = false

  function holder(): () => void {
    let done = false
    return () => {
      if (done) return
      done = true
      const next = queue.shift()
      if (next) next()
      else held = false
    }
  }

  return {
    waiting: () => queue.length,
    async acquire() {
      if (held) await new Promise<void>(resolve => queue.push(resolve))
      else held = true
      return holder()
    },
  }
}
