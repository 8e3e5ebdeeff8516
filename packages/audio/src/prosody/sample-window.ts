/**
 * The last samples of a signal, freed of its direct current: the power of any stretch of them, and whether it was
 * clipped. Clipped is what stays three samples and more at one value near full scale (near, since μ-law ends at 0.98).
 */

export interface SampleWindow {
  /** Takes the first `count` samples in and frees them of direct current in place. */
  hear(samples: Float64Array, count: number): void
  /** Looks at samples `from` up to `until`, counted from the first ever heard; the last `capacity` are known. */
  measure(from: number, until: number): void
  /** What the last measurement found: mean square, 0..1, and clipping. */
  readonly found: { readonly power: number; readonly clipped: boolean }
  reset(): void
}

/** Corner of the filter against direct current, Hz. */
const directHz = 10
const clippedRun = 3
const clippedFrom = 0.98
/** What is less is nothing; filters that fade out would come to numbers that are slow to count with. */
const nothing = 1e-30

/** @param capacity Samples that are remembered. */
export function createSampleWindow(capacity: number, rate: number): SampleWindow {
  const pole = 1 - (2 * Math.PI * directHz) / rate
  const ring = new Float32Array(capacity)
  const marks = new Uint8Array(capacity)
  const state = { heard: 0, next: 0, run: 0, lastClipped: -1 }
  const filter = { lastIn: 0.5, lastOut: 0.5 }
  const found = { power: 0.5, clipped: false }

  const markRun = (last: number, place: number): void => {
    for (let i = 0; i < clippedRun; i++) marks[(last - i + capacity) % capacity] = 1
    state.lastClipped = place
  }

  const sumOfSquares = (from: number, until: number): number => {
    let sum = 0
    for (let i = from; i < until; i++) sum += (ring[i] as number) * (ring[i] as number)
    return sum
  }

  const isMarked = (first: number, count: number): boolean => {
    for (let i = 0; i < count; i++) if (marks[(first + i) % capacity] === 1) return true
    return false
  }

  const reset = (): void => {
    ring.fill(0)
    marks.fill(0)
    state.heard = 0
    state.next = 0
    state.run = 0
    state.lastClipped = -1
    filter.lastIn = 0
    filter.lastOut = 0
    found.power = 0
    found.clipped = false
  }
  reset()

  return {
    found,
    hear(samples, count) {
      if (state.heard === 0 && count > 0) filter.lastIn = samples[0] as number
      let { lastIn, lastOut } = filter
      let { next, run } = state
      for (let i = 0; i < count; i++) {
        const sample = samples[i] as number
        marks[next] = 0
        run = sample === lastIn && (sample >= clippedFrom || sample <= -clippedFrom) ? run + 1 : 1
        if (run >= clippedRun) markRun(next, state.heard + i)
        lastOut = sample - lastIn + pole * lastOut
        lastIn = sample
        samples[i] = lastOut
        ring[next] = lastOut
        next = next + 1 === capacity ? 0 : next + 1
      }
      state.next = next
      state.run = run
      state.heard += count
      filter.lastIn = lastIn
      filter.lastOut = lastOut < nothing && lastOut > -nothing ? 0 : lastOut
    },
    measure(from, until) {
      const first = Math.max(from, state.heard - capacity, 0)
      const count = Math.min(until, state.heard) - first
      found.power = 0
      found.clipped = false
      if (count <= 0) return
      const at = (state.next - (state.heard - first) + 2 * capacity) % capacity
      const wrapped = Math.max(0, at + count - capacity)
      found.power = (sumOfSquares(at, at + count - wrapped) + sumOfSquares(0, wrapped)) / count
      found.clipped = state.lastClipped >= first && isMarked(at, count)
    },
    reset,
  }
}
