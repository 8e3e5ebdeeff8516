/** What both sides did at one moment, for whoever points at it. */
import { semitonesBetween } from './axis.js'
import type { Mark, ProsodyView, Side } from './prosody-view.js'
import { type Moment, medianHz, nearest } from './track.js'

export interface SideReadout {
  readonly pitchHz: number | undefined
  readonly semitones: number | undefined
  /** Undefined in silence. */
  readonly loudness: number | undefined
  readonly voicing: number
  readonly emotion: Moment['emotion']
}

export interface Readout {
  readonly atMs: number
  readonly user: SideReadout | undefined
  readonly agent: SideReadout | undefined
  /** What happened close by. */
  readonly mark: Mark | undefined
}

const SILENCE = -70

/** `withinMs` is how far off a frame or a mark may be. */
export function readoutAt(view: ProsodyView, atMs: number, withinMs: number): Readout {
  const near = view.marks
    .filter(mark => Math.abs(mark.atMs - atMs) <= withinMs)
    .sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))
  return { atMs, user: sideAt(view, 'user', atMs), agent: sideAt(view, 'agent', atMs), mark: near[0] }
}

function sideAt(view: ProsodyView, side: Side, atMs: number): SideReadout | undefined {
  const moment = nearest(view[side], atMs, 60)
  if (moment === undefined) return undefined
  const { pitchHz, loudness, voicing, emotion } = moment
  const median = medianHz(view[side])
  const voiced = pitchHz > 0 ? pitchHz : undefined
  return {
    pitchHz: voiced,
    semitones: voiced === undefined || median === undefined ? undefined : semitonesBetween(voiced, median),
    loudness: loudness > SILENCE ? loudness : undefined,
    voicing,
    emotion,
  }
}
