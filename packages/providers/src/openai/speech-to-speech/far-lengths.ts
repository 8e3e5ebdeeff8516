/** How much sound of each item has come, so that none is cut where it does not reach. The newest 256 items are known. */

export interface FarLengths {
  grow(item: string, samples: number): void
  /** No more will come. */
  finish(item: string): void
  /** ms; undefined where no sound of it came. */
  of(item: string): { readonly ms: number; readonly isWhole: boolean } | undefined
}

const MOST = 256

export function farLengths(rate: number): FarLengths {
  const items = new Map<string, { samples: number; isWhole: boolean }>()
  return {
    grow(item, samples) {
      const known = items.get(item)
      if (known !== undefined) {
        known.samples += samples
        return
      }
      items.set(item, { samples, isWhole: false })
      if (items.size <= MOST) return
      const [oldest] = items.keys()
      if (oldest !== undefined) items.delete(oldest)
    },
    finish(item) {
      const known = items.get(item)
      if (known !== undefined) known.isWhole = true
    },
    of(item) {
      const known = items.get(item)
      return known && { ms: Math.floor((known.samples * 1000) / rate), isWhole: known.isWhole }
    },
  }
}
