/** How long providers let wait, from their latest answers. */

export interface KnownWaits {
  /** It let wait so long, ms. */
  note(provider: object, ms: number): void
  /** The wait that this share of its answers took no longer than, ms; undefined until ten are known. */
  quantile(provider: object, share: number): number | undefined
}

const KEPT = 100
const NEEDED = 10

export function knownWaits(): KnownWaits {
  const waits = new WeakMap<object, number[]>()
  return {
    note(provider, ms) {
      const known = waits.get(provider) ?? []
      known.push(ms)
      if (known.length > KEPT) known.shift()
      waits.set(provider, known)
    },
    quantile(provider, share) {
      const known = waits.get(provider) ?? []
      if (known.length < NEEDED) return undefined
      return [...known].sort((one, other) => one - other)[Math.floor(share * (known.length - 1))]
    },
  }
}
