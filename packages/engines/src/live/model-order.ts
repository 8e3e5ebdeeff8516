/** Which of several models is tried next, and how long to wait before. */

export interface ModelOrder {
  /** It failed; `forGood`: it is not tried again. */
  failed(model: number, forGood: boolean): void
  /** What was tried has held for a while. */
  held(): void
  /** The model after this one, which may be the same; undefined where none is left. */
  after(model: number): { readonly model: number; readonly waitMs: number } | undefined
  /** The same model, if it is still to be tried. */
  again(model: number): number | undefined
  readonly isOver: boolean
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000

export function modelOrder(count: number): ModelOrder {
  const out = new Set<number>()
  let failures = 0

  function following(model: number): number | undefined {
    for (let step = 1; step <= count; step++) {
      const found = (model + step) % count
      if (!out.has(found)) return found
    }
    return undefined
  }

  return {
    failed(model, forGood) {
      failures++
      if (forGood) out.add(model)
    },
    held() {
      failures = 0
    },
    after(model) {
      const found = following(model)
      if (found === undefined) return undefined
      // Another model is asked at once, until all have failed.
      const isNew = found !== model && failures < count
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1))
      return { model: found, waitMs: isNew ? 0 : waitMs }
    },
    again: model => (out.has(model) ? following(model) : model),
    get isOver() {
      return out.size === count
    },
  }
}
