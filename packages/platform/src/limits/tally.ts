/**
 * How many of something each key holds. Only keys that hold something are kept, so the memory is that of the things
 * held. A place is given back once, however often its release is called.
 */
export interface Tally {
  /** Takes a place, or `undefined` when the key holds `max` already. */
  take(key: string, max: number): (() => void) | undefined
  /** Keys that hold at least one place. */
  readonly keys: number
  /** What the key with the most holds. */
  readonly most: number
}

export function createTally(): Tally {
  const held = new Map<string, number>()
  return {
    take(key, max) {
      const before = held.get(key) ?? 0
      if (before >= max) return undefined
      held.set(key, before + 1)
      let released = false
      return () => {
        if (released) return
        released = true
        const rest = (held.get(key) ?? 1) - 1
        if (rest > 0) held.set(key, rest)
        else held.delete(key)
      }
    },
    get keys() {
      return held.size
    },
    get most() {
      return [...held.values()].reduce((most, count) => Math.max(most, count), 0)
    },
  }
}
