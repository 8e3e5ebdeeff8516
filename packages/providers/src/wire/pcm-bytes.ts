/** PCM16 little-endian, as bytes on a wire and as samples. */

/** The bytes of these samples, in memory of their own. */
export function bytesOfPcm(samples: Int16Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length * 2)
  for (let at = 0; at < samples.length; at++) bytes.writeInt16LE(samples[at] ?? 0, at * 2)
  return bytes
}

/** Joins bytes of any length to samples: half a sample waits for its other half. */
export function pcmReader(): { read(bytes: Uint8Array): Int16Array; readonly odd: boolean } {
  let half: number | undefined
  return {
    read(bytes) {
      const total = bytes.length + (half === undefined ? 0 : 1)
      const samples = new Int16Array(total >> 1)
      let from = 0
      let into = 0
      if (half !== undefined && bytes.length > 0) {
        samples[into++] = ((half | ((bytes[0] ?? 0) << 8)) << 16) >> 16
        from = 1
        half = undefined
      }
      for (; from + 1 < bytes.length; from += 2)
        samples[into++] = (((bytes[from] ?? 0) | ((bytes[from + 1] ?? 0) << 8)) << 16) >> 16
      if (from < bytes.length) half = bytes[from]
      return samples
    },
    get odd() {
      return half !== undefined
    },
  }
}
