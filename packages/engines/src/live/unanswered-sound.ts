/** The caller's newest sound that the model has not answered, so that another session can be told it. */

export interface UnansweredSound {
  hear(samples: Int16Array): void
  /** It was answered. */
  clear(): void
  /** From a little before the first voice in it to its end; empty where nobody spoke. In memory of its own. */
  spoken(): Int16Array
}

/** Level of voice, of 32,768. */
const VOICE = 250
const BLOCK_MS = 20
/** Kept from before the first voice, ms. */
const BEFORE_MS = 200

/** Keeps the newest `mostMs`; older sound is dropped. */
export function unansweredSound(rate: number, mostMs: number): UnansweredSound {
  const ring = new Int16Array(Math.round((rate * mostMs) / 1000))
  let end = 0
  let count = 0

  function all(): Int16Array {
    const line = new Int16Array(count)
    const from = (end - count + ring.length) % ring.length
    const first = ring.subarray(from, Math.min(ring.length, from + count))
    line.set(first)
    line.set(ring.subarray(0, count - first.length), first.length)
    return line
  }

  return {
    hear(samples) {
      for (let from = 0; from < samples.length; ) {
        const size = Math.min(ring.length - end, samples.length - from)
        ring.set(samples.subarray(from, from + size), end)
        end = (end + size) % ring.length
        from += size
        count = Math.min(ring.length, count + size)
      }
    },
    clear() {
      count = 0
    },
    spoken() {
      const line = all()
      const block = (rate * BLOCK_MS) / 1000
      for (let at = 0; at < line.length; at += block) {
        if (levelOf(line.subarray(at, at + block)) < VOICE) continue
        return line.subarray(Math.max(0, at - (rate * BEFORE_MS) / 1000))
      }
      return line.subarray(0, 0)
    },
  }
}

/** Mean of the magnitudes, of 32,768. */
export function levelOf(samples: Int16Array): number {
  let sum = 0
  for (let at = 0; at < samples.length; at++) sum += Math.abs(samples[at] as number)
  return samples.length === 0 ? 0 : sum / samples.length
}
