/** The unit of sound inside Parley, and the synchronous stages a frame passes through. */

/**
 * A block of mono PCM16.
 *
 * `samples` belong to the producer only until `emit` returns: a stage may hand out the same buffer for every
 * frame, so whoever keeps a frame copies it.
 */
export interface AudioFrame {
  readonly samples: Int16Array
  /** Samples per second, 8000–48000. */
  readonly rate: number
  /** Media time of the first sample in its own direction, in ms since that direction began. */
  readonly atMs: number
}

export type Emit = (frame: AudioFrame) => void

/** One synchronous step of the audio path: 0..n frames out for each frame in. Never awaits, never throws on audio. */
export interface Stage {
  process(frame: AudioFrame, emit: Emit): void
}

/** Duration of a frame in ms. */
export function frameMs(frame: AudioFrame): number {
  return (frame.samples.length * 1000) / frame.rate
}

/** A frame of its own samples, for whoever keeps a frame beyond the call that brought it. */
export function copyFrame({ samples, rate, atMs }: AudioFrame): AudioFrame {
  return { samples: samples.slice(), rate, atMs }
}

/** Joins stages to one sink, once per session, so that each frame costs direct calls and no allocation. */
export function joinStages(stages: readonly Stage[], sink: Emit): Emit {
  return stages.reduceRight<Emit>((next, stage) => frame => stage.process(frame, next), sink)
}
