/** The input audio buffer: what was appended and not yet committed, with its place since the session began. */

export interface InputBuffer {
  append(samples: Int16Array): void
  /** All that is held; the buffer is empty afterwards. */
  take(): Int16Array
  /** All that is held, which stays. */
  peek(): Int16Array
  /** Drops all but the last `ms`. */
  keepLast(ms: number): void
  /** Sound held, ms. */
  readonly heldMs: number
  /** Sound appended since the session began, ms. */
  readonly totalMs: number
  /** The rate of what is appended, Hz; a change drops what is held. */
  rate: number
}

export function inputBuffer(rateNow: number): InputBuffer {
  let rate = rateNow
  let held: Int16Array[] = []
  let count = 0
  let totalMs = 0

  function peek(): Int16Array {
    const all = new Int16Array(count)
    let at = 0
    for (const piece of held) {
      all.set(piece, at)
      at += piece.length
    }
    held = [all]
    return all
  }

  function clear(): void {
    held = []
    count = 0
  }

  return {
    append(samples) {
      held.push(samples)
      count += samples.length
      totalMs += (samples.length * 1000) / rate
    },
    take() {
      const all = peek()
      clear()
      return all
    },
    peek,
    keepLast(ms) {
      const most = Math.round((ms * rate) / 1000)
      if (count <= most) return
      held = [peek().slice(count - most)]
      count = most
    },
    get heldMs() {
      return (count * 1000) / rate
    },
    get totalMs() {
      return totalMs
    },
    get rate() {
      return rate
    },
    set rate(changed) {
      if (changed !== rate) clear()
      rate = changed
    },
  }
}
