/** Frames of the microphone put together to chunks of one length. */
export interface SoundChunks {
  add(samples: Int16Array): void
  /** Gives what is left over. */
  flush(): void
}

/** @param length of a chunk in samples */
export function createSoundChunks(length: number, give: (bytes: ArrayBuffer) => void): SoundChunks {
  let chunk = new Int16Array(length)
  let filled = 0
  return {
    add(samples) {
      for (let at = 0; at < samples.length; ) {
        const count = Math.min(length - filled, samples.length - at)
        chunk.set(samples.subarray(at, at + count), filled)
        filled += count
        at += count
        if (filled < length) continue
        give(chunk.buffer)
        chunk = new Int16Array(length)
        filled = 0
      }
    },
    flush() {
      if (filled > 0) give(chunk.buffer.slice(0, filled * 2))
      chunk = new Int16Array(length)
      filled = 0
    },
  }
}
