/** The sound of items, for `conversation.item.retrieve`: so much of all items together, the oldest is forgotten first. */

export interface KeptSound {
  /** Keeps the samples themselves: they must stay as they are. */
  add(itemId: string, samples: Int16Array, rate: number): void
  /** Joined, at the rate of the first piece; undefined where nothing is kept. */
  get(itemId: string): { readonly samples: Int16Array; readonly rate: number } | undefined
  /** Keeps no more than the first `ms`. */
  cut(itemId: string, ms: number): void
  remove(itemId: string): void
}

interface Sound {
  readonly rate: number
  readonly pieces: Int16Array[]
  ms: number
}

export function createKeptSound(maxMs: number): KeptSound {
  const sounds = new Map<string, Sound>()
  let totalMs = 0

  function remove(itemId: string): void {
    totalMs -= sounds.get(itemId)?.ms ?? 0
    sounds.delete(itemId)
  }

  function joined(itemId: string) {
    const sound = sounds.get(itemId)
    if (sound === undefined) return undefined
    return { samples: joinedSamples(sound.pieces), rate: sound.rate }
  }

  return {
    add(itemId, samples, rate) {
      const known = sounds.get(itemId)
      const sound = known ?? { rate, pieces: [], ms: 0 }
      if (rate !== sound.rate || samples.length === 0) return
      const ms = (samples.length * 1000) / rate
      if (known === undefined) sounds.set(itemId, sound)
      sound.pieces.push(samples)
      sound.ms += ms
      totalMs += ms
      for (const oldest of sounds.keys()) {
        if (totalMs <= maxMs) break
        remove(oldest)
      }
    },
    get: joined,
    cut(itemId, ms) {
      const whole = joined(itemId)
      if (whole === undefined) return
      remove(itemId)
      this.add(itemId, whole.samples.slice(0, Math.round((ms * whole.rate) / 1000)), whole.rate)
    },
    remove,
  }
}

export function joinedSamples(pieces: readonly Int16Array[]): Int16Array {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
