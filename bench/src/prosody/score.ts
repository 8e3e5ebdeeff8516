/** How near a track of pitch is to the truth, by the measures of the field. */

export interface Track {
  readonly name: string
  /** Middle of each frame, ms, and its pitch, Hz; 0 where it says nothing is voiced. */
  readonly atMs: readonly number[]
  readonly hz: readonly number[]
}

/** Counts of frames, so that scores of several signals can be added up. */
export interface Counts {
  frames: number
  /** Voiced in truth. */
  voiced: number
  /** Voiced in truth and in the track. */
  both: number
  /** Told voiced where nothing is, and the other way round. */
  falselyVoiced: number
  falselyUnvoiced: number
  /** Of `both`, off by more than a fifth. */
  gross: number
  /** Of the others of `both`, the distances in cents. */
  cents: number[]
}

export interface Score {
  /** Frames that are wrong in voicing or grossly wrong in pitch, of all. */
  readonly ffe: number
  /** Grossly wrong pitches, of the frames that both say are voiced. */
  readonly gpe: number
  /** Wrong decisions whether there is a voice, of all frames. */
  readonly vde: number
  /** Mean distance of the pitches that are not grossly wrong, cents, and the median of it. */
  readonly cents: number
  readonly medianCents: number
  readonly frames: number
}

export const noCounts = (): Counts => ({
  frames: 0,
  voiced: 0,
  both: 0,
  falselyVoiced: 0,
  falselyUnvoiced: 0,
  gross: 0,
  cents: [],
})

/**
 * Adds a track to counts, frame by frame where the track has frames.
 * @param truthAt Hz at a moment, 0 unvoiced, undefined where it is not known
 */
export function countErrors(
  counts: Counts,
  track: Track,
  truthAt: (atMs: number) => number | undefined,
): void {
  track.atMs.forEach((atMs, i) => {
    const truth = truthAt(atMs)
    const hz = track.hz[i] as number
    if (truth === undefined) return
    counts.frames++
    if (truth > 0) counts.voiced++
    if (truth > 0 && !(hz > 0)) counts.falselyUnvoiced++
    if (!(truth > 0) && hz > 0) counts.falselyVoiced++
    if (!(truth > 0 && hz > 0)) return
    counts.both++
    if (Math.abs(hz / truth - 1) > 0.2) counts.gross++
    else counts.cents.push(Math.abs(1200 * Math.log2(hz / truth)))
  })
}

/** Percentages are 0..100. */
export function scoreOf(counts: Counts): Score {
  const wrong = counts.falselyVoiced + counts.falselyUnvoiced
  const cents = [...counts.cents].sort((a, b) => a - b)
  return {
    ffe: (100 * (wrong + counts.gross)) / Math.max(1, counts.frames),
    gpe: (100 * counts.gross) / Math.max(1, counts.both),
    vde: (100 * wrong) / Math.max(1, counts.frames),
    cents: cents.reduce((sum, value) => sum + value, 0) / Math.max(1, cents.length),
    medianCents: cents[Math.floor(cents.length / 2)] ?? 0,
    frames: counts.frames,
  }
}

/** The truth of a generated signal, by the nearest millisecond. */
export function exactTruth(truth: Float32Array): (atMs: number) => number | undefined {
  return atMs => truth[Math.round(atMs)]
}
