/** Changes a level without ever clipping: what would go over is bent, from 3 dB below full scale on. */

const FULL = 32_767
/** Where bending begins. */
const KNEE = FULL * 0.7

/** The samples at a level `gainDb` higher, in memory of their own; the very same at 0 dB. */
export function louder(samples: Int16Array, gainDb: number): Int16Array {
  if (gainDb === 0) return samples
  const gain = 10 ** (gainDb / 20)
  return samples.map(sample => {
    const value = sample * gain
    const size = Math.abs(value)
    // What was not made louder is left as it was, above the knee too.
    if (gain <= 1 || size <= KNEE) return Math.round(value)
    const room = FULL - KNEE
    return Math.round(Math.sign(value) * (KNEE + room * Math.tanh((size - KNEE) / room)))
  })
}
