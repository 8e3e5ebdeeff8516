/** Where a stream of speech is quiet: the places at which it may be cut without cutting a word. */

export interface QuietPoints {
  /** Takes the next samples. */
  hear(samples: Int16Array): void
  /** The end of the latest quiet stretch, in samples from the start. */
  readonly latest: number
}

const BLOCK_MS = 10
/** Quiet is this far below the loudest so far, in amplitude (−26 dB). */
const QUIET = 0.05

export function createQuietPoints(sampleRate: number): QuietPoints {
  const size = Math.max(1, Math.round((sampleRate * BLOCK_MS) / 1000))
  let energy = 0
  let filled = 0
  let at = 0
  let loudest = 0
  let latest = 0

  function close(power: number): void {
    const level = Math.sqrt(power / size)
    loudest = Math.max(loudest, level)
    if (level <= loudest * QUIET) latest = at
  }

  return {
    hear(samples) {
      // Locals, as a captured number would be boxed at every sample.
      let power = energy
      let left = size - filled
      for (let index = 0; index < samples.length; index++) {
        const sample = samples[index] as number
        power += sample * sample
        if (--left > 0) continue
        at += size
        close(power)
        power = 0
        left = size
      }
      energy = power
      filled = size - left
    },
    get latest() {
      return latest
    },
  }
}
