/** Sound that a simulated recogniser was sent and has not turned into final text yet. */

export interface HeardSound {
  /** PCM16 little-endian. */
  add(bytes: Uint8Array): Int16Array
  /** Everything since the last `clear`. */
  readonly samples: Int16Array
  readonly ms: number
  /** Where it begins in the stream, ms. */
  readonly fromMs: number
  /** Drops all but the last so many ms. */
  clear(keepMs?: number): void
}

export function heardSound(sampleRate: number): HeardSound {
  let samples = new Int16Array(sampleRate)
  let length = 0
  let dropped = 0

  return {
    add(bytes) {
      const more = new Int16Array(bytes.length >> 1)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 0; at < more.length; at++) more[at] = view.getInt16(at * 2, true)
      if (length + more.length > samples.length) {
        const grown = new Int16Array((length + more.length) * 2)
        grown.set(samples.subarray(0, length))
        samples = grown
      }
      samples.set(more, length)
      length += more.length
      return more
    },
    get samples() {
      return samples.slice(0, length)
    },
    get ms() {
      return (length * 1000) / sampleRate
    },
    get fromMs() {
      return (dropped * 1000) / sampleRate
    },
    clear(keepMs = 0) {
      const keep = Math.min(length, Math.round((keepMs * sampleRate) / 1000))
      samples.copyWithin(0, length - keep, length)
      dropped += length - keep
      length = keep
    },
  }
}

/** Whether there is more than noise in it. */
export function isLoud(samples: Int16Array): boolean {
  return samples.some(sample => Math.abs(sample) > 500)
}
