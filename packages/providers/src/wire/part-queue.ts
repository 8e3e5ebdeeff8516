/** From callbacks to an async iterable: parts in order, then an end or a failure. What is drawn late waits here. */

export interface PartQueue<Part> extends AsyncIterable<Part> {
  /** Nothing is taken after the end. */
  push(part: Part): void
  end(): void
  /** Ends with a failure, thrown once what was pushed before has been drawn. */
  fail(error: unknown): void
}

/** Bounded by `limit` parts: one more and the queue fails with `overflow()`. Drawn by one reader. */
export function partQueue<Part>(limit: number, overflow: () => unknown): PartQueue<Part> {
  const parts: Part[] = []
  let over = false
  let failure: { readonly error: unknown } | undefined
  let wake: (() => void) | undefined

  function finish(): void {
    over = true
    wake?.()
    wake = undefined
  }

  function fail(error: unknown): void {
    if (over) return
    failure = { error }
    finish()
  }

  return {
    push(part) {
      if (over) return
      if (parts.length >= limit) return fail(overflow())
      parts.push(part)
      wake?.()
      wake = undefined
    },
    end() {
      if (!over) finish()
    },
    fail,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const part = parts.shift()
        if (part !== undefined) yield part
        else if (failure !== undefined) throw failure.error
        else if (over) return
        else
          await new Promise<void>(resolve => {
            wake = resolve
          })
      }
    },
  }
}
