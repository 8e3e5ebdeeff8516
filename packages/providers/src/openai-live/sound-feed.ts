/** Sound on its way to a session, in messages of one length. Until the session begins it is kept, the oldest goes first. */

export interface SoundFeed {
  /** The samples are copied. False: they cannot be sent any more. */
  hear(samples: Int16Array): boolean
  /** The session stands: what waits is sent. */
  begin(): void
}

export interface SoundFeedOptions {
  readonly rate: number
  /** Sound of one message, ms. */
  readonly appendMs: number
  readonly maxWaitingMs: number
  /** The samples are only valid during the call. */
  send(samples: Int16Array): boolean
}

export function soundFeed({ rate, appendMs, maxWaitingMs, send }: SoundFeedOptions): SoundFeed {
  const piece = new Int16Array(Math.round((rate * appendMs) / 1000))
  const mostPieces = Math.max(1, Math.floor(maxWaitingMs / appendMs))
  let filled = 0
  let waiting: Int16Array[] | undefined = []

  function full(): boolean {
    if (waiting === undefined) return send(piece)
    waiting.push(piece.slice())
    if (waiting.length > mostPieces) waiting.shift()
    return true
  }

  return {
    hear(samples) {
      let isSent = true
      for (let from = 0; from < samples.length; ) {
        const count = Math.min(piece.length - filled, samples.length - from)
        piece.set(samples.subarray(from, from + count), filled)
        filled += count
        from += count
        if (filled < piece.length) continue
        filled = 0
        isSent = full() && isSent
      }
      return isSent
    },
    begin() {
      const kept = waiting ?? []
      waiting = undefined
      for (const each of kept) send(each)
    },
  }
}
