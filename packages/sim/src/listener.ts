import type { ReplyId } from '@parley/core'

interface Piece {
  readonly reply: ReplyId
  readonly fromMs: number
  readonly durationMs: number
  /** When its first sample reaches the ear; cut pieces end earlier. */
  readonly startAtMs: number
  playedMs: number
}

/**
 * The far end's loudspeaker and the ear before it, with an account of its own: which milliseconds of which reply
 * were really heard. It plays pieces one after the other, after a jitter buffer wherever it had run dry.
 */
export class Listener {
  readonly #jitterMs: number
  readonly #pieces: Piece[] = []
  #busyUntilMs = Number.NEGATIVE_INFINITY

  constructor(jitterMs: number) {
    this.#jitterMs = jitterMs
  }

  /** Sound arrives at the far end's door. */
  arrive(piece: { reply: ReplyId; fromMs: number; durationMs: number }, nowMs: number): void {
    const startAtMs = nowMs > this.#busyUntilMs ? nowMs + this.#jitterMs : this.#busyUntilMs
    this.#pieces.push({ ...piece, startAtMs, playedMs: piece.durationMs })
    this.#busyUntilMs = startAtMs + piece.durationMs
  }

  /** Everything of the reply that is not played yet is thrown away, to the sample. */
  clear(reply: ReplyId, nowMs: number): void {
    for (const piece of this.#pieces) {
      if (piece.reply !== reply) continue
      piece.playedMs = Math.min(piece.playedMs, Math.max(0, nowMs - piece.startAtMs))
    }
    const started = this.#pieces.filter(({ playedMs }) => playedMs > 0)
    this.#busyUntilMs = started.reduce((end, piece) => Math.max(end, piece.startAtMs + piece.playedMs), nowMs)
  }

  /** The leg broke: nothing more is played. */
  stop(nowMs: number): void {
    for (const { reply } of [...this.#pieces]) this.clear(reply, nowMs)
  }

  /** Every stretch that the ear got so far, in the order in which it got them. */
  played(nowMs: number): { readonly reply: ReplyId; readonly fromMs: number; readonly playedMs: number }[] {
    return this.#pieces.flatMap(({ reply, fromMs, startAtMs, playedMs }) => {
      const gotMs = Math.min(playedMs, Math.max(0, nowMs - startAtMs))
      return gotMs > 0 ? [{ reply, fromMs, playedMs: gotMs }] : []
    })
  }

  /** How far into the reply the ear has come. */
  heardMs(reply: ReplyId, nowMs: number): number {
    let heard = 0
    for (const piece of this.#pieces) {
      if (piece.reply !== reply) continue
      const played = Math.min(piece.playedMs, Math.max(0, nowMs - piece.startAtMs))
      if (played > 0) heard = Math.max(heard, piece.fromMs + played)
    }
    return heard
  }
}
