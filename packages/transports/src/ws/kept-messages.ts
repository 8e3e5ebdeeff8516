/** What comes between `hello` and `ready`: kept in order up to a limit, then the newest is dropped and counted. */

export interface KeptMessages {
  /** Copies the bytes: they are slices of a far larger read buffer. */
  keep(bytes: Buffer, isBinary: boolean): void
  /** Gives what was kept, oldest first, and forgets it. */
  take(): readonly KeptMessage[]
  readonly dropped: number
}

export interface KeptMessage {
  readonly bytes: Buffer
  readonly isBinary: boolean
}

/** What an empty message still costs us, bytes. */
const OVERHEAD_BYTES = 100

export function createKeptMessages(maxBytes: number): KeptMessages {
  let kept: KeptMessage[] = []
  let keptBytes = 0
  let dropped = 0
  return {
    get dropped() {
      return dropped
    },
    keep(bytes, isBinary) {
      const cost = bytes.length + OVERHEAD_BYTES
      if (keptBytes + cost > maxBytes) {
        dropped += 1
        return
      }
      keptBytes += cost
      kept.push({ bytes: Buffer.from(bytes), isBinary })
    },
    take() {
      const taken = kept
      kept = []
      keptBytes = 0
      return taken
    },
  }
}
