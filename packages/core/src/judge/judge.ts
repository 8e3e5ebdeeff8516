/**
 * Judges an overlap: whether the caller, heard while the agent speaks, wants the floor. Local, pure in the sense that
 * the same evidence in the same order gives the same rulings, and every ruling says why.
 */

import type { Cues } from '../ear/cues.js'

/** One reason of a ruling or of an endpointing wait: what was looked at, and what it was. */
export interface Reason {
  /** A word of the table in docs/turn-taking.md, e.g. `voiced-ms`, `backchannel`, `echoed-ms`, `loud`. */
  readonly kind: string
  readonly value?: number
  readonly text?: string
}

/**
 * `hold`: be silent now, the overlap may be meant; may be taken back. `claim`: the caller takes the floor.
 * `pass`: go on where the caller stopped hearing.
 */
export interface Ruling {
  readonly ruling: 'hold' | 'claim' | 'pass'
  readonly reasons: readonly Reason[]
}

export interface OverlapBegin {
  /** Onset of the caller's sound, media time. */
  readonly atMs: number
  /** How much of the reply was heard when it began, ms. */
  readonly heardMs: number
  /** How much of the reply is still to come as far as is known, ms. */
  readonly leftMs: number
  /** What the reply lets count. */
  readonly bargeIn: 'any' | 'words'
}

export interface Judge {
  /** A new overlap; forgets the one before, but not what is known of this caller. */
  begin(overlap: OverlapBegin): void
  /**
   * The next frame of the overlap; `sure` whether the ear is, that somebody speaks (it may still be looking for an
   * echo): nobody claims the floor before. A ruling is given once each, `hold` before `claim` or `pass`.
   */
  hear(cues: Cues, sure: boolean): Ruling | undefined
  /** Words spoken in the overlap, by the recogniser; a late final may still claim after `pass`. */
  words(words: { readonly text: string; readonly final: boolean; readonly atMs: number }): Ruling | undefined
  /** The caller's voice ended; undefined where words are still worth waiting for. */
  end(atMs: number): Ruling | undefined
  /** No more is coming: the ruling on what there is, `claim` or `pass`. */
  decide(atMs: number): Ruling
  /** A frame outside any overlap: how this caller usually sounds. */
  learn(cues: Cues): void
}
