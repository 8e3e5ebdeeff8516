/** A map that holds at most so many entries: the one that was longest not used goes first. */
export interface Recent<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  readonly size: number
}

export function recent<Value>(limit: number): Recent<Value> {
  const entries = new Map<string, Value>()
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      entries.delete(key)
      entries.set(key, value)
      for (const oldest of entries.keys()) {
        if (entries.size <= limit) return
        entries.delete(oldest)
      }
    },
    get size() {
      return entries.size
    },
  }
}
