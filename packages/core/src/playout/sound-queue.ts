/**
 * The sound of one reply, addressed by sample: written at the end, read at any place that was not yet forgotten.
 * What the far end has heard is forgotten, so that the queue holds the unheard rest and nothing else.
 */
export class SoundQueue {
  readonly #chunks: { readonly from: number; readonly samples: Int16Array }[] = []
  #end = 0

  /** Samples written since the beginning. */
  get end(): number {
    return this.#end
  }

  /** Keeps the array: the writer must not change it afterwards. */
  write(samples: Int16Array): void {
    if (samples.length === 0) return
    this.#chunks.push({ from: this.#end, samples })
    this.#end += samples.length
  }

  /**
   * `count` samples from `at`, fewer at the end. A view of the stored sound where they lie in one chunk, else
   * copied into `scratch` (at least `count` long).
   */
  read(at: number, count: number, scratch: Int16Array): Int16Array {
    const last = Math.min(at + count, this.#end)
    let filled = 0
    for (const { from, samples } of this.#chunks) {
      const start = Math.max(at + filled, from)
      const stop = Math.min(last, from + samples.length)
      if (stop <= start) continue
      const part = samples.subarray(start - from, stop - from)
      if (filled === 0 && stop === last) return part
      scratch.set(part, filled)
      filled += part.length
    }
    return scratch.subarray(0, filled)
  }

  /** Takes back what was written from the sample on. */
  truncate(at: number): void {
    while (this.#end > at) {
      const last = this.#chunks.pop()
      if (last === undefined) break
      this.#end = last.from
      if (last.from < at) this.write(last.samples.subarray(0, at - last.from))
    }
  }

  /** Forgets chunks that end at or before the sample. */
  forget(before: number): void {
    let first = this.#chunks[0]
    while (first !== undefined && first.from + first.samples.length <= before) {
      this.#chunks.shift()
      first = this.#chunks[0]
    }
  }
}
