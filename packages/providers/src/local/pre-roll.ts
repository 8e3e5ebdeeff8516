/**
 * The last moments of a stream's audio by media time: an onset is known only after it happened, and a decoder wants a
 * little silence before it.
 */

export interface PreRoll {
  /** Samples that follow on the ones before. */
  push(samples: Int16Array): void
  /** Forgets everything; the next sample is at this media time. */
  restart(atMs: number): void
  /** Media time after the last sample. */
  readonly endMs: number
  /** What is kept from this media time on, and where it begins. The samples are the caller's. */
  from(atMs: number): { readonly samples: Int16Array; readonly startMs: number }
}

export function preRoll(rate: number, keptMs: number): PreRoll {
  const ring = new Int16Array((rate * keptMs) / 1000)
  let next = 0
  let count = 0
  let originMs = 0
  let pushed = 0

  const endMs = () => originMs + (pushed * 1000) / rate

  return {
    get endMs() {
      return endMs()
    },
    push(samples) {
      pushed += samples.length
      const tail = samples.subarray(Math.max(0, samples.length - ring.length))
      const first = Math.min(tail.length, ring.length - next)
      ring.set(tail.subarray(0, first), next)
      ring.set(tail.subarray(first), 0)
      next = (next + tail.length) % ring.length
      count = Math.min(ring.length, count + tail.length)
    },
    restart(atMs) {
      originMs = atMs
      pushed = 0
      count = 0
      next = 0
    },
    from(atMs) {
      const wanted = Math.round(((endMs() - atMs) * rate) / 1000)
      const length = Math.max(0, Math.min(count, wanted))
      const samples = new Int16Array(length)
      const start = (next - length + ring.length) % ring.length
      const first = Math.min(length, ring.length - start)
      samples.set(ring.subarray(start, start + first), 0)
      samples.set(ring.subarray(0, length - first), first)
      return { samples, startMs: endMs() - (length * 1000) / rate }
    },
  }
}
