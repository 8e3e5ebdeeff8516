/** Samples of either kind as numbers of full scale 1 that can be worked with: no NaN, nothing over full scale. */

export interface Cleaner {
  /** `count` samples from `from` on, in an array that may be longer; valid until the next call. */
  fill(samples: Int16Array | Float32Array, from: number, count: number): Float64Array
}

export function createCleaner(): Cleaner {
  const kept = { values: new Float64Array(512) }
  return {
    fill(samples, from, count) {
      if (kept.values.length < count) kept.values = new Float64Array(count)
      const { values } = kept
      if (samples instanceof Int16Array) {
        for (let i = 0; i < count; i++) values[i] = (samples[from + i] as number) / 32_768
        return values
      }
      for (let i = 0; i < count; i++) {
        const value = samples[from + i] as number
        // The one comparison that is false for NaN as well.
        values[i] = value >= -1 ? (value <= 1 ? value : 1) : value < -1 ? -1 : 0
      }
      return values
    },
  }
}
