/**
 * A carrier's playout buffer: µ-law bytes and the marks between them, taken out frame by frame in the order they came.
 * It knows no time; whoever takes a frame plays it.
 */

export interface FarEndBuffer {
  /** Bytes that wait. */
  readonly bytes: number
  sound(bytes: Uint8Array): void
  /** Returns whether the mark waits for sound before it; else it is passed already. */
  mark(name: string): boolean
  /** Fills `out` from its beginning. Returns how many bytes were there. */
  take(out: Uint8Array): number
  /** Names of the marks whose sound was taken before the last `take`, and those that have nothing before them. */
  passed(): readonly string[]
  /** Throws all of it away. Returns the names of the marks in it and of those not passed yet, in order. */
  clear(): readonly string[]
}

type Item =
  | { readonly kind: 'sound'; readonly bytes: Uint8Array; at: number }
  | { readonly kind: 'mark'; readonly name: string }

export function createFarEndBuffer(): FarEndBuffer {
  let items: Item[] = []
  let bytes = 0
  /** Marks behind sound that was taken by the last `take` and is being played. */
  let playing: string[] = []
  let sounding = false
  let passed: string[] = []

  return {
    get bytes() {
      return bytes
    },
    sound(given) {
      if (given.length === 0) return
      items.push({ kind: 'sound', bytes: given, at: 0 })
      bytes += given.length
    },
    mark(name) {
      if (items.length > 0) items.push({ kind: 'mark', name })
      else if (sounding) playing.push(name)
      else return false
      return true
    },
    take(out) {
      passed.push(...playing)
      playing = []
      let filled = 0
      for (let item = items[0]; item !== undefined; item = items[0]) {
        if (item.kind === 'mark') {
          ;(filled === 0 ? passed : playing).push(item.name)
          items.shift()
          continue
        }
        if (filled === out.length) break
        const part = item.bytes.subarray(item.at, item.at + out.length - filled)
        out.set(part, filled)
        filled += part.length
        item.at += part.length
        if (item.at === item.bytes.length) items.shift()
      }
      bytes -= filled
      sounding = filled > 0
      return filled
    },
    passed() {
      const names = passed
      passed = []
      return names
    },
    clear() {
      const names = [...playing]
      for (const item of items) if (item.kind === 'mark') names.push(item.name)
      playing = []
      items = []
      bytes = 0
      return names
    },
  }
}
