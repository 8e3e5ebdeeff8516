/**
 * The last samples of a signal, freed of its direct current: the power of any stretch of them, and whether it was
 * clipped. Clipped is what stays three samples and more at one value near full scale (near, since μ-law ends at 0.98).
 */

export interface SampleWindow {
  /** Takes the first `count` samples in and frees them of direct current in place. */
  hear(samples: Float64Array, count: number): void
  /** Looks at samples `from` up to `until`, counted from the first ever heard; the last `capacity` are known. */
  measure(from: number, until: number): void
  /** Mean square of what was measured, 0..1. */
  readonly power: number
  readonly clipped: boolean
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
  const state = { heard: 0, next: 0, lastIn: 0, lastOut: 0, run: 0, lastClipped: -1 }
  const found = { power: 0, clipped: false }

  const markRun = (): void => {
    let at = state.next
    for (let i = 0; i < clippedRun; i++) {
      marks[at] = 1
      at = at === 0 ? capacity - 1 : at - 1
    }
    state.lastClipped = state.heard
  }

  return {
    get power() {
      return found.power
    },
    get clipped() {
      return found.clipped
    },
    hear(samples, count) {
      if (state.heard === 0 && count > 0) state.lastIn = samples[0] as number
      let { lastIn, lastOut } = state
      for (let i = 0; i < count; i++) {
        const sample = samples[i] as number
        marks[state.next] = 0
        if (sample !== lastIn || (sample < clippedFrom && sample > -clippedFrom)) state.run = 1
        else if (++state.run >= clippedRun) markRun()
        lastOut = sample - lastIn + pole * lastOut
        lastIn = sample
        samples[i] = lastOut
        ring[state.next] = lastOut
        state.next = state.next + 1 === capacity ? 0 : state.next + 1
        state.heard++
      }
      state.lastIn = lastIn
      state.lastOut = Math.abs(lastOut) < nothing ? 0 : lastOut
    },
    measure(from, until) {
      const first = Math.max(from, state.heard - capacity, 0)
      const last = Math.min(until, state.heard)
      found.power = 0
      found.clipped = false
      if (last <= first) return
      let sum = 0
      let at = (((state.next - (state.heard - first)) % capacity) + capacity) % capacity
      const mayBeClipped = state.lastClipped >= first
      for (let i = first; i < last; i++) {
        const sample = ring[at] as number
        sum += sample * sample
        if (mayBeClipped && marks[at] === 1) found.clipped = true
        at = at + 1 === capacity ? 0 : at + 1
      }
      found.power = sum / (last - first)
    },
    reset() {
      ring.fill(0)
      marks.fill(0)
      state.heard = 0
      state.next = 0
      state.lastIn = 0
      state.lastOut = 0
      state.run = 0
      state.lastClipped = -1
    },
  }
}
